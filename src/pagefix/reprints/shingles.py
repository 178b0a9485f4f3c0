"""Shingles of a whole batch hashed at once; seeds are those that their own hash chooses.

A seed is a word of 64 bits: the upper 38 bits of the shingle's hash, the text's number in
the lower 26.  Plain sorting then brings equal seeds together, texts in order, without an
index array to carry along.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from pagefix.matching.batches import Codes, Ints, Keys
from pagefix.reprints.scheme import Scheme

Words = npt.NDArray[np.uint64]

TEXT_BITS = 26
TEXT_MASK = np.uint64((1 << TEXT_BITS) - 1)
_SHIFT = np.uint64(TEXT_BITS)

# Arrays of this many characters stay in the processor's cache through the eight passes of a
# hash; at 400,000 the same work took twice as long.
_CHUNK = 1 << 15


def hash_shingles(codes: Codes, size: int) -> Words:
    """A 64-bit hash of every run of ``size`` characters, 4 to 8.

    Two words of four characters, read where they lie and overlapping below eight, hold the
    whole shingle; each is multiplied by an odd constant, and their sum mixed.
    """
    if not 4 <= size <= 8:
        raise ValueError(f"shingles have 4 to 8 characters, not {size}")
    n = len(codes) - size + 1
    if n < 1:
        return np.zeros(0, dtype=np.uint64)
    codes = np.ascontiguousarray(codes, dtype="<u2")
    hashes = _fours(codes, 0, n) * np.uint64(0x9E3779B97F4A7C15)
    hashes += _fours(codes, size - 4, n) * np.uint64(0xC2B2AE3D27D4EB4F)
    hashes ^= hashes >> np.uint64(32)
    hashes *= np.uint64(0xD6E8FEB86659FD93)
    hashes ^= hashes >> np.uint64(32)
    return hashes


def _fours(codes: Codes, start: int, n: int) -> Words:
    """Every four characters from ``start`` on as one word, as a view of their own bytes."""
    return np.ndarray((n,), dtype="<u8", buffer=codes, offset=2 * start, strides=(2,))


def seeds_of(keys: Keys, scheme: Scheme, first: int = 0) -> tuple[Words, Ints]:
    """The seeds of ``keys`` as words, text by text, and how many each text has.

    Texts are numbered from ``first``.  A text that has a shingle twice has its word twice.
    """
    found = list(_chunks(keys, scheme))
    hashes = np.concatenate([part for part, _ in found]) if found else np.zeros(0, dtype=np.uint64)
    owners = np.concatenate([part for _, part in found]) if found else np.zeros(0, dtype=np.int64)
    counts = np.bincount(owners, minlength=len(keys)).astype(np.int64)
    words = hashes >> _SHIFT
    words <<= _SHIFT
    words |= (owners + first).astype(np.uint64)
    return words, counts


def _chunks(keys: Keys, scheme: Scheme) -> Iterator[tuple[Words, Ints]]:
    bounds, low = keys.bounds, 0
    chooser = np.uint64(scheme.one_in - 1)
    while low < len(keys):
        high = max(low + 1, int(np.searchsorted(bounds, bounds[low] + _CHUNK, side="right")) - 1)
        inner = bounds[low : high + 1] - bounds[low]
        hashes = hash_shingles(keys.codes[bounds[low] : bounds[high]], scheme.seed)
        good = (hashes & chooser) == 0
        _without_borders(good, inner[1:-1], scheme.seed)
        counts = np.diff(np.searchsorted(np.flatnonzero(good), inner))
        yield hashes[good], np.repeat(np.arange(low, high), counts)
        low = high


def _without_borders(good: npt.NDArray[np.bool_], borders: Ints, size: int) -> None:
    """Takes out the shingles that begin in one text and end in another."""
    for back in range(1, size):
        at = borders - back
        good[at[(at >= 0) & (at < len(good))]] = False
