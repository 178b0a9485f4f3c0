"""What was found on a page and what was done about it, in words."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pagefix.fixing.edits import Keep, Part, starts_of
from pagefix.fixing.strips import Strip
from pagefix.model import Grouped, Reason, Repeat, Span
from pagefix.rules import Rules

ORDER = "articles.order"
"""The rule of lines that go to their article."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with a page: where, what, why, and how likely that is right.

    ``start`` and ``end`` are code points of the page as it was read, ``line`` counts from 1;
    ``done`` is false for what was left alone.
    """

    page: str
    line: int
    start: int
    end: int
    rule: str
    what: str
    why: str
    score: float
    done: bool = True

    def __str__(self) -> str:
        left = "" if self.done else "left alone, "
        return f"{self.page}:{self.line}: {self.rule}: {left}{self.what}: {self.why}, score {self.score:g}"


class Gauge:
    """Tells where on the page as it was read something stands that a later pass found."""

    def __init__(self, path: str, text: str, parts: Sequence[Part]) -> None:
        self._path = path
        self._parts = parts
        self._starts = starts_of(parts)
        self._lines = [at + 1 for at, char in enumerate(text) if char == "\n"]
        if not self._lines:
            self._lines = [at + 1 for at, char in enumerate(text) if char == "\r"]

    def line(self, at: int) -> int:
        """The line, from 1, of the character ``at``."""
        return bisect_right(self._lines, self._origin(at)) + 1

    def finding(self, span: Span, rule: str, what: str, why: str, score: float, done: bool = True) -> Finding:
        """A finding at ``span``, its place told in the page as it was read."""
        start = self._origin(span.start)
        end = max(start, self._origin(span.end - 1) + 1)
        return Finding(self._path, self.line(span.start), start, end, rule, what, why, score, done)

    def _origin(self, at: int) -> int:
        """Where a character comes from; for what was put in, the end of what is kept before it."""
        for place in range(bisect_right(self._starts, at) - 1, -1, -1):
            part = self._parts[place]
            if isinstance(part, Keep):
                return min(part.start + at - self._starts[place], part.end)
        return 0


def carried_out(grouped: Grouped, gauge: Gauge) -> Iterator[Finding]:
    """The repeats that were taken out and the seams that were closed."""
    text = grouped.page.text
    for repeat in grouped.repeats:
        why = _told(repeat, text, gauge)
        yield gauge.finding(repeat.span, repeat.rule, repeat.reason, why, repeat.score)
    for seam in grouped.seams:
        tail, head = text[seam.tail.start : seam.tail.end], text[seam.head.start : seam.head.end]
        why = f"{_last(tail)} in line {gauge.line(seam.tail.end - 1)} goes on here with {_first(head)}"
        yield gauge.finding(seam.head, seam.rule, "seam", why, seam.score)


def doubtful(grouped: Grouped, gauge: Gauge) -> Iterator[Finding]:
    """What was found and left alone."""
    for doubt in grouped.doubts:
        text = grouped.page.text[doubt.span.start : doubt.span.end]
        why = f"{_first(text)}, {doubt.why}"
        if doubt.of is not None:
            why = f"{_first(text)} may belong to line {gauge.line(doubt.of.end - 1)}, {doubt.why}"
        yield gauge.finding(doubt.span, doubt.rule, doubt.what, why, doubt.score, done=False)


def out_of_order(grouped: Grouped, strips: Sequence[Strip], rules: Rules, gauge: Gauge) -> Iterator[Finding]:
    """The lines that stand, or stood, in another article's text."""
    score = rules.number("fixing.order_score")
    done = rules.allows(ORDER, score)
    for strip in strips:
        own = next(clipping for clipping in strip.clippings if clipping.story >= 0)
        first = grouped.stories[own.story].blocks[0]
        words = "".join(grouped.page.text[piece.start : piece.end] for piece in own.pieces)
        why = f"{_first(words)} belongs to {_first(first.text)} in line {gauge.line(first.start)}"
        yield gauge.finding(
            Span(grouped.page.path, own.start, own.end),
            ORDER,
            "order",
            why if done else f"{why}, {rules.why_not(score)}",
            score,
            done,
        )


def _told(repeat: Repeat, text: str, gauge: Gauge) -> str:
    said = _first(text[repeat.span.start : repeat.span.end])
    if repeat.of is not None:
        where = "again" if repeat.reason is Reason.STUTTER else "too"
        said += f" stands in line {gauge.line(repeat.of.start)} {where}"
    return f"{said}, the words that it took the place of are lost" if repeat.gap else said


# Enough to find the place by eye.
_SHOWN = 12


def _first(text: str) -> str:
    flat = " ".join(text.split())
    return f"“{flat}”" if len(flat) <= _SHOWN else f"“{flat[:_SHOWN]}…”"


def _last(text: str) -> str:
    flat = " ".join(text.split())
    return f"“{flat}”" if len(flat) <= _SHOWN else f"“…{flat[-_SHOWN:]}”"
