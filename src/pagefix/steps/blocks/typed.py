"""What a block's own words say it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from pagefix.matching.keys import fold
from pagefix.model import Credit, Jump, Role
from pagefix.rules import Rules
from pagefix.rules.sieve import Left

Stretch = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Typed:
    """A role and who said so.  ``sure`` is false where the neighbours have a say too."""

    role: Role
    rule: str
    jump: Jump | None = None
    credit: Credit | None = None
    sure: bool = True


class Asked(NamedTuple):
    """A text that patterns are asked about: as it is, folded, and the patterns that are left for it."""

    text: str
    folded: str
    left: Left


def asked(text: str, rules: Rules) -> Asked:
    """Folded and sifted once, for all that is asked about the text."""
    folded = fold(text)
    return Asked(text, folded, rules.sifted(folded))


def group(found: Any, text: str, name: str) -> str:
    """What the named group of a match covers, in the page's own characters; empty where nothing."""
    start, end = found.span(name)
    return text[start:end].strip() if start >= 0 else ""
