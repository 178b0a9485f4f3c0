"""How much two paragraphs speak of the same thing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]

_HAN_FIRST, _HAN_LAST = 0x4E00, 0x9FFF
# A fragment of a few words would otherwise be near to everything that shares one of them.
_LEAST_SIZE = 20
# A bigram of more paragraphs than this is no sign of any one story; leaving it out keeps the
# work linear on pages of a million characters.
_COMMON = 64
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
    """The sparse matrix of shared weight, or None where nothing is shared."""
    from scipy.sparse import csr_array

    columns, rows = _bigrams(texts)
    if not len(columns):
        return None
    found_in = np.bincount(columns)
    keep = (found_in >= 2) & (found_in <= _COMMON)
    rarity = np.where(keep, np.log(max(len(texts), _FULL_PAGE) / np.maximum(found_in, 1)), 0.0)
    kept = keep[columns]
    if not kept.any():
        return None
    weights = csr_array(
        (rarity[columns[kept]], (rows[kept], columns[kept])), shape=(len(texts), len(found_in))
    )
    shared = (weights @ weights.T).tocsr()
    return shared.toarray() if len(texts) <= 512 else shared


def _bigrams(texts: Sequence[str]) -> tuple[Ints, Ints]:
    """Each text's distinct Han bigrams: their numbers, and beside them the text's position."""
    codes, rows = [], []
    for row, text in enumerate(texts):
        points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.int64)
        han = (points >= _HAN_FIRST) & (points <= _HAN_LAST)
        pairs = np.unique((points[:-1] * 0x10000 + points[1:])[han[:-1] & han[1:]])
        codes.append(pairs)
        rows.append(np.full(len(pairs), row, dtype=np.int64))
    if not codes:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    _, columns = np.unique(np.concatenate(codes), return_inverse=True)
    return columns.astype(np.int64), np.concatenate(rows)
