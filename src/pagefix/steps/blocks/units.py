"""From lines to units: stretches that are one block of the page, before anybody says which."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Callable, Sequence
from typing import NamedTuple

from pagefix.evidence.brackets import balance
from pagefix.steps.blocks.lines import Line

_TERMINAL = "。！？!?…”』」）)》.;；:："
# The share of the width from which a line is full: a justified line has a sign or two fewer.
_FULL = 0.8
# Headlines have three printed lines of some thirteen characters at most.
_LONGEST_HEADING = 40
_DASHES = "—―－–-"


class Says(NamedTuple):
    """What a line's words say: whether they are one thing (a whole byline) that a line break
    may have cut, whether a report begins with them, and whether they are a picture."""

    together: Callable[[str], bool]
    opens: Callable[[str], bool]
    pictures: Callable[[str], bool]


class Unit(NamedTuple):
    """One or more lines that belong together; ``text`` is their words with nothing between."""

    text: str
    pieces: tuple[tuple[int, int], ...]
    level: int
    outer: tuple[tuple[int, int], ...]


def find_units(text: str, lines: Sequence[Line], says: Says) -> list[Unit]:
    """Groups ``lines`` into units.

    A blank line always parts two units.  Without one, lines are put together where the page
    is typeset (its lines run to one width and break in mid-sentence), where they say of
    themselves that they are one thing (a byline that a line break cut), or where they are
    headings of one level on a page whose blocks blank lines part: a heading that was broken
    over lines.  Otherwise every line is a unit of its own, as in dumps that print one
    paragraph a line.
    """
    width = _typeset_width(text, lines)
    parted = 2 * sum(line.gap > 1 for line in lines) > len(lines)
    units: list[list[Line]] = []
    for line in lines:
        if units and line.gap == 1 and _continues(text, units[-1], line, width, parted, says):
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
        text=_words(text, group),
        pieces=tuple((line.start, line.end) for line in group),
        level=group[0].level,
        outer=tuple(line.outer for line in group),
    )


def _typeset_width(text: str, lines: Sequence[Line]) -> float:
    """The width in characters that the page's lines run to, or 0 where they do not.

    In a typeset page most lines that stop in mid-sentence are about equally long; in a
    dump of one paragraph a line they are of any length.  And a printed line breaks where
    its column ends, whatever it says: most of what stands in full lines stops in mid-sentence,
    while the lines of a dump that are as long as a verse or a list's entry are paragraphs.
    """
    plain = [line for line in lines if not line.level]
    open_ended = [
        a.end - a.start
        for a, b in itertools.pairwise(lines)
        if b.gap == 1 and not a.level and not b.level and _is_open(text, a)
    ]
    if len(open_ended) < 3:
        return 0.0
    middle = statistics.median(open_ended)
    near = sum(abs(length - middle) <= max(3, 0.2 * middle) for length in open_ended)
    # Three in five: ragged titles and the last lines of paragraphs make up the rest.
    if near < 0.6 * len(open_ended) or middle > 80:
        return 0.0
    full = [line for line in plain if line.end - line.start >= _FULL * middle]
    closed = sum(line.end - line.start for line in full if not _is_open(text, line))
    return middle if 2 * closed <= sum(line.end - line.start for line in full) else 0.0


def _is_open(text: str, line: Line) -> bool:
    return text[line.end - 1] not in _TERMINAL


def _continues(text: str, group: Sequence[Line], line: Line, width: float, parted: bool, says: Says) -> bool:
    last = group[-1]
    if _is_row(text, last) or _is_row(text, line):
        return _is_row(text, last) and _is_row(text, line)
    if line.level or last.level:
        return parted and _is_same_heading(text, group, line, says)
    indented = bool(width) and line.indented
    if len(group) <= 2 and not indented and says.together(_words(text, (*group, line))):
        return True
    if not width or indented:
        return False
    size, is_open = last.end - last.start, _is_open(text, last)
    full = size >= _FULL * width
    own = _words(text, [line])
    if says.pictures(_words(text, [last])) or says.pictures(own):
        return False
    # One thing by itself is no printed line of a paragraph, unless the column's end cut it
    # out of one: the line above is full, and of （记者王明 the bracket is open.
    if says.together(own) and not (full and is_open and len(group) > 1):
        return False
    begun = _words(text, group[:3])
    if says.together(begun) and not (full and (says.opens(begun) or (is_open and balance(begun)[0]))):
        return False
    return full or (is_open and size >= 0.6 * width)


def _is_same_heading(text: str, group: Sequence[Line], line: Line, says: Says) -> bool:
    """Whether a heading was broken over lines: marked alike, too short for two, no deck behind a dash."""
    own, whole = _words(text, [line]), _words(text, (*group, line))
    return (
        line.level == group[-1].level
        and len(whole) <= _LONGEST_HEADING
        and own[0] not in _DASHES
        and not (says.together(own) or says.together(_words(text, group)))
    )


def _words(text: str, lines: Sequence[Line]) -> str:
    return "".join(text[line.start : line.end] for line in lines)


def _is_row(text: str, line: Line) -> bool:
    """Whether a line is a row of a Markdown table."""
    return line.end - line.start >= 3 and text[line.start] == "|" == text[line.end - 1]
