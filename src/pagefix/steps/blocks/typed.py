"""What a block's own words say it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pagefix.model import Credit, Jump, Role

Stretch = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Typed:
    """A role and who said so.  ``sure`` is false where the neighbours have a say too."""

    role: Role
    rule: str
    jump: Jump | None = None
    credit: Credit | None = None
    sure: bool = True


def group(found: Any, text: str, name: str) -> str:
    """What the named group of a match covers, in the page's own characters; empty where nothing."""
    start, end = found.span(name)
    return text[start:end].strip() if start >= 0 else ""
