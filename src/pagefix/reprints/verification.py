"""What two texts truly have in common: rapidfuzz alignments over many pairs at once.

First the whole of the shorter text is sought in the longer one.  Where that fails (an
excerpt set between other words, blocks in another order) unique shingles of both are chained
along their diagonals, and each chain is aligned.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, fields, replace
from functools import partial

import numpy as np
import numpy.typing as npt

from pagefix.matching.batches import Ints, Keys
from pagefix.reprints.chains import find_chains
from pagefix.reprints.forms import filled_places

Shares = npt.NDArray[np.float32]

# Below this share of the shorter text in common, in order, the chains are asked.  Unrelated
# Chinese texts of equal length have 0.2 to 0.35 in common.
_CONTAINED = 0.8
# The whole alignment takes time with the product of both lengths, chains with their sum.
_WHOLE = 1500
# In a text so much longer the characters of a short one are found by chance, in order.
_TIMES = 4
_PART = 1 << 12
# So many characters are aligned in Python in less time than rapidfuzz takes to load (9 ms).
_SOON = 10_000
# Forms are short, and never as alike as two readings of one text mostly are.
_FORM, _NO_FORM = 300, 0.93


@dataclass(frozen=True, slots=True)
class Aligned:
    """A row a pair.

    ``first``, ``second``: the share of each text that the other has too.  ``longest``: the
    longest common stretch in characters.  ``alike``: how alike the common parts are (1: no
    error).  ``places``: how many places between them differ by three characters or more;
    0 for long texts and those that are very much alike, -1 where it is not counted yet.
    """

    first: Shares
    second: Shares
    longest: Ints
    alike: Shares
    places: Ints

    def __len__(self) -> int:
        return len(self.first)


def nothing(count: int) -> Aligned:
    """Pairs that have nothing in common."""
    shares, lengths = np.zeros((3, count), dtype=np.float32), np.zeros((2, count), dtype=np.int64)
    return Aligned(shares[0], shares[1], lengths[0], shares[2], lengths[1])


def joined(parts: Sequence[Aligned]) -> Aligned:
    """Alignments of several parts as one."""
    parts = [nothing(0), *parts]
    return Aligned(*(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Aligned)))


def some(found: Aligned, rows: Ints | npt.NDArray[np.bool_] | slice) -> Aligned:
    """Some rows of the alignments."""
    return Aligned(*(getattr(found, column.name)[rows] for column in fields(Aligned)))


def align(keys: Keys, first: Ints, second: Ints, executor: Executor | None = None) -> Aligned:
    """Aligns the texts ``first`` with the texts ``second``, pair by pair.

    Pure: the result for a pair depends on its two texts alone, not on the other pairs, nor on
    which of the two is named first.  ``executor`` may be one of threads.
    """
    text = keys.whole()
    turned = _turned(keys, text, first, second)
    a, b = np.where(turned, second, first), np.where(turned, first, second)
    parts = range(0, len(a), _PART)
    each = executor.map if executor else map
    work = partial(_align_part, keys, text)
    found = joined(list(each(work, [a[n : n + _PART] for n in parts], [b[n : n + _PART] for n in parts])))
    one, other = np.where(turned, found.second, found.first), np.where(turned, found.first, found.second)
    return replace(found, first=one, second=other)


def count_places(keys: Keys, first: Ints, second: Ints, found: Aligned, rows: Ints) -> Aligned:
    """``found`` with the places of its rows ``rows`` counted where they are not counted yet.

    Counting takes ten times as long as an alignment, so it is left to those who need it.
    """
    rows = rows[found.places[rows] < 0]
    turned = _turned(keys, keys.whole(), first[rows], second[rows])
    a, b = np.where(turned, second[rows], first[rows]), np.where(turned, first[rows], second[rows])
    places = found.places.copy()
    for n in range(0, len(rows), _PART):
        places[rows[n : n + _PART]] = filled_places(keys, a[n : n + _PART], b[n : n + _PART])
    return replace(found, places=places)


def _turned(keys: Keys, text: str, first: Ints, second: Ints) -> npt.NDArray[np.bool_]:
    """Pairs whose second text is the shorter one, or of two equally long ones comes first in order."""
    sizes = keys.sizes
    turned: npt.NDArray[np.bool_] = sizes[first] > sizes[second]
    level = np.flatnonzero(sizes[first] == sizes[second])
    start, end = keys.bounds[:-1], keys.bounds[1:]
    one = _cuts(text, start[first[level]], end[first[level]])
    other = _cuts(text, start[second[level]], end[second[level]])
    turned[level] = [a > b for a, b in zip(one, other, strict=True)]
    return turned


def _align_part(keys: Keys, text: str, first: Ints, second: Ints) -> Aligned:
    sizes = keys.sizes
    shorter = np.minimum(sizes[first], sizes[second])
    longer = np.maximum(sizes[first], sizes[second])
    found = nothing(len(first))
    several = np.zeros(len(first), dtype=bool)
    whole = np.flatnonzero((longer <= _WHOLE) & (longer <= _TIMES * shorter))
    start, end = keys.bounds[:-1], keys.bounds[1:]
    one = _cuts(text, start[first[whole]], end[first[whole]])
    common = _in_common(one, _cuts(text, start[second[whole]], end[second[whole]]))
    contained = common >= _CONTAINED * shorter[whole]
    at, common = whole[contained], common[contained]
    found.first[at], found.second[at] = common / sizes[first[at]], common / sizes[second[at]]
    found.longest[at], found.alike[at] = common, common / shorter[at]
    rest = np.flatnonzero(found.longest == 0)
    several[rest] = _by_chains(keys, text, first, second, rest, found)
    found.places[(shorter <= _FORM) & (found.longest > 0) & ((found.alike < _NO_FORM) | several)] = -1
    return found


def _by_chains(
    keys: Keys, text: str, first: Ints, second: Ints, rest: Ints, found: Aligned
) -> npt.NDArray[np.bool_]:
    """Fills in the rows ``rest``; says of each whether it has more than one chain."""
    chains = find_chains(keys, first[rest], second[rest], passages=True)
    pair = chains.pair
    a, b = keys.bounds[first[rest][pair]], keys.bounds[second[rest][pair]]
    one = _cuts(text, a + chains.a0, a + chains.a1)
    common = _in_common(one, _cuts(text, b + chains.b0, b + chains.b1))
    span = np.maximum(chains.a1 - chains.a0, chains.b1 - chains.b0)
    total = np.bincount(pair, weights=common, minlength=len(rest))
    drawn = np.bincount(pair, weights=span, minlength=len(rest))
    sizes = keys.sizes
    np.maximum.at(found.longest, rest[pair], common)
    found.first[rest] = np.minimum(1.0, total / np.maximum(sizes[first[rest]], 1))
    found.second[rest] = np.minimum(1.0, total / np.maximum(sizes[second[rest]], 1))
    found.alike[rest] = total / np.maximum(drawn, 1)
    several: npt.NDArray[np.bool_] = np.bincount(pair, minlength=len(rest)) > 1
    return several


def _in_common(one: list[str], other: list[str]) -> Ints:
    """The length of the longest common subsequence, pair by pair."""
    # A day of a hundred articles has ten pairs: rapidfuzz takes four times as long to load as they take here.
    if "rapidfuzz" not in sys.modules and sum(map(len, other)) <= _SOON:
        return np.array(list(map(common_length, one, other)), dtype=np.int64)
    from rapidfuzz.distance import LCSseq
    from rapidfuzz.process import cpdist

    return cpdist(one, other, scorer=LCSseq.similarity, dtype=np.int32).astype(np.int64)


def common_length(one: str, other: str) -> int:
    """The length of the longest common subsequence of two texts, all places of ``one`` in one number.

    H. Hyyrö, Bit-parallel LCS-length computation revisited, AWOCA 2004.
    """
    places: dict[str, int] = {}
    for at, char in enumerate(one):
        places[char] = places.get(char, 0) | 1 << at
    whole = left = (1 << len(one)) - 1
    for char in other:
        met = left & places.get(char, 0)
        left = (left + met) | (left - met)
    return len(one) - (left & whole).bit_count()


def _cuts(text: str, lows: Ints, highs: Ints) -> list[str]:
    return [text[low:high] for low, high in zip(lows.tolist(), highs.tolist(), strict=True)]
