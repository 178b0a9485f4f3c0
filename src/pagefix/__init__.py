"""pagefix rejoins the damaged text of scanned newspaper pages into clean articles.

    >>> import pagefix
    >>> cleaned = pagefix.clean_page("# 三座桥通车\\n\\n昨天上午，两岸群众敲锣打\\n\\n鼓来看热闹。\\n")
    >>> [block.text for block in cleaned.articles[0].blocks]
    ['三座桥通车', '昨天上午，两岸群众敲锣打鼓来看热闹。']

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
    from pagefix.library.many import Result, clean_many
    from pagefix.library.output import Written, write
    from pagefix.library.pages import clean_edition, clean_page, read
    from pagefix.model import Article, ArticleBlock, Cleaned, Page, Role, Row, Span
    from pagefix.rules import Rules, load_rules
    from pagefix.writing import article_row, ledger_row

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
    "Result": "library.many",
    "Role": "model",
    "Row": "model",
    "RuleError": "errors",
    "Rules": "rules",
    "Span": "model",
    "UsageError": "errors",
    "Written": "library.output",
    "article_row": "writing.jsonl",
    "clean_archive": "archive",
    "fix_page": "fixing",
    "clean_edition": "library.pages",
    "clean_many": "library.many",
    "clean_page": "library.pages",
    "ledger_row": "writing.jsonl",
    "load_rules": "rules",
    "read": "library.pages",
    "restore_archive": "archive",
    "write": "library.output",
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
    "Result",
    "Role",
    "Row",
    "RuleError",
    "Rules",
    "Span",
    "UsageError",
    "Written",
    "__version__",
    "article_row",
    "clean_archive",
    "clean_edition",
    "clean_many",
    "clean_page",
    "fix_page",
    "ledger_row",
    "load_rules",
    "read",
    "restore_archive",
    "write",
]


def __getattr__(name: str) -> Any:
    # Names are found when they are first used, so that importing pagefix costs next to nothing.
    if name in _HOMES:
        from importlib import import_module

        value = globals()[name] = getattr(import_module(f"pagefix.{_HOMES[name]}"), name)
        return value
    raise AttributeError(f"module 'pagefix' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
