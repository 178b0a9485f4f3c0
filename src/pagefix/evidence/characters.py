"""How likely characters follow each other, and stand at a paragraph's edge.

A model of runs of up to three characters with the smoothing of Witten and Bell (The
zero-frequency problem, IEEE Transactions on Information Theory 37, 1991): what was seen
behind two characters, else behind the second, else anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
_NOTHING = 0


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
        self._all = float(self._runs[0].seen.sum())

    def closes(self, texts: Sequence[str]) -> Floats:
        """The chance that a paragraph ends where each text ends, as natural logarithm."""
        before, last = _last_two(texts)
        return np.asarray(np.log(self._behind_two(before, last, np.full(len(texts), ord(EDGE)))))

    def opens(self, texts: Sequence[str]) -> Floats:
        """How much likelier each text's first two characters begin a paragraph than stand anywhere."""
        first, second = _first_two(texts)
        edge = np.full(len(texts), ord(EDGE))
        found = self._behind_one(edge, first) * self._behind_two(edge, first, second)
        return np.asarray(np.log(found / self._anywhere(first, second)))

    def runs_on(self, tails: Sequence[str], heads: Sequence[str], i: Ints, j: Ints) -> Floats:
        """How much likelier head ``j``'s first two characters stand behind tail ``i`` than anywhere."""
        before, last = _last_two(tails)
        first, second = _first_two(heads)
        # Pairs are thirty times as many as texts: what one side tells alone is looked up before they are made.
        tail_one, tail_two = self._runs[0].context(last), self._runs[1].context(before << _BITS | last)
        alone, head_two = self._alone(first), self._behind_one(first, second)
        across = self._runs[1].context(last[i] << _BITS | first[j])
        one = tail_one.of(i).chance(across.seen, alone[j])
        (seen,) = self._runs[2].look_up(tail_two.key[i] << _BITS | first[j], self._runs[2].seen)
        first_chance = tail_two.of(i).chance(seen, one)
        (seen,) = self._runs[2].look_up(across.key << _BITS | second[j], self._runs[2].seen)
        second_chance = across.chance(seen, head_two[j])
        return np.asarray(np.log(first_chance * second_chance / (alone * head_two)[j]))

    def _anywhere(self, first: Ints, second: Ints) -> Floats:
        return np.asarray(self._alone(first) * self._behind_one(first, second))

    def _alone(self, characters: Ints) -> Floats:
        (seen,) = self._runs[0].look_up(characters, self._runs[0].seen)
        return np.asarray((seen + 0.5) / (self._all + _UNSEEN))

    def _behind_one(self, first: Ints, second: Ints) -> Floats:
        return self._behind(self._runs[0], self._runs[1], first, second, self._alone(second))

    def _behind_two(self, first: Ints, second: Ints, third: Ints) -> Floats:
        context = first << _BITS | second
        return self._behind(self._runs[1], self._runs[2], context, third, self._behind_one(second, third))

    @staticmethod
    def _behind(contexts: _Runs, longer: _Runs, context: Ints, character: Ints, else_: Floats) -> Floats:
        (seen,) = longer.look_up(context << _BITS | character, longer.seen)
        return contexts.context(context).chance(seen, else_)


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

    def followed_by(self, longer: _Runs) -> None:
        place = np.searchsorted(self.keys, longer.keys >> _BITS)
        listed = np.bincount(place, minlength=len(self.keys))
        together = np.bincount(place, longer.seen, minlength=len(self.keys))
        # What is not listed was mostly seen once each.
        self.kinds = np.asarray(listed + np.maximum(self.seen - together, 0.0), dtype=np.float64)

    def context(self, wanted: Ints) -> _Context:
        """What is known of each of ``wanted``."""
        return _Context(wanted, *self.look_up(wanted, self.seen, self.kinds))

    def look_up(self, wanted: Ints, *columns: Floats) -> tuple[Floats, ...]:
        """The entries of ``columns`` beside each of ``wanted``; 0 where it is not listed."""
        place = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        found = self.keys[place] == wanted
        return tuple(np.where(found, column[place], 0.0) for column in columns)


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


def _last_two(texts: Sequence[str]) -> tuple[Ints, Ints]:
    pairs = _points("".join(_plain_two(text[-2:]).rjust(2, chr(_NOTHING)) for text in texts)).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


def _first_two(texts: Sequence[str]) -> tuple[Ints, Ints]:
    pairs = _points("".join(_plain_two(text[:2]).ljust(2, EDGE) for text in texts)).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]
