"""MinHash signatures of a whole batch at once, and their bands.

Seeds find what two texts share, except where a story stands so often that none of its
seeds is rare: standing notices, advertisements, a wire story in thirty papers.  Those texts
are alike as a whole, which is what MinHash is for.  Permutations are datasketch's own, so a
signature is a datasketch ``MinHash`` and its bands are those of a ``MinHashLSH``.
"""

from __future__ import annotations

from functools import lru_cache
from random import Random
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from pagefix.matching.batches import Ints
from pagefix.reprints.scheme import Scheme
from pagefix.reprints.shingles import TEXT_BITS, Words

if TYPE_CHECKING:
    from datasketch import MinHash

Signatures = npt.NDArray[np.uint32]

_ROWS = 1 << 12


def signatures_of(words: Words, counts: Ints, scheme: Scheme) -> Signatures:
    """One row a text: the least value of each permutation over the text's seeds.

    A text without seeds gets the greatest values, as an empty MinHash has.
    """
    out = np.full((len(counts), scheme.permutations), 0xFFFFFFFF, dtype=np.uint32)
    factors, offsets = _permutations(scheme.permutations, scheme.permutation_seed)
    values = _mixed((words >> np.uint64(32)).astype(np.uint32))
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
    for low in range(0, len(counts), _ROWS):
        high = min(low + _ROWS, len(counts))
        rows = low + np.flatnonzero(counts[low:high])
        part = values[starts[low] : starts[high]]
        if not len(part):
            continue
        at = starts[rows] - starts[low]
        for k in range(scheme.permutations):
            out[rows, k] = np.minimum.reduceat(part * factors[k] + offsets[k], at)
    return out


def bands_of(signatures: Signatures, counts: Ints, scheme: Scheme, first: int = 0) -> Words:
    """The bands of every text with seeds, as words: 38 bits of the band's hash, the text's number."""
    texts = np.flatnonzero(counts)
    numbers = (texts + first).astype(np.uint64)
    out = []
    for band in range(scheme.bands):
        hashes = np.full(len(texts), band + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        for row in range(band * scheme.rows, (band + 1) * scheme.rows):
            hashes ^= signatures[texts, row].astype(np.uint64)
            hashes *= np.uint64(0xBF58476D1CE4E5B9)
            hashes ^= hashes >> np.uint64(31)
        out.append((hashes >> np.uint64(TEXT_BITS) << np.uint64(TEXT_BITS)) | numbers)
    return np.concatenate(out) if out else np.zeros(0, dtype=np.uint64)


def as_minhash(signature: Signatures, scheme: Scheme) -> MinHash:
    """One signature as a datasketch MinHash, to be put into any of its indexes."""
    from datasketch import MinHash

    return MinHash(
        num_perm=scheme.permutations, seed=scheme.permutation_seed, hashvalues=signature, scheme="affine32"
    )


@lru_cache(maxsize=4)
def _permutations(count: int, seed: int) -> tuple[Signatures, Signatures]:
    """datasketch's affine32 permutations; a test compares them with its own.

    It draws them from numpy's RandomState, a Mersenne twister as Python's own is, which need not be
    imported first.
    """
    state = [seed]
    for n in range(1, 624):
        state.append((1812433253 * (state[-1] ^ state[-1] >> 30) + n) & 0xFFFFFFFF)
    dice = Random()
    dice.setstate((3, (*state, 624), None))
    factors = [2 * (dice.getrandbits(32) & 0x7FFFFFFF) + 1 for _ in range(count)]
    offsets = [dice.getrandbits(32) for _ in range(count)]
    return np.array(factors, dtype=np.uint32), np.array(offsets, dtype=np.uint32)


def _mixed(values: Signatures) -> Signatures:
    """MurmurHash3's last step, which affine32 begins with."""
    values ^= values >> np.uint32(16)
    values *= np.uint32(0x85EBCA6B)
    values ^= values >> np.uint32(13)
    values *= np.uint32(0xC2B2AE35)
    values ^= values >> np.uint32(16)
    return values
