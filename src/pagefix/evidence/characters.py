"""How likely characters follow each other, and stand at a paragraph's edge.

A model of runs of up to three characters with the smoothing of Witten and Bell (The
zero-frequency problem, IEEE Transactions on Information Theory 37, 1991): what was seen
behind two characters, else behind the second, else anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

EDGE = "¶"
"""What stands before and behind every paragraph."""

LONGEST = 3
"""The longest run counted.  Runs of four told nothing more (seams' F1 0.928 with and without them)."""

_BITS = 21  # of a code point
# Characters that were never counted share the chance of this many, each seen half a time.
_UNSEEN = 4000
_NOTHING = "\0"
_EDGE = np.array([ord(EDGE)], dtype=np.int64)


class Characters:
    """Counts of runs of characters, as chances.

    ``rows`` are those of ``seams.characters``: the length of runs, a count, and all runs of
    this length that were seen so often, one behind the other (``2 57 人民国家``).
    """

    def __init__(self, rows: Iterable[str]) -> None:
        keys: list[list[Ints]] = [[] for _ in range(LONGEST)]
        seen: list[list[Ints]] = [[] for _ in range(LONGEST)]
        for row in rows:
            length, count, runs = row.split(" ")
            size = int(length)
            keys[size - 1].append(_keys(_points(runs).reshape(-1, size)))
            seen[size - 1].append(np.full(len(runs) // size, int(count), dtype=np.int64))
        self._runs = [_Runs(np.concatenate(k), np.concatenate(s)) for k, s in zip(keys, seen, strict=True)]
        for contexts, longer in zip(self._runs, self._runs[1:], strict=False):
            contexts.followed_by(longer)

    def chances(self, points: Ints) -> Floats:
        """The chance of each character, none of them nothing."""
        ones = self._runs[0]
        return np.asarray((ones.times(points) + 1) / ones.all)

    def pairs(self) -> tuple[Ints, Ints, Floats]:
        """All pairs of characters that were listed: the first, the second, and their chance."""
        twos = self._runs[1]
        return twos.keys >> _BITS, twos.keys & (1 << _BITS) - 1, np.asarray((twos.seen + 1) / twos.all)

    def chance_of_unseen_pair(self) -> np.float64:
        """That of any pair that was not listed."""
        return np.float64(1 / self._runs[1].all)

    def edges(self, texts: Sequence[str]) -> Edges:
        """What is known of the ends and beginnings of ``texts``."""
        return Edges(self._runs, texts)


class Edges:
    """The last and the first two characters of texts, and how likely paragraphs end and begin so.

    What one side of a seam tells alone is looked up once a text: pairs are thirty times as many.
    """

    def __init__(self, runs: Sequence[_Runs], texts: Sequence[str]) -> None:
        self._ones, self._twos, self._threes = runs
        before, last = _two_of(_plain_two(text[-2:]).rjust(2, _NOTHING) for text in texts)
        self._first, self._second = _two_of(_plain_two(text[:2]).ljust(2, EDGE) for text in texts)
        self._last = self._ones.context(last)
        self._last_two = self._twos.context(before << _BITS | last)
        first = self._ones.context(self._first)
        self._alone = self._ones.alone(first.seen)
        second = self._ones.alone(self._ones.times(self._second))
        self._head = first.chance(self._twos.times(self._first << _BITS | self._second), second)
        """The chance of a text's second character behind its first."""

    def of(self, at: Ints) -> Edges:
        """Those of the texts ``at`` these places."""
        edges = copy(self)
        edges._first, edges._second = self._first[at], self._second[at]
        edges._last, edges._last_two = self._last.of(at), self._last_two.of(at)
        edges._alone, edges._head = self._alone[at], self._head[at]
        return edges

    def closes(self) -> Floats:
        """The chance that a paragraph ends where each text ends, as natural logarithm."""
        edge = self._ones.alone(self._ones.times(_EDGE))
        edge = self._last.chance(self._twos.times(self._last.key << _BITS | _EDGE), edge)
        seen = self._threes.times(self._last_two.key << _BITS | _EDGE)
        return np.asarray(np.log(self._last_two.chance(seen, edge)))

    def opens(self) -> Floats:
        """How much likelier each text's first two characters begin a paragraph than stand anywhere."""
        begun = self._twos.context(_EDGE << _BITS | self._first)
        found = self._ones.context(_EDGE).chance(begun.seen, self._alone)
        found = found * begun.chance(self._threes.times(begun.key << _BITS | self._second), self._head)
        return np.asarray(np.log(found / (self._alone * self._head)))

    def runs_on(self, i: Ints, j: Ints) -> Floats:
        """How much likelier the first two characters of text ``j`` stand behind text ``i`` than anywhere."""
        first, second = self._first[j], self._second[j]
        across = self._twos.context(self._last.key[i] << _BITS | first)
        one = self._last.of(i).chance(across.seen, self._alone[j])
        found = self._last_two.of(i).chance(self._threes.times(self._last_two.key[i] << _BITS | first), one)
        found = found * across.chance(self._threes.times(across.key << _BITS | second), self._head[j])
        return np.asarray(np.log(found / (self._alone * self._head)[j]))


class _Context(NamedTuple):
    """Runs of characters, how often each was seen, and how many kinds of characters followed it."""

    key: Ints
    seen: Floats
    kinds: Floats

    def of(self, at: Ints) -> _Context:
        """Those ``at`` these places."""
        return _Context(self.key[at], self.seen[at], self.kinds[at])

    def chance(self, followed: Floats, else_: Floats) -> Floats:
        """That of a character that ``followed`` each so often; ``else_`` where nothing tells."""
        chance = (followed + self.kinds * else_) / np.maximum(self.seen + self.kinds, 1.0)
        return np.where(self.seen > 0, chance, else_)


class _Runs:
    """Runs of one length, in order: how often each was seen, and how many kinds of characters followed."""

    def __init__(self, keys: Ints, seen: Ints) -> None:
        order = np.argsort(keys)
        self.keys, self.seen = keys[order], seen[order].astype(np.float64)
        self.kinds: Floats = np.zeros(len(keys))
        self.all = float(self.seen.sum())

    def followed_by(self, longer: _Runs) -> None:
        place = np.searchsorted(self.keys, longer.keys >> _BITS)
        listed = np.bincount(place, minlength=len(self.keys))
        together = np.bincount(place, longer.seen, minlength=len(self.keys))
        # What is not listed was mostly seen once each.
        self.kinds = np.asarray(listed + np.maximum(self.seen - together, 0.0), dtype=np.float64)

    def context(self, wanted: Ints) -> _Context:
        """What is known of each of ``wanted``."""
        place, found = self._places(wanted)
        return _Context(
            wanted, np.where(found, self.seen[place], 0.0), np.where(found, self.kinds[place], 0.0)
        )

    def times(self, wanted: Ints) -> Floats:
        """How often each of ``wanted`` was seen."""
        place, found = self._places(wanted)
        return np.where(found, self.seen[place], 0.0)

    def alone(self, seen: Floats) -> Floats:
        """The chance of a character that was ``seen`` so often, whatever stands before it."""
        return np.asarray((seen + 0.5) / (self.all + _UNSEEN))

    def _places(self, wanted: Ints) -> tuple[Ints, npt.NDArray[np.bool_]]:
        place = np.minimum(self.keys.searchsorted(wanted), len(self.keys) - 1)
        return place, self.keys[place] == wanted


@lru_cache(maxsize=4)
def characters_of(rows: tuple[str, ...]) -> Characters:
    """The chances that ``rows`` tell; made once for a set of rules."""
    return Characters(rows)


def plain(text: str) -> str:
    """``text`` with ``0`` for any digit and ``a`` for any letter of the alphabet.

    Which ones they are says nothing of other papers.
    """
    return "".join("0" if c.isdecimal() else "a" if c.isascii() and c.isalpha() else c for c in text)


@lru_cache(maxsize=16384)
def _plain_two(text: str) -> str:
    return plain(text)


def _keys(points: Ints) -> Ints:
    key = points[:, 0]
    for column in points.T[1:]:
        key = key << _BITS | column
    return key


def _points(text: str) -> Ints:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.int64)


def _two_of(pairs: Iterable[str]) -> tuple[Ints, Ints]:
    """The first and the second code point of each pair."""
    points = _points("".join(pairs)).reshape(-1, 2)
    return points[:, 0], points[:, 1]
