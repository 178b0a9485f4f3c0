"""Printed lines: how wide they are set, and what a line's width says of its paragraph.

Layout tools may hand on every printed line as a block of its own, or a few of them together.
Then a block that stops in mid-sentence fills its lines; the first line of a paragraph has two
characters fewer, which its indent takes.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from re import compile as pattern

from pagefix.evidence.brackets import CLOSERS

STOPS = "。！？!?…"
_MARK = pattern("[，。、；：]")
_NARROW = pattern("[\x20-\x7e]")
# The narrowest and the widest column, in characters; what is narrower is verse.
_LINE = (10.5, 45.0)
# A line is set wider or narrower by a sign that hangs over its end or was squeezed, or was not read.
_RAGGED = 1.5
# Fewer lines than these may be of one width by chance; a quatrain has four.
_LINES_AT_LEAST = 7
# So many lines by themselves show the width.
_ALIKE = 3
# A block of more lines says little of their width: each may be ragged.
_TOGETHER = 3
# The share of a column's lines that run to its width, the others being misread or another column's;
# and of those that have a mark inside: three in four of fourteen characters, in verse one in six.
_MOST = 0.6
# On pages of printed lines up to one block in sixteen has more than three lines, on pages of paragraphs one
# in four and more.
_PARAGRAPHS = 0.15
_MARKED = 0.4
# How far around a block its column may be looked for.
_AROUND = 8
_INDENT = 2.0
# Between a first line and another lie two characters: less than one from either tells them.
_SURE = 0.75
# A stop may hang over the end of its line.
_HANGING = 1.25


def set_width(text: str) -> float:
    """The width of ``text`` in print, in Chinese characters: letters and figures take half of one."""
    return len(text) - 0.5 * len(_NARROW.findall(text))


def line_widths(texts: Sequence[str]) -> Sequence[float]:
    """For each block the width in characters to which the lines around it run, or 0.

    Where blocks are printed lines, on the whole page or in one of its columns, most of those
    that stop in mid-sentence fill one line of one width, or two or three, which verse, lists
    and signatures do not; elsewhere blocks are paragraphs.
    """
    return _line_widths(tuple(texts))


@lru_cache(maxsize=4)
def _line_widths(texts: tuple[str, ...]) -> tuple[float, ...]:
    """Found once for all that ask of a page."""
    ragged = [(text.rstrip(CLOSERS)[-1:] or text[-1]) not in STOPS for text in texts]
    most = _TOGETHER * _LINE[1]
    sizes = [
        set_width(text) if is_open and len(text) <= 2 * most else 0.0
        for text, is_open in zip(texts, ragged, strict=True)
    ]
    lines = [at for at, size in enumerate(sizes) if _LINE[0] <= size <= most]
    if len(lines) < _LINES_AT_LEAST:
        return (0.0,) * len(texts)
    # Prose is broken anywhere, so its marks fall inside the lines; verse is broken at them.
    marked = [_MARK.search(text, 1, len(text) - 1) is not None for text in texts]
    known = _page_widths(lines, sizes, marked)
    if not known:
        return (0.0,) * len(texts)
    near = ((bisect_left(lines, at - _AROUND), bisect_right(lines, at + _AROUND)) for at in range(len(texts)))
    widths = [_width_here([sizes[n] for n in lines[first:last]], known) for first, last in near]
    return tuple(
        0.0 if width and _paragraphs_around(texts, at, width) else width for at, width in enumerate(widths)
    )


def _paragraphs_around(texts: Sequence[str], at: int, width: float) -> bool:
    """Whether whole paragraphs stand around a block: then the lines are what was cut off them."""
    around = texts[max(0, at - _AROUND) : at + _AROUND + 1]
    return sum(len(text) > _TOGETHER * width + 2 * _RAGGED for text in around) > _PARAGRAPHS * len(around)


def _page_widths(lines: Sequence[int], sizes: Sequence[float], marked: Sequence[bool]) -> list[float]:
    """The widths of the page's columns, as so many lines one after the other show them."""
    found = set()
    for first in range(0, len(lines), _AROUND):
        part = lines[max(0, first - _AROUND) : first + 2 * _AROUND]
        near = [sizes[n] for n in part]
        often = Counter(size for size in near if size <= _LINE[1])
        alike = {w: often[w - 0.5] + often[w] + often[w + 0.5] for w in often}
        fills = {w: _filling(near, w) for w in alike if alike[w] >= _ALIKE}
        same = max(fills.values(), default=0)
        # Many widths fit nearly as well; the commonest of them is that of lines without a hanging sign.
        width = max((w for w in fills if fills[w] >= 0.9 * same), key=lambda w: (often[w], w), default=0.0)
        prose = sum(marked[n] for n in part) >= _MARKED * len(part)
        if prose and same >= max(_LINES_AT_LEAST, _MOST * len(part)):
            found.add(width)
    return sorted(found)


def _width_here(near: Sequence[float], known: Sequence[float]) -> float:
    """The one of the page's widths to which most lines of a place run, else 0."""
    same, width = max((_filling(near, width), width) for width in known)
    return width if same >= max(_ALIKE, _MOST * len(near)) else 0.0


def _filling(sizes: Sequence[float], width: float) -> int:
    return sum(_fills(size, width) for size in sizes)


def _fills(size: float, width: float) -> bool:
    """Whether a block of ``size`` ends where a line of ``width`` does, indented or not."""
    lines = max(1, round((size + _INDENT / 2) / width))
    return lines <= _TOGETHER and -_INDENT - _RAGGED <= size - lines * width <= _RAGGED


def is_full(text: str, width: float) -> bool:
    """Whether the last line of a block fills the column."""
    return _fills(set_width(text), width)


def is_short(text: str, width: float) -> bool:
    """Whether a block of few lines ends before its column does."""
    size = set_width(text)
    return size < _TOGETHER * width and not _fills(size, width)


def first_line(text: str, width: float) -> float:
    """Whether a block that stops in mid-sentence begins with the indented line of a paragraph.

    1 if it does, -1 if its first line is as wide as the column, 0 where its width does not tell.
    """
    size = set_width(text)
    lines = max(1, round((size + _INDENT / 2) / width))
    rest = size - lines * width
    if lines > _TOGETHER or (text.rstrip(CLOSERS)[-1:] or text[-1]) in STOPS:
        return 0.0
    if abs(rest + _INDENT) <= _SURE:
        return 1.0
    return -1.0 if -_SURE <= rest <= _HANGING else 0.0
