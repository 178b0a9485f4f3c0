"""Where a story begins or ends by its own words, whether or not a headline stands above.

Texts are expected folded; the patterns are the rules' (``credits.toml``).  Answers are kept, for
blocks, headings and stories ask the same of the same lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Protocol

from pagefix.evidence.lexicon import is_two_words, names_share


class Expression(Protocol):
    """A pattern of the rules; a match gives its named groups, None is none."""

    def search(self, text: str, start: int = 0) -> Any: ...

    def match(self, text: str, start: int = 0) -> Any: ...

    def fullmatch(self, text: str) -> Any: ...


class Rules(Protocol):
    """What is asked of the rules here: the patterns of a kind, all or those that a text may begin with."""

    def __hash__(self) -> int: ...

    def patterns(self, kind: str) -> Sequence[Expression]: ...

    def beginning(self, kind: str, text: str) -> Sequence[Expression]: ...


# Four authors with three characters each.
_NAMES = 12


@lru_cache(maxsize=4096)
def opens_report(text: str, rules: Rules) -> bool:
    """Whether a paragraph begins with a dateline: the agency, the place, 电 or 讯."""
    return any(pattern.match(text) for pattern in rules.beginning("dateline_start", text))


@lru_cache(maxsize=4096)
def signs_off(text: str, rules: Rules) -> bool:
    """Whether a paragraph ends with a signature or a source in brackets."""
    return any(pattern.search(text) for pattern in rules.patterns("signature"))


@lru_cache(maxsize=4096)
def is_names(text: str, rules: Rules) -> bool:
    """Whether a line is authors: names, a mark and what may be one, or an office and who holds it."""
    if holds_office(text, rules) or is_marked_name(text, rules):
        return True
    return len(text) <= _NAMES and names_share(text) >= 0.8


@lru_cache(maxsize=4096)
def holds_office(text: str, rules: Rules) -> bool:
    """Whether a line is an office and a name, as officials sign: 水利部部长王小明."""
    found = next(filter(None, (p.fullmatch(text) for p in rules.beginning("office_holder", text))), None)
    return found is not None and names_share(found["name"]) > 0.6


@lru_cache(maxsize=4096)
def is_marked_name(text: str, rules: Rules) -> bool:
    """Whether a line is a mark and one name."""
    found = next(filter(None, (p.fullmatch(text) for p in rules.beginning("marked_name", text))), None)
    return found is not None and not is_two_words(found["name"])
