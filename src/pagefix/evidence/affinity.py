"""How much two paragraphs speak of the same thing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]

_HAN_FIRST, _HAN_LAST = 0x4E00, 0x9FFF
_HAN = _HAN_LAST - _HAN_FIRST + 1
# A fragment of a few words would otherwise be near to everything that shares one of them.
_LEAST_SIZE = 20
# A bigram of more paragraphs than this is no sign of any one story; leaving it out keeps the
# work linear on pages of a million characters.
_COMMON = 64
# Up to so many texts the likeness of all pairs is one table of 2 MB.
_DENSE = 512
# On a page of few blocks the few tell nothing of what is rare: count as if it were a full one.
_FULL_PAGE = 40


class Affinity:
    """The likeness of paragraphs to each other: shared Han bigrams, rare ones weighing more.

    ``affinity(i, j)`` takes two arrays of positions and gives an array: for each pair the
    sum of the squared inverse document frequencies of the shared bigrams over the
    geometric mean of the two lengths.  A bigram that stands in one text only says nothing.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._sizes = np.array([max(_LEAST_SIZE, len(text)) for text in texts], dtype=np.float64)
        self._shared = _shared(texts)

    def __call__(self, i: Ints, j: Ints) -> Floats:
        if self._shared is None:
            return np.zeros(len(i))
        shared = np.asarray(self._shared[i, j], dtype=np.float64).ravel()
        out: Floats = shared / np.sqrt(self._sizes[i] * self._sizes[j])
        return out


def _shared(texts: Sequence[str]) -> Any:
    """The matrix of shared weight, texts x texts, or None where nothing is shared."""
    codes, rows = _bigrams(texts)
    first = np.flatnonzero(np.diff(codes, prepend=-1))
    found_in = np.diff(first, append=len(codes))
    keep = (found_in >= 2) & (found_in <= _COMMON)
    if not keep.any():
        return None
    rows = rows[np.repeat(keep, found_in)]
    found_in = found_in[keep]
    rarity = np.log(max(len(texts), _FULL_PAGE) / found_in)
    shared = _dense if len(texts) <= _DENSE else _sparse
    return shared(rows, found_in, rarity, len(texts))


def _dense(rows: Ints, found_in: Ints, rarity: Floats, size: int) -> Floats:
    """The matrix where it is small: every bigram gives its squared rarity to each pair of its texts.

    ``rows`` are the texts of each bigram in turn, ``found_in`` says how many each has.
    """
    # `left` walks down the rows, `right` runs through all rows of the same bigram for each of them.
    times = np.repeat(found_in, found_in)
    left = np.repeat(rows, times)
    first = np.repeat(np.cumsum(found_in) - found_in, found_in)
    right = rows[np.arange(len(left)) + np.repeat(first - np.cumsum(times) + times, times)]
    weights = np.repeat(rarity * rarity, found_in * found_in)
    cells = np.bincount(left * size + right, weights=weights, minlength=size * size)
    return np.asarray(cells, dtype=np.float64).reshape(size, size)


def _sparse(rows: Ints, found_in: Ints, rarity: Floats, size: int) -> Any:
    from scipy.sparse import csr_array

    columns = np.repeat(np.arange(len(found_in)), found_in)
    weights = csr_array((rarity[columns], (rows, columns)), shape=(size, len(rarity)))
    return (weights @ weights.T).tocsr()


def _bigrams(texts: Sequence[str]) -> tuple[Ints, Ints]:
    """The distinct Han bigrams of every text: their codes in order, beside them the texts' positions."""
    joined = "".join(texts)
    points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.int64)
    owner = np.repeat(np.arange(len(texts), dtype=np.int64), [len(text) for text in texts])
    han = (points >= _HAN_FIRST) & (points <= _HAN_LAST)
    at = np.flatnonzero(han[:-1] & han[1:] & (owner[:-1] == owner[1:]))
    points -= _HAN_FIRST
    entries = (points[at] * _HAN + points[at + 1]) * len(texts) + owner[at]
    entries.sort()
    codes, rows = np.divmod(entries[np.flatnonzero(np.diff(entries, prepend=-1))], max(1, len(texts)))
    return codes, rows
