"""pagefix rejoins the damaged text of scanned newspaper pages into clean articles.

    >>> import pagefix
    >>> cleaned = pagefix.clean_page("# 春耕开始\\n\\n今天，全县的农民下\\n\\n地了。\\n")
    >>> [block.text for block in cleaned.articles[0].blocks]
    ['春耕开始', '今天，全县的农民下地了。']

The library keeps no state between calls, prints nothing and starts no processes; its
results are frozen and picklable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pagefix.version import VERSION as __version__

if TYPE_CHECKING:
    from pagefix.archive import clean_archive, restore_archive
    from pagefix.errors import ConservationError, PageError, PagefixError, RuleError, UsageError
    from pagefix.fixing import Finding, Fixed, fix_page
    from pagefix.library import clean_edition, clean_page, read
    from pagefix.model import Article, ArticleBlock, Cleaned, Page, Role, Row, Span
    from pagefix.rules import Rules, load_rules

_HOMES = {
    "Article": "model",
    "ArticleBlock": "model",
    "Cleaned": "model",
    "ConservationError": "errors",
    "Finding": "fixing",
    "Fixed": "fixing",
    "Page": "model",
    "PageError": "errors",
    "PagefixError": "errors",
    "Role": "model",
    "Row": "model",
    "RuleError": "errors",
    "Rules": "rules",
    "Span": "model",
    "UsageError": "errors",
    "clean_archive": "archive",
    "clean_edition": "library",
    "clean_page": "library",
    "fix_page": "fixing",
    "load_rules": "rules",
    "read": "library",
    "restore_archive": "archive",
}
__all__ = [
    "Article",
    "ArticleBlock",
    "Cleaned",
    "ConservationError",
    "Finding",
    "Fixed",
    "Page",
    "PageError",
    "PagefixError",
    "Role",
    "Row",
    "RuleError",
    "Rules",
    "Span",
    "UsageError",
    "__version__",
    "clean_archive",
    "clean_edition",
    "clean_page",
    "fix_page",
    "load_rules",
    "read",
    "restore_archive",
]


def __getattr__(name: str) -> Any:
    # Names are found when they are first used, so that importing pagefix costs next to nothing.
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"pagefix.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'pagefix' has no attribute {name!r}")
