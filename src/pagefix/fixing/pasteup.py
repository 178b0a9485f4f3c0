"""The page pasted up anew: heads behind their tails, repeats out, strips in the order of their articles.

Nothing is written again: the new page is made of stretches of the old one.  White space
between strips that stay neighbours stays as it was.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest
from operator import itemgetter

from pagefix.fixing.edits import Keep, Part, tidy
from pagefix.fixing.order import in_order
from pagefix.fixing.strips import Clipping, Strip, cut_strips
from pagefix.model import Grouped, Role
from pagefix.steps.blocks.lines import stretches

Stretch = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Pasted:
    """The new page, and which strips of the old one stand elsewhere now."""

    parts: tuple[Part, ...]
    moved: tuple[Strip, ...]


def paste_up(grouped: Grouped, gap_mark: str, reorder: bool) -> Pasted:
    """The page of ``grouped`` with its repeats taken out and its fragments joined.

    ``reorder`` says whether strips may go to their articles too.
    """
    text = grouped.page.text
    strips = cut_strips(grouped)
    if not strips:
        return Pasted((Keep(0, len(text)),), ())
    scissors = Scissors(grouped, strips, gap_mark)
    kept = [(strip, parts) for strip in strips if (parts := scissors.strip(strip)) is not None]
    order, moved = in_order(grouped, [strip for strip, _ in kept])
    if not reorder:
        order, moved = list(range(len(kept))), []
    place = {strip.start: n for n, strip in enumerate(strips)}
    gaps = [(a.end, b.start) for a, b in pairwise(strips)]
    out: list[Part] = [Keep(0, strips[0].start)]
    for n, at in enumerate(order):
        if n:
            out.append(_between(text, gaps, place[kept[order[n - 1]][0].start], place[kept[at][0].start]))
        out += kept[at][1]
    out.append(Keep(strips[-1].end, len(text)))
    return Pasted(tidy(out), tuple(kept[at][0] for at in moved))


class Scissors:
    """What goes where on one page: cuts, gap marks and the heads of each tail."""

    def __init__(self, grouped: Grouped, strips: Sequence[Strip], gap_mark: str) -> None:
        self._text = text = grouped.page.text
        self._gap_mark = gap_mark
        self._gaps = {repeat.span.start for repeat in grouped.repeats if repeat.gap}
        spans = [(repeat.span.start, repeat.span.end) for repeat in grouped.repeats]
        self._cuts = _with_their_lines(text, spans, strips) if spans else []
        self._next: dict[tuple[int, int], tuple[Clipping, int]] = {}
        self._gone_along: set[int] = set()
        for strip in strips:
            for clipping, after in zip_longest(strip.clippings, strip.clippings[1:]):
                if clipping.nth:
                    reach = clipping.end
                    if (
                        after is not None
                        and after.role is Role.JUMP
                        and not text[reach : after.start].strip()
                    ):
                        # A jump mark glued to its paragraph goes where the paragraph goes.
                        reach = after.end
                        self._gone_along.add(after.start)
                    self._next[clipping.block, clipping.nth - 1] = clipping, reach

    def strip(self, strip: Strip) -> tuple[Part, ...] | None:
        """What is left of a strip and what has come to it, or None where nothing stays."""
        stays = [c for c in strip.clippings if not c.nth and c.start not in self._gone_along]
        if not stays and (strip.clippings or self._cut_into(strip)):
            # Tags around what went go with it, unless they open or close something elsewhere; those
            # among its words went along.
            marks = [mark for mark in strip.marks if not any(_within(mark, c) for c in strip.clippings)]
            tags = [self._text[mark.start : mark.end] for mark in marks]
            return None if _balanced(tags) else tuple(Keep(mark.start, mark.end) for mark in marks)
        out: list[Part] = []
        at = strip.start
        for clipping in strip.clippings:
            if clipping.start < at:
                continue
            out += self._uncut(at, clipping.start)
            if clipping.nth:
                at = self._next[clipping.block, clipping.nth - 1][1]
            else:
                out += self._whole(clipping)
                at = clipping.end
        return tidy([*out, *self._uncut(at, strip.end)])

    def _whole(self, clipping: Clipping) -> Iterator[Part]:
        """A fragment with its gap marks, and all that goes on from it."""
        at = clipping.start
        for piece in clipping.pieces:
            if piece.end in self._gaps:
                yield from self._uncut(at, piece.end)
                yield self._gap_mark
                at = piece.end
        yield from self._uncut(at, clipping.end)
        if going_on := self._next.get((clipping.block, clipping.nth)):
            head, reach = going_on
            yield from self._whole(head)
            yield from self._uncut(head.end, reach)

    def _uncut(self, start: int, end: int) -> Iterator[Part]:
        """The stretch without what is cut out of it."""
        for low, high in self._cuts[bisect_right(self._cuts, start, key=itemgetter(1)) :]:
            if low >= end:
                break
            if start < low:
                yield Keep(start, low)
            start = max(start, high)
        if start < end:
            yield Keep(start, end)

    def _cut_into(self, strip: Strip) -> bool:
        return any(strip.start < high and low < strip.end for low, high in self._cuts)


def _within(inner: Clipping, outer: Clipping) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


_TAG = re.compile(r"<\s*(/?)\s*([a-zA-Z]+)[^<>]*?(/?)\s*>")


def _balanced(tags: Iterable[str]) -> bool:
    """Whether each tag that opens something is closed, and the other way round."""
    found = [match for tag in tags if (match := _TAG.fullmatch(tag)) and not match.group(3)]
    opened = Counter(match.group(2).lower() for match in found if not match.group(1))
    return opened == Counter(match.group(2).lower() for match in found if match.group(1))


def _with_their_lines(text: str, spans: Iterable[Stretch], strips: Sequence[Strip]) -> list[Stretch]:
    """The cuts, together with the marks and the line break of each line of a strip that they empty."""
    cuts = _merged(spans)
    lines = [(a, b) for a, b, _ in stretches(text) if text[a:b].strip()]
    ends = [b for _, b in lines]
    wider: list[Stretch] = []
    for strip in strips:
        inside = lines[bisect_right(ends, strip.start) : bisect_left(ends, strip.end) + 1]
        for n, (start, end) in enumerate(inside):
            if _emptied(text, start, end, cuts):
                behind = inside[1][0] if not n and len(inside) > 1 else end
                wider.append((inside[n - 1][1] if n else max(start, strip.start), behind))
    return _merged([*cuts, *wider])


def _emptied(text: str, start: int, end: int, cuts: Sequence[Stretch]) -> bool:
    """Whether the line has been cut into and no word of it is left."""
    left, at = "", start
    for low, high in cuts:
        if low < end and start < high:
            left += text[at:low]
            at = max(at, high)
    return at > start and not any(map(str.isalnum, left + text[at:end]))


def _merged(spans: Iterable[Stretch]) -> list[Stretch]:
    out: list[Stretch] = []
    for start, end in sorted(spans):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return out


def _between(text: str, gaps: list[Stretch], first: int, second: int) -> Part:
    """What parts two strips that are neighbours now: the widest of what parted them before.

    Strips that come together anew take the wider of what stood behind the one and before the
    other; at the page's edges, of what stood on their other sides.
    """
    near = (
        gaps[first:second] if first < second else gaps[first : first + 1] + gaps[max(0, second - 1) : second]
    )
    near = near or [gaps[0], gaps[-1]]
    start, end = max(near, key=lambda gap: (_width(text[gap[0] : gap[1]]), -gap[0]))
    if first < second:
        return Keep(start, end)
    return text[start:end]


def _width(gap: str) -> tuple[int, int]:
    return sum(weight for _, _, weight in stretches(gap)), len(gap)
