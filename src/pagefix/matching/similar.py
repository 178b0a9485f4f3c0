"""Texts that are alike as a whole, though too damaged to share a longer run."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Sketch = npt.NDArray[np.uint32]

# Three characters a shingle: at 3 % errors five-character ones lose a fifth of the near
# duplicates, three-character ones none.  16 bands of 2 rows find pairs that share 40 % of
# their shingles with a probability of 0.94.
_SHINGLE, _BANDS, _ROWS = 3, 16, 2


def alike(texts: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of positions whose texts are candidates for being alike, by MinHash and LSH.

    Signatures are made in numpy for a whole text at once and handed to datasketch, which
    keeps the bands.  Candidates are to be verified.
    """
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(num_perm=_BANDS * _ROWS, params=(_BANDS, _ROWS))
    pairs: list[tuple[int, int]] = []
    for at, text in enumerate(texts):
        if len(text) < _SHINGLE:
            continue
        signature = MinHash(num_perm=_BANDS * _ROWS, seed=1, hashvalues=_signature(text), scheme="affine32")
        pairs += [(other, at) for other in index.query(signature)]
        index.insert(at, signature, check_duplication=False)
    return sorted(pairs)


def _signature(text: str) -> Sketch:
    """The least value of every permutation over the text's shingles (datasketch's affine32 scheme)."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    n = len(codes) - _SHINGLE + 1
    shingles = (codes[:n] * np.uint32(0x01000193) + codes[1 : n + 1]) * np.uint32(0x01000193) + codes[
        2 : n + 2
    ]
    # MurmurHash3's last step: shingles of neighbouring characters must not be neighbours.
    shingles ^= shingles >> np.uint32(16)
    shingles *= np.uint32(0x85EBCA6B)
    shingles ^= shingles >> np.uint32(13)
    shingles *= np.uint32(0xC2B2AE35)
    shingles ^= shingles >> np.uint32(16)
    factors, offsets = _permutations()
    signature: Sketch = (shingles[:, None] * factors[None, :] + offsets[None, :]).min(axis=0)
    return signature


@lru_cache(maxsize=1)
def _permutations() -> tuple[Sketch, Sketch]:
    random = np.random.default_rng(1)
    factors = random.integers(0, 1 << 32, _BANDS * _ROWS, dtype=np.uint32) | np.uint32(1)
    offsets = random.integers(0, 1 << 32, _BANDS * _ROWS, dtype=np.uint32)
    return factors, offsets
