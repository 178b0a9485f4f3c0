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
    columns, rows, count = _bigrams(texts)
    found_in = np.bincount(columns, minlength=count)
    keep = (found_in >= 2) & (found_in <= _COMMON)
    if not keep.any():
        return None
    rarity = np.where(keep, np.log(max(len(texts), _FULL_PAGE) / np.maximum(found_in, 1)), 0.0)
    kept = keep[columns]
    shared = _dense if len(texts) <= _DENSE else _sparse
    return shared(columns[kept], rows[kept], rarity, len(texts))


def _dense(columns: Ints, rows: Ints, rarity: Floats, size: int) -> Floats:
    """The matrix where it is small: every bigram gives its weight to each pair of its texts."""
    by_column = np.argsort(columns, kind="stable")
    columns, rows = columns[by_column], rows[by_column]
    first = np.flatnonzero(np.concatenate([[True], columns[1:] != columns[:-1]]))
    found_in = np.diff(np.concatenate([first, [len(columns)]]))
    # Each entry is paired with all entries of its bigram: `left` walks down the entries, `right` runs
    # through the bigram's entries for each of them.
    times = np.repeat(found_in, found_in)
    left = np.repeat(np.arange(len(columns)), times)
    begins = np.repeat(np.cumsum(times) - times, times)
    right = np.repeat(np.repeat(first, found_in), times) + np.arange(len(left)) - begins
    weight = rarity[columns[left]]
    cells = np.bincount(rows[left] * size + rows[right], weights=weight * weight, minlength=size * size)
    return np.asarray(cells, dtype=np.float64).reshape(size, size)


def _sparse(columns: Ints, rows: Ints, rarity: Floats, size: int) -> Any:
    from scipy.sparse import csr_array

    weights = csr_array((rarity[columns], (rows, columns)), shape=(size, len(rarity)))
    return (weights @ weights.T).tocsr()


def _bigrams(texts: Sequence[str]) -> tuple[Ints, Ints, int]:
    """Each text's distinct Han bigrams: their numbers, beside them the text's position, and how many."""
    joined = "".join(texts)
    points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.int64)
    owner = np.repeat(np.arange(len(texts), dtype=np.int64), [len(text) for text in texts])
    han = (points >= _HAN_FIRST) & (points <= _HAN_LAST)
    pairs = np.flatnonzero(han[:-1] & han[1:] & (owner[:-1] == owner[1:]))
    points -= _HAN_FIRST
    entries = (owner[pairs] * _HAN + points[pairs]) * _HAN + points[pairs + 1]
    entries.sort()
    entries = entries[np.concatenate([[True], entries[1:] != entries[:-1]])] if len(entries) else entries
    rows, codes = np.divmod(entries, _HAN * _HAN)
    distinct, columns = np.unique(codes, return_inverse=True)
    return columns.astype(np.int64), rows, len(distinct)
