"""Roles that a block's own words tell: marks, images, tables, credits, captions.

Patterns see the text with traditional characters folded to simplified ones, code point for
code point, so one form of a mark serves both; what a match names is cut from the text itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pagefix.evidence.ends import words
from pagefix.model import Credit, Role
from pagefix.rules import Pattern, Rules
from pagefix.steps.blocks.jumplines import whole_jump
from pagefix.steps.blocks.lines import BOLD
from pagefix.steps.blocks.typed import Asked, Typed, group


def whole(block: Asked, level: int, rules: Rules) -> Typed | None:
    """The role of a block whose whole text is of one kind, or None.

    ``level`` is its heading mark: what is marked as a heading is no caption, unless it is bold type and
    names its photographer.
    """
    text, folded, left = block
    size = words(text)
    if not left:
        return None if size else Typed(Role.MARK, "marks.no_words")
    for kind, role in (("fence", Role.MARK), ("rule_line", Role.MARK), ("image", Role.IMAGE)):
        if found := _full(folded, kind, left):
            return Typed(role, found)
    if found := _full(folded, "table_row", left):
        return Typed(Role.TABLE, found)
    if size == 0:
        return Typed(Role.MARK, "marks.no_words")
    if size <= rules.number("blocks.longest_line_of_marks"):
        if jump := whole_jump(block):
            return jump
        for kind, role in (("pointer", Role.FURNITURE), ("serial", Role.NOTE), ("furniture", Role.FURNITURE)):
            if found := _full(folded, kind, left):
                return Typed(role, found)
        for kind in ("furniture_top", "furniture_edge"):
            if found := _full(folded, kind, left):
                return Typed(Role.FURNITURE, found, sure=False)
        if credit := whole_credit(block):
            return credit
    if found := _full(folded, "note", left):
        return Typed(Role.NOTE, found)
    if size <= rules.number("blocks.longest_deck"):
        if found := _full(folded, "deck", left):
            return Typed(Role.DECK, found)
        if found := _full(folded, "kicker", left):
            return Typed(Role.KICKER, found, sure=False)
    return caption(block, size, rules) if not level or (level == BOLD and _photographer(block)) else None


def _photographer(block: Asked) -> bool:
    return any(pattern.search(block.folded) for pattern in block.left.get("photographer", ()))


def whole_credit(block: Asked) -> Typed | None:
    """A byline or dateline that is a block of its own."""
    text, folded, left = block
    for kind, sure in (("byline_line", True), ("byline_plain", False)):
        for pattern in left.get(kind, ()):
            if found := pattern.fullmatch(folded):
                return Typed(Role.BYLINE, pattern.id, credit=credit_of(found, text), sure=sure)
    for kind in ("dateline_start", "dateline_end"):
        for pattern in left.get(kind, ()):
            if found := pattern.fullmatch(folded):
                return Typed(Role.DATELINE, pattern.id, credit=credit_of(found, text))
    return None


def credit_in(block: Asked) -> Credit | None:
    """What the dateline at the beginning or the end of a paragraph says."""
    text, folded, left = block
    for pattern in left.get("dateline_start", ()):
        if found := pattern.match(folded):
            return credit_of(found, text)
    tail = max(0, len(text) - 60)
    for pattern in left.get("dateline_end", ()):
        found = pattern.search(folded, tail)
        if found and found.end() == len(text):
            return credit_of(found, text)
    return None


def credit_of(found: Any, text: str) -> Credit:
    """What the named groups of a credit pattern found, in the page's own characters."""
    groups = found.groupdict()
    said = {name: group(found, text, name) for name in ("agency", "place", "date", "names") if name in groups}
    names = said.get("names", "")
    for mark in "、，,　/／":
        names = names.replace(mark, " ")
    return Credit(said.get("agency", ""), said.get("place", ""), said.get("date", ""), tuple(names.split()))


def caption(block: Asked, size: int, rules: Rules) -> Typed | None:
    """A caption that its own words give away, up to the length that captions have."""
    text, folded, left = block
    for pattern in left.get("caption_whole", ()):
        if pattern.fullmatch(folded):
            return Typed(Role.CAPTION, pattern.id)
    if size > rules.number("blocks.longest_caption"):
        return None
    for pattern in left.get("caption_start", ()):
        if pattern.match(folded):
            return Typed(Role.CAPTION, pattern.id)
    for pattern in left.get("caption_credit", ()):
        at = max(0, len(text) - 50)
        while found := pattern.search(folded, at):
            if found.end() == len(text):
                return Typed(Role.CAPTION, pattern.id)
            at = found.start() + 1
    return None


def _full(text: str, kind: str, left: Mapping[str, Sequence[Pattern]]) -> str:
    for pattern in left.get(kind, ()):
        if pattern.fullmatch(text):
            return pattern.id
    return ""
