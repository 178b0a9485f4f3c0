"""From text to lines: where the words stand, and what the tool wrote around them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

# What may stand at a line's edge without being text: white space of every script, the byte
# order mark, zero-width characters and the entities that models write for an indent.
_BLANK = r"\s\u200b-\u200f\u2060\ufeff\u3164\x00-\x08\x0e-\x1f"
_EDGE = rf"(?:[{_BLANK}]|&(?:nbsp|emsp|ensp|thinsp);)"
_LEAD = re.compile(rf"{_EDGE}*")
_TRAIL = re.compile(rf"{_EDGE}+\Z")
# Few lines end in one of these; looking for an edge takes a third of a line's time.
_MAY_TRAIL = re.compile(rf"[{_BLANK};]")
_BREAK = re.compile(r"\r\n|[\n\r\f\v\u2028\u2029\x85]|<br\s*/?>", re.IGNORECASE)
_PLAIN_BREAK = re.compile(r"\r\n|[\n\r\f\v\u2028\u2029\x85]")
_HEADING = re.compile(r"(#{1,6}|＃{1,6})[ \t\u3000]*(?=\S)")
_QUOTE = re.compile(r"(?:>[ \t]?)+")
_BOLD = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1\Z")
_ITALIC = re.compile(r"([*_])(?=[^\s*_])([^*_]+)(?<=\S)\1\Z")
_CLOSING_HASHES = re.compile(r"[ \t]+#+\Z")
_INDENT = re.compile(r"[ \t]*\u3000|[ ]{2,}|\t|(?:&(?:nbsp|emsp|ensp);)")

BOLD = 4
"""The level of a line that is bold as a whole: below three heading marks, above none."""

SECTION = re.compile(r"\\(title|chapter|section|subsection|subsubsection|textbf)\*?\{\s*([^{}]+?)\s*\}")
"""What readers that write LaTeX have for ``#`` and ``**``; its words are the second group."""

_SECTIONS = {"title": 1, "chapter": 1, "section": 2, "subsection": 3, "subsubsection": 3, "textbf": BOLD}


class Line(NamedTuple):
    """A line's words: ``start`` and ``end`` leave out white space and Markdown marks.

    ``gap`` counts the line breaks since the previous line that holds anything (0 at the
    first), a form feed as two; ``outer`` is the stretch with its marks.
    """

    start: int
    end: int
    outer: tuple[int, int]
    level: int
    indented: bool
    gap: int


def find_lines(text: str) -> list[Line]:
    """The lines of ``text`` that hold anything, in order."""
    lines: list[Line] = []
    gap = 0
    for start, end, breaks in stretches(text):
        line = _line(text, start, end, gap if lines else 0)
        if line is None:
            gap += breaks
            continue
        lines.append(line)
        gap = breaks
    return lines


def stretches(text: str) -> Iterator[tuple[int, int, int]]:
    """Start, end and the weight of the break behind, for each physical line."""
    at = 0
    for found in (_BREAK if "<" in text else _PLAIN_BREAK).finditer(text):
        yield at, found.start(), 2 if found.group() in "\f\u2029" else 1
        at = found.end()
    yield at, len(text), 0


def _line(text: str, start: int, end: int, gap: int) -> Line | None:
    if start == end:
        return None
    outer = text[start:end]
    lead = _LEAD.match(outer)
    first = lead.end() if lead else 0
    trail = _TRAIL.search(outer, first) if _MAY_TRAIL.match(outer[-1:]) else None
    last = trail.start() if trail else len(outer)
    if first >= last:
        return None
    whole = (start + first, start + last)
    level = 0
    # Few lines begin with one of the marks: asking for it first takes a tenth of the time.
    quote = _QUOTE.match(outer, first, last) if outer.startswith(">", first) else None
    if quote and quote.end() < last:
        first = _inner(outer, quote.end(), last)
    heading = _HEADING.match(outer, first, last) if outer.startswith(("#", "＃"), first) else None
    if heading and heading.end() < last:
        level = len(heading.group(1))
        first = heading.end()
        closing = _CLOSING_HASHES.search(outer, first, last)
        last = closing.start() if closing else last
    bold = _BOLD.match(outer[:last], first) if outer.startswith(("*", "_"), first) else None
    if bold and bold.group(1) not in bold.group(2):
        level = level or BOLD
        first, last = bold.start(2), bold.end(2)
    if outer.startswith("\\", first) and (section := SECTION.fullmatch(outer, first, last)):
        level = level or _SECTIONS[section.group(1)]
    italic = _ITALIC.match(outer[:last], first) if outer.startswith(("*", "_"), first) else None
    if italic:
        first, last = italic.span(2)
    return Line(start + first, start + last, whole, level, _INDENT.match(outer) is not None, gap)


def _inner(text: str, at: int, last: int) -> int:
    found = _LEAD.match(text, at, last)
    return found.end() if found else at
