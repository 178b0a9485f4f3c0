"""Roles that a block's own words tell: marks, images, tables, jump lines, credits, captions.

Patterns see the text with traditional characters folded to simplified ones, code point for
code point, so one form of a mark serves both; what a match names is cut from the text itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pagefix.evidence.ends import words
from pagefix.matching.keys import fold
from pagefix.model import Credit, Jump, Role, Way
from pagefix.rules import Pattern, Rules

Stretch = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Typed:
    """A role and who said so.  ``sure`` is false where the neighbours have a say too."""

    role: Role
    rule: str
    jump: Jump | None = None
    credit: Credit | None = None
    sure: bool = True


def whole(text: str, level: int, rules: Rules) -> Typed | None:
    """The role of a block whose whole text is of one kind, or None.

    ``level`` is its heading mark: what is marked as a heading is no caption.
    """
    folded = fold(text)
    for kind, role in (("fence", Role.MARK), ("rule_line", Role.MARK), ("image", Role.IMAGE)):
        if found := _full(folded, kind, rules):
            return Typed(role, found)
    if found := _full(folded, "table_row", rules):
        return Typed(Role.TABLE, found)
    size = words(text)
    if size == 0:
        return Typed(Role.MARK, "marks.no_words")
    if size <= rules.number("blocks.longest_line_of_marks"):
        if jump := whole_jump(text, rules):
            return jump
        for kind, role in (("pointer", Role.FURNITURE), ("serial", Role.NOTE), ("furniture", Role.FURNITURE)):
            if found := _full(folded, kind, rules):
                return Typed(role, found)
        if not level and (found := _full(folded, "furniture_top", rules)):
            return Typed(Role.FURNITURE, found, sure=False)
        if credit := whole_credit(text, rules):
            return credit
    if found := _full(folded, "note", rules):
        return Typed(Role.NOTE, found)
    if size <= rules.number("blocks.longest_deck"):
        if found := _full(folded, "deck", rules):
            return Typed(Role.DECK, found)
        if found := _full(folded, "kicker", rules):
            return Typed(Role.KICKER, found, sure=False)
    return None if level else caption(text, size, rules)


def whole_jump(text: str, rules: Rules) -> Typed | None:
    """A jump line that is a block of its own."""
    folded = fold(text)
    for way, kinds in _JUMP_LINES:
        for kind in kinds:
            for pattern in rules.sift(kind, folded):
                if found := pattern.fullmatch(folded):
                    return Typed(Role.JUMP, pattern.id, jump=_jump(way, found, text))
    return None


_JUMP_LINES = (
    (Way.TO, ("jump_to", "jump_to_line")),
    (Way.FROM, ("jump_from", "jump_from_line")),
)


def glued_jumps(text: str, rules: Rules) -> Iterator[tuple[Stretch, Typed]]:
    """Jump marks glued to the beginning or the end of a block, from the outside in."""
    folded = fold(text)
    start, end = 0, len(text)
    searching = True
    while searching and start < end:
        searching = False
        for way, kind in ((Way.FROM, "jump_from"), (Way.TO, "jump_to")):
            for pattern in rules.sift(kind, folded):
                found = pattern.match(folded, start)
                if found and found.start() == start and start < found.end() < end:
                    yield (start, found.end()), Typed(Role.JUMP, pattern.id, jump=_jump(way, found, text))
                    start, searching = found.end(), True
                found = _at_end(pattern, folded, start, end)
                if found and found.start() > start:
                    yield (found.start(), end), Typed(Role.JUMP, pattern.id, jump=_jump(way, found, text))
                    end, searching = found.start(), True


def _at_end(pattern: Pattern, folded: str, start: int, end: int) -> Any:
    # A mark is short; eighty characters also hold one with a quoted headline.
    at = max(start, end - 80)
    while (found := pattern.search(folded, at)) and found.end() <= end:
        if found.end() == end:
            return found
        at = found.start() + 1
    return None


def _jump(way: Way, found: Any, text: str) -> Jump:
    groups = found.groupdict()
    label, headline = (_group(found, text, name) if name in groups else "" for name in ("label", "headline"))
    return Jump(way, label, headline)


def _group(found: Any, text: str, name: str) -> str:
    start, end = found.span(name)
    return text[start:end].strip() if start >= 0 else ""


def whole_credit(text: str, rules: Rules) -> Typed | None:
    """A byline or dateline that is a block of its own."""
    folded = fold(text)
    for kind, sure in (("byline_line", True), ("byline_plain", False)):
        for pattern in rules.sift(kind, folded):
            if found := pattern.fullmatch(folded):
                return Typed(Role.BYLINE, pattern.id, credit=credit_of(found, text), sure=sure)
    for kind in ("dateline_start", "dateline_end"):
        for pattern in rules.sift(kind, folded):
            if found := pattern.fullmatch(folded):
                return Typed(Role.DATELINE, pattern.id, credit=credit_of(found, text))
    return None


def credit_in(text: str, rules: Rules) -> Credit | None:
    """What the dateline at the beginning or the end of a paragraph says."""
    folded = fold(text)
    for pattern in rules.sift("dateline_start", folded):
        if found := pattern.match(folded):
            return credit_of(found, text)
    tail = max(0, len(text) - 60)
    for pattern in rules.sift("dateline_end", folded):
        found = pattern.search(folded, tail)
        if found and found.end() == len(text):
            return credit_of(found, text)
    return None


def credit_of(found: Any, text: str) -> Credit:
    """What the named groups of a credit pattern found, in the page's own characters."""
    groups = found.groupdict()
    said = {
        name: _group(found, text, name) for name in ("agency", "place", "date", "names") if name in groups
    }
    names = said.get("names", "")
    for mark in "、，,　/／":
        names = names.replace(mark, " ")
    return Credit(said.get("agency", ""), said.get("place", ""), said.get("date", ""), tuple(names.split()))


def caption(text: str, size: int, rules: Rules) -> Typed | None:
    """A caption that its own words give away, up to the length that captions have."""
    folded = fold(text)
    for pattern in rules.sift("caption_whole", folded):
        if pattern.fullmatch(folded):
            return Typed(Role.CAPTION, pattern.id)
    if size > rules.number("blocks.longest_caption"):
        return None
    for pattern in rules.sift("caption_start", folded):
        if pattern.match(folded):
            return Typed(Role.CAPTION, pattern.id)
    for pattern in rules.sift("caption_credit", folded):
        at = max(0, len(text) - 50)
        while found := pattern.search(folded, at):
            if found.end() == len(text):
                return Typed(Role.CAPTION, pattern.id)
            at = found.start() + 1
    return None


def _full(text: str, kind: str, rules: Rules) -> str:
    for pattern in rules.sift(kind, text):
        if pattern.fullmatch(text):
            return pattern.id
    return ""
