"""From lines to units: stretches that are one block of the page, before anybody says which."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Callable, Sequence
from typing import NamedTuple

from pagefix.steps.blocks.lines import Line

_TERMINAL = "。！？!?…”』」）)》.;；:："


class Unit(NamedTuple):
    """One or more lines that belong together; ``text`` is their words with nothing between."""

    text: str
    pieces: tuple[tuple[int, int], ...]
    level: int
    outer: tuple[tuple[int, int], ...]


def find_units(text: str, lines: Sequence[Line], together: Callable[[str], bool]) -> list[Unit]:
    """Groups ``lines`` into units.

    A blank line always parts two units.  Without one, lines are put together where the
    page is typeset (its lines run to one width and break in mid-sentence), or where
    ``together`` says of the put-together text that it is one thing (a byline that a
    line break cut); otherwise every line is a unit of its own, as in dumps that
    print one paragraph a line.
    """
    width = _typeset_width(text, lines)
    units: list[list[Line]] = []
    for line in lines:
        if units and line.gap == 1 and _continues(text, units[-1], line, width, together):
            units[-1].append(line)
        else:
            units.append([line])
    return [_unit(text, group) for group in units]


def _unit(text: str, group: Sequence[Line]) -> Unit:
    if len(group) == 1:
        (line,) = group
        return Unit(text[line.start : line.end], ((line.start, line.end),), line.level, (line.outer,))
    if _is_row(text, group[0]):
        # A table without its line breaks is no table: it stays as it is, breaks and all.
        span = (group[0].start, group[-1].end)
        return Unit(text[span[0] : span[1]], (span,), 0, (span,))
    return Unit(
        text="".join(text[line.start : line.end] for line in group),
        pieces=tuple((line.start, line.end) for line in group),
        level=group[0].level,
        outer=tuple(line.outer for line in group),
    )


def _typeset_width(text: str, lines: Sequence[Line]) -> float:
    """The width in characters that the page's lines run to, or 0 where they do not.

    In a typeset page most lines that stop in mid-sentence are about equally long; in a
    dump of one paragraph a line they are of any length.
    """
    open_ended = [
        a.end - a.start
        for a, b in itertools.pairwise(lines)
        if b.gap == 1 and not a.level and not b.level and text[a.end - 1] not in _TERMINAL
    ]
    if len(open_ended) < 3:
        return 0.0
    middle = statistics.median(open_ended)
    near = sum(abs(length - middle) <= max(3, 0.2 * middle) for length in open_ended)
    # Three in five: ragged titles and the last lines of paragraphs make up the rest.
    return middle if near >= 0.6 * len(open_ended) and middle <= 80 else 0.0


def _continues(
    text: str, group: Sequence[Line], line: Line, width: float, together: Callable[[str], bool]
) -> bool:
    last = group[-1]
    if _is_row(text, last) or _is_row(text, line):
        return _is_row(text, last) and _is_row(text, line)
    if line.level or last.level:
        return False
    if len(group) <= 2 and together("".join(text[x.start : x.end] for x in (*group, line))):
        return True
    if not width or line.indented:
        return False
    # One thing by itself (a whole byline) is no printed line of a paragraph.
    if together(text[line.start : line.end]) or together("".join(text[x.start : x.end] for x in group[:3])):
        return False
    full = last.end - last.start >= 0.8 * width
    return full or (text[last.end - 1] not in _TERMINAL and last.end - last.start >= 0.6 * width)


def _is_row(text: str, line: Line) -> bool:
    """Whether a line is a row of a Markdown table."""
    return line.end - line.start >= 3 and text[line.start] == "|" == text[line.end - 1]
