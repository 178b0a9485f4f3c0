"""A page cut into strips: whole lines that stay together, and the clippings that stand on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pagefix.model import Grouped, Role, Span
from pagefix.steps.blocks.lines import find_lines, stretches


@dataclass(frozen=True, slots=True)
class Clipping:
    """A fragment of a paragraph, or another block, where it stands on the page.

    ``story`` is -1 for what belongs to no article; ``block`` counts the blocks of the page
    and ``nth`` the fragments of one: all but the first are heads that go to their tails.
    """

    start: int
    end: int
    pieces: tuple[Span, ...]
    role: Role
    story: int
    block: int
    nth: int


@dataclass(frozen=True, slots=True)
class Strip:
    """Whole lines, without the last line break; ``clippings`` do not overlap.

    ``marks`` are the tool's marks among the words, or all that the lines hold.
    """

    start: int
    end: int
    clippings: tuple[Clipping, ...]
    marks: tuple[Clipping, ...] = ()


def cut_strips(grouped: Grouped) -> list[Strip]:
    """The page as strips in page order; what lies between two of them is line breaks and white space."""
    text = grouped.page.text
    held = sorted(clippings(grouped), key=lambda clipping: (clipping.start, -clipping.end))
    extents = [(clipping.start, clipping.end) for clipping in held]
    gone = [(repeat.span.start, repeat.span.end) for repeat in grouped.repeats]
    lines = [line.outer for line in find_lines(text)]
    strips, at = [], 0
    for start, end in _lines_together(text, sorted(extents + gone + lines)):
        first = at
        while at < len(held) and held[at].start < end:
            at += 1
        inside = held[first:at]
        strips.append(
            Strip(
                start,
                end,
                tuple(clipping for clipping in inside if clipping.role is not Role.MARK),
                tuple(clipping for clipping in inside if clipping.role is Role.MARK),
            )
        )
    return strips


def clippings(grouped: Grouped) -> Iterator[Clipping]:
    """Every fragment of every block, stories first; what only stands for white space is none."""
    heads = {seam.head for seam in grouped.seams}
    count = 0
    for number, blocks in (
        *((n, story.blocks) for n, story in enumerate(grouped.stories)),
        (-1, grouped.loose),
    ):
        for block in blocks:
            if block.rule == "marks.space":
                continue
            for nth, pieces in enumerate(block.fragments(heads)):
                yield Clipping(pieces[0].start, pieces[-1].end, pieces, block.role, number, count, nth)
            count += 1


def _lines_together(text: str, extents: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The lines that hold anything, those under one extent together."""
    begin = 1 if text.startswith("\ufeff") else 0
    at, open_until = 0, -1
    start = end = -1
    for low, high, _ in stretches(text):
        low = max(low, begin)
        first = at
        reach = open_until
        while at < len(extents) and extents[at][0] < high:
            reach = max(reach, extents[at][1])
            at += 1
        if at == first and reach <= low:
            continue
        if start >= 0 and open_until > low:
            end = high
        else:
            if start >= 0:
                yield start, end
            start, end = low, high
        open_until = reach
    if start >= 0:
        yield start, end
