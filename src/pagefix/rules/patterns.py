"""Patterns that run under a time limit."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

import regex

from pagefix.errors import RuleError
from pagefix.rules.needed import SPACE, Group, closing, holds, longest, needed, opening

Match = Any  # regex ships no types


class Pattern:
    """A compiled rule.  Every call runs under the rule set's time limit, in seconds.

    A text that lacks what every match holds is passed over without running the expression
    (:mod:`pagefix.rules.needed`).  The limit costs about four microseconds a call; a
    pattern that exceeds it raises :class:`~pagefix.errors.RuleError` with its id instead of
    hanging a run.
    """

    __slots__ = (
        "_closing",
        "_compiled",
        "_longest",
        "_needs",
        "_opening",
        "_source",
        "id",
        "kind",
        "timeout",
    )

    def __init__(self, identity: str, kind: str, source: str, timeout: float) -> None:
        self.id = identity
        self.kind = kind
        self.timeout = timeout
        self._source = source
        self._compiled: Any = None
        self._needs: tuple[Group, ...] | None = None
        self._opening: frozenset[str] | None = None
        self._closing: frozenset[str] | None = None
        self._longest = math.inf

    @property
    def needs(self) -> tuple[Group, ...]:
        """Groups of strings: what matches holds one of each (:mod:`pagefix.rules.needed`)."""
        if self._needs is None:
            self._needs = needed(self._source)
            self._opening, self._closing = opening(self._source), closing(self._source)
            self._longest = longest(self._source)
        return self._needs

    def __reduce__(self) -> tuple[object, ...]:
        return (Pattern, (self.id, self.kind, self._source, self.timeout))

    def compile(self) -> None:
        """Does now what else the first use does."""
        if self._compiled is None:
            self._compiled = regex.compile(self._source)
        self._needs = self.needs

    @property
    def source(self) -> str:
        """The expression as the rule spells it."""
        return self._source

    def search(self, text: str, start: int = 0) -> Match | None:
        """The first match from ``start`` on."""
        return self._run("search", text, start)

    def match(self, text: str, start: int = 0) -> Match | None:
        """A match that begins at ``start``."""
        return self._run("match", text, start) if _may_be(text[start : start + 1], self._opening) else None

    def fullmatch(self, text: str) -> Match | None:
        """A match of the whole text."""
        may = len(text) <= self._longest and _may_be(text[:1], self._opening)
        return self._run("fullmatch", text, 0) if may and _may_be(text[-1:], self._closing) else None

    def begins(self, first: str) -> bool:
        """Whether a match may begin a text with this first character."""
        if self._needs is None:
            self._needs = self.needs
        return _may_be(first, self._opening)

    def _run(self, how: str, text: str, start: int) -> Match | None:
        for group in self.needs if self._needs is None else self._needs:
            if not holds(text, group, start):
                return None
        if self._compiled is None:
            self.compile()
        try:
            return getattr(self._compiled, how)(text, start, timeout=self.timeout)
        except TimeoutError:
            raise RuleError(
                f"the pattern {self.id} ran longer than {self.timeout} s",
                remedy="make it less ambiguous, or raise rules.pattern_timeout",
            ) from None


def _may_be(edge: str, known: frozenset[str] | None) -> bool:
    """Whether a match may have this character at its edge, if ``known`` are all that it may have there.

    To ask for the first one saves nine in ten of those who are asked.
    """
    return known is None or not edge or edge in known or (SPACE in known and edge.isspace())


_FLAGS = re.compile(r"\(\?[aiLmsuxbefprw]+[-:)]", re.IGNORECASE)


def first_of(patterns: Sequence[Pattern]) -> tuple[Pattern, ...]:
    """Patterns of one kind as one that tries them in their order, for paths by the million.

    Starting a timed match costs more than most patterns do: nine patterns took 45
    microseconds a path one by one and 10 as one.  Patterns with flags stay as they are, for a flag
    would reach its neighbours.
    """
    if len(patterns) < 2 or any(_FLAGS.search(pattern.source) for pattern in patterns):
        return tuple(patterns)
    source = "|".join(f"(?:{pattern.source})" for pattern in patterns)
    name = " or ".join(pattern.id for pattern in patterns)
    return (Pattern(name, patterns[0].kind, source, patterns[0].timeout),)
