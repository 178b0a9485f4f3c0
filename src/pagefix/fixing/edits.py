"""Edits as a list of parts: what of the old text stays, in its new order, and what is put between.

The list says both ways: it makes the new text from the old one, and turned around it
makes the old text from the new one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple


class Keep(NamedTuple):
    """A half-open stretch of the old text, in code points."""

    start: int
    end: int


Part = Keep | str
"""A stretch that is kept, or characters that are put in."""


def woven(parts: Iterable[Part], text: str) -> str:
    """The new text that ``parts`` make of ``text``."""
    return "".join(part if isinstance(part, str) else text[part.start : part.end] for part in parts)


def tidy(parts: Iterable[Part]) -> tuple[Part, ...]:
    """The same parts, empty ones left out and neighbours put together."""
    out: list[Part] = []
    for part in parts:
        last = out[-1] if out else ""
        if isinstance(part, str):
            if part and isinstance(last, str) and out:
                out[-1] = last + part
            elif part:
                out.append(part)
        elif part.start < part.end:
            if isinstance(last, Keep) and last.end == part.start:
                out[-1] = Keep(last.start, part.end)
            else:
                out.append(part)
    return tuple(out)


def composed(later: Iterable[Part], earlier: Sequence[Part]) -> tuple[Part, ...]:
    """One list for two: ``later`` speaks of the text that ``earlier`` makes."""
    starts = starts_of(earlier)
    return tidy(piece for part in later for piece in _through(part, earlier, starts))


def _through(part: Part, earlier: Sequence[Part], starts: Sequence[int]) -> Iterator[Part]:
    if isinstance(part, str):
        yield part
        return
    at = max(0, bisect_right(starts, part.start) - 1)
    while at < len(earlier) and starts[at] < part.end:
        inner, low = earlier[at], max(part.start - starts[at], 0)
        high = part.end - starts[at]
        yield (
            inner[low:high]
            if isinstance(inner, str)
            else Keep(inner.start + low, min(inner.end, inner.start + high))
        )
        at += 1


def turned(parts: Sequence[Part], text: str) -> tuple[Part, ...]:
    """The way back: parts of the new text, and what must be put in, that make ``text`` again."""
    back = [
        (part.start, part.end, start)
        for part, start in zip(parts, starts_of(parts), strict=True)
        if isinstance(part, Keep)
    ]
    out: list[Part] = []
    at = 0
    for start, end, new in sorted(back):
        if end <= at:
            continue
        first = max(at, start)
        out += [text[at:first], Keep(new + first - start, new + end - start)]
        at = end
    return tidy([*out, text[at:]])


def starts_of(parts: Sequence[Part]) -> list[int]:
    """Where in the new text each part begins."""
    starts, at = [], 0
    for part in parts:
        starts.append(at)
        at += len(part) if isinstance(part, str) else part.end - part.start
    return starts
