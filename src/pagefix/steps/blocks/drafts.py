"""A block whose role is still open, as the evidence on headings sees it."""

from __future__ import annotations

from typing import NamedTuple

from pagefix.model import Role

Features = dict[str, float]
"""Named numbers; the weights that go with the names live in ``rules/headings.toml``."""


class Draft(NamedTuple):
    """A block whose role may still be open (``role`` None).

    ``text`` is folded; ``lands`` marks a jump line that says where its text comes from; ``signs`` a line that
    is an author if a headline stands right above it.
    """

    text: str
    level: int
    role: Role | None
    indented: bool = False
    lands: bool = False
    signs: bool = False
