"""Jump lines: a block of their own, glued to the text, or in the middle of a line.

Patterns see the text with traditional characters folded to simplified ones, code point for
code point; what a match names is cut from the text itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pagefix.model import Jump, Role, Way
from pagefix.rules import Pattern
from pagefix.steps.blocks.typed import Asked, Stretch, Typed, group


def whole_jump(block: Asked) -> Typed | None:
    """A jump line that is a block of its own."""
    text, folded, left = block
    for way, kinds in _JUMP_LINES:
        for kind in kinds:
            for pattern in left.get(kind, ()):
                if found := pattern.fullmatch(folded):
                    return _typed(way, pattern, found, text)
    return None


_JUMP_LINES = (
    (Way.TO, ("jump_to", "jump_to_line")),
    (Way.FROM, ("jump_from", "jump_from_line")),
)


def find_jumps(block: Asked) -> list[tuple[Stretch, Typed]]:
    """The jump marks in a block that is not one as a whole, in text order.

    At the beginning and the end a mark may have lost its brackets; in the middle, where a
    reader put two lines together, it needs one of them, or an arrow, and no quotation marks.
    """
    text, folded, left = block
    patterns = [(way, pattern) for way, kind in _KINDS for pattern in left.get(kind, ())]
    if not patterns:
        return []
    found, start, end = _at_edges(text, folded, patterns)
    if any(sign in folded for sign in _PAGE):
        found += _inside(text, folded, start, end, patterns)
    return sorted(found, key=lambda item: item[0])


_PAGE = "版页"
_OPEN, _CLOSED, _QUOTES = "（(【[〔［▲▼►▶◀◄△▽→←", "）)】]〕］", '“「『‘"'


def _at_edges(
    text: str, folded: str, patterns: Sequence[tuple[Way, Pattern]]
) -> tuple[list[tuple[Stretch, Typed]], int, int]:
    """Marks glued to the beginning or the end, from the outside in, and what they leave of the text."""
    marks: list[tuple[Stretch, Typed]] = []
    start, end = 0, len(text)
    searching = True
    while searching and start < end:
        searching = False
        for way, pattern in patterns:
            found = pattern.match(folded, start)
            if found and found.start() == start and start < found.end() < end:
                marks.append(((start, found.end()), _typed(way, pattern, found, text)))
                start, searching = found.end(), True
            found = _at_end(pattern, folded, start, end)
            if found and found.start() > start:
                marks.append(((found.start(), end), _typed(way, pattern, found, text)))
                end, searching = found.start(), True
    return marks, start, end


_KINDS = ((Way.FROM, "jump_from"), (Way.TO, "jump_to"))


def _inside(
    text: str, folded: str, start: int, end: int, patterns: Sequence[tuple[Way, Pattern]]
) -> Iterator[tuple[Stretch, Typed]]:
    """Marks in the middle of the text; of two that overlap the first pattern's."""
    taken: list[Stretch] = []
    for way, pattern in patterns:
        at = start
        while (found := pattern.search(folded, at)) and found.end() <= end:
            a, b = found.span()
            at = b
            marked = folded[a] in _OPEN or folded[b - 1] in _CLOSED
            quoted = a > 0 and folded[a - 1] in _QUOTES
            apart = all(b <= x or y <= a for x, y in taken)
            if start < a and b < end and marked and not quoted and apart:
                taken.append((a, b))
                yield (a, b), _typed(way, pattern, found, text)


def _at_end(pattern: Pattern, folded: str, start: int, end: int) -> Any:
    # A mark is short; eighty characters also hold one with a quoted headline.
    at = max(start, end - 80)
    while (found := pattern.search(folded, at)) and found.end() <= end:
        if found.end() == end:
            return found
        at = found.start() + 1
    return None


def _typed(way: Way, pattern: Pattern, found: Any, text: str) -> Typed:
    groups = found.groupdict()
    label, headline = (group(found, text, name) if name in groups else "" for name in ("label", "headline"))
    return Typed(Role.JUMP, pattern.id, jump=Jump(way, label, headline))
