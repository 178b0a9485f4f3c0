"""Which patterns can match a text at all, by the characters that it is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from pagefix.rules.needed import Group, beginnings
from pagefix.rules.patterns import Pattern

Left = Mapping[str, Sequence[Pattern]]
"""Of each kind the patterns that can match somewhere in a text, in file order."""

_Masks = npt.NDArray[np.uint64]

# Texts whose answers are kept from page to page; those of a page are kept as long as it takes.
_KEPT = 2048
_TOGETHER = 4096
_BITS = 21  # of a code point


class Sieve:
    """A sieve of patterns.

    Every group of strings that a pattern needs is a bit; a text is asked once which groups it
    may hold, by the first two characters of their strings, and so for the patterns of all kinds.
    """

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self._patterns = tuple(patterns)
        self._seen: dict[str, Left] = {}
        self._answers: dict[bytes, Left] = {}
        bit_of: dict[Group, int] = {}
        needs = [[bit_of.setdefault(g, len(bit_of)) for g in pattern.needs] for pattern in self._patterns]
        self._words = max(1, -(-len(bit_of) // 64))
        self._needs = np.array([self._mask(bits) for bits in needs], dtype=np.uint64)
        singles: dict[int, list[int]] = {}
        doubles: dict[int, list[int]] = {}
        for group, bit in bit_of.items():
            for each in beginnings(group):
                of, code = (singles, ord(each)) if len(each) == 1 else (doubles, _code(each))
                of.setdefault(code, []).append(bit)
        # One code more than any that tells something stands for all that tell nothing.
        self._size = max([0, *singles, *(code >> _BITS for code in doubles)]) + 2
        self._row = np.zeros(self._size, dtype=np.int32)
        self._row[list(singles)] = np.arange(1, len(singles) + 1)
        self._single = np.array([self._mask([]), *map(self._mask, singles.values())], dtype=np.uint64)
        self._opens = np.zeros(self._size, dtype=bool)
        self._opens[[code >> _BITS for code in doubles]] = True
        self._codes = np.array(sorted(doubles), dtype=np.int64)
        self._double = np.array([self._mask(doubles[code]) for code in sorted(doubles)], dtype=np.uint64)

    def __call__(self, text: str) -> Left:
        """What is left for ``text``."""
        found = self._seen.get(text)
        if found is None:
            self._answer((text,))
            found = self._seen[text]
        return found

    def prepare(self, texts: Sequence[str]) -> None:
        """Answers for the blocks of a page at once, in a fifth of the time that it takes one by one."""
        if len(self._seen) > _KEPT:
            self._seen, self._answers = {}, {}
        self._answer(texts)

    def _answer(self, texts: Sequence[str]) -> None:
        for first in range(0, len(texts), _TOGETHER):
            some = texts[first : first + _TOGETHER]
            held = self._held(some)
            fits = np.ones((len(some), len(self._patterns)), dtype=bool)
            # Word by word: to reduce an axis this short takes numpy three times as long.
            for mine, needs in zip(held.T, self._needs.T, strict=True):
                fits &= (mine[:, None] & needs) == needs
            self._seen.update(zip(some, map(self._left, fits), strict=True))

    def _left(self, fits: npt.NDArray[np.bool_]) -> Left:
        """The patterns that ``fits`` says, by kind; texts of like characters share one answer."""
        key = fits.tobytes()
        found = self._answers.get(key)
        if found is None:
            left: dict[str, list[Pattern]] = {}
            for at in np.flatnonzero(fits).tolist():
                left.setdefault(self._patterns[at].kind, []).append(self._patterns[at])
            found = self._answers[key] = left
        return found

    def _held(self, texts: Sequence[str]) -> _Masks:
        """The groups that each text may hold."""
        points = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        codes = np.minimum(points, self._size - 1).astype(np.int64)
        owner = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
        held = np.zeros((len(texts), self._words), dtype=np.uint64)
        rows = self._row[codes]
        at = np.flatnonzero(rows)
        _gather(held, owner[at], self._single[rows[at]])
        if len(self._codes):
            at = np.flatnonzero(self._opens[codes[:-1]] & (owner[:-1] == owner[1:]))
            pairs = codes[at] << _BITS | codes[at + 1]
            place = np.minimum(np.searchsorted(self._codes, pairs), len(self._codes) - 1)
            same = self._codes[place] == pairs
            _gather(held, owner[at[same]], self._double[place[same]])
        return held

    def _mask(self, bits: Sequence[int]) -> list[int]:
        words = [0] * self._words
        for bit in bits:
            words[bit // 64] |= 1 << bit % 64
        return words


def _code(two: str) -> int:
    return ord(two[0]) << _BITS | ord(two[1])


def _gather(held: _Masks, owner: npt.NDArray[np.int64], masks: _Masks) -> None:
    """Adds what was found in each text; ``owner`` rises."""
    if len(owner):
        first = np.flatnonzero(np.diff(owner, prepend=-1))
        held[owner[first]] |= np.bitwise_or.reduceat(masks, first, axis=0)
