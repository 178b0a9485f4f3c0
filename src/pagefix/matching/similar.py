"""Texts that are alike as a whole, though too damaged to share a longer run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Sketch = npt.NDArray[np.uint32]
Ints = npt.NDArray[np.int64]

# Three characters a shingle: at 3 % errors five-character ones lose a fifth of the near
# duplicates, three-character ones none.  16 bands of 2 rows find pairs that share 40 % of
# their shingles with a probability of 0.94.
_SHINGLE, _BANDS, _ROWS = 3, 16, 2


# Up to so many texts their bands are compared with each other at once, in some milliseconds.  Four pages
# in five have a few that share a band by chance, and datasketch's import takes as long as fifty pages.
_FEW = 512


def alike(texts: Sequence[str], least: int = _SHINGLE) -> list[tuple[int, int]]:
    """Pairs of positions whose texts are candidates for being alike, by MinHash and LSH.

    Texts of fewer than ``least`` characters are passed over.  Signatures are made in numpy
    for all texts at once; of a page's texts few share a band with any other.  Where they are
    many, datasketch keeps the bands.  Candidates are to be verified.
    """
    sized = [at for at, text in enumerate(texts) if len(text) >= max(least, _SHINGLE)]
    sketches = _signatures([texts[at] for at in sized])
    shared = _sharing_a_band(sketches)
    find = _compared if len(shared) <= _FEW else _looked_up
    return sorted((sized[shared[a]], sized[shared[b]]) for a, b in find(sketches[shared]))


def _compared(sketches: Sketch) -> Iterator[tuple[int, int]]:
    """The pairs of rows that share a band, each row held against all others."""
    bands = _bands(sketches)
    same = (bands[:, None, :] == bands[None, :, :]).any(axis=2)
    yield from zip(*(side.tolist() for side in np.nonzero(np.triu(same, 1))), strict=True)


def _looked_up(sketches: Sketch) -> Iterator[tuple[int, int]]:
    """The same pairs from datasketch's index, whose work grows with the pairs that it finds."""
    from datasketch import LeanMinHash, MinHashLSH

    index = MinHashLSH(num_perm=_BANDS * _ROWS, params=(_BANDS, _ROWS))
    for row, values in enumerate(sketches):
        signature = LeanMinHash(seed=1, hashvalues=values, scheme="affine32")
        for other in index.query(signature):
            yield other, row
        index.insert(row, signature, check_duplication=False)


def _bands(sketches: Sketch) -> npt.NDArray[np.uint64]:
    """Two permutations of 32 bits, which make a band, as one number: texts x bands."""
    return np.ascontiguousarray(sketches).view(np.uint64)


def _sharing_a_band(sketches: Sketch) -> Ints:
    """The rows of ``sketches`` (texts x permutations) that agree with another row in some band."""
    if len(sketches) < 2:
        return np.zeros(0, dtype=np.int64)
    bands = _bands(sketches)
    order = np.argsort(bands, axis=0, kind="stable")
    ranked = np.take_along_axis(bands, order, axis=0)
    same = ranked[1:] == ranked[:-1]
    found = np.zeros(len(sketches), dtype=bool)
    found[order[1:][same]] = True
    found[order[:-1][same]] = True
    return np.flatnonzero(found)


def _signatures(texts: Sequence[str]) -> Sketch:
    """The least value of every permutation over each text's shingles (datasketch's affine32 scheme).

    Texts of at least one shingle in, an array of texts x permutations out.
    """
    sizes = np.array([len(text) for text in texts], dtype=np.int64)
    sketches = np.empty((len(texts), _BANDS * _ROWS), dtype=np.uint32)
    if not len(texts):
        return sketches
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    ends = np.cumsum(sizes)
    # Shingles that run from one text into the next belong to neither.
    inside = np.ones(len(codes), dtype=bool)
    inside[ends - 1] = inside[ends - 2] = False
    shingles = _mixed(codes)[inside[: len(codes) - _SHINGLE + 1]]
    first = np.concatenate([[0], np.cumsum(sizes - _SHINGLE + 1)[:-1]])
    permuted = np.empty_like(shingles)
    for number, (factor, offset) in enumerate(zip(*_permutations(), strict=True)):
        np.multiply(shingles, factor, out=permuted)
        permuted += offset
        sketches[:, number] = np.minimum.reduceat(permuted, first)
    return sketches


def _mixed(codes: Sketch) -> Sketch:
    """A hash of every run of three codes, its bits mixed."""
    n = len(codes) - _SHINGLE + 1
    shingles = (codes[:n] * np.uint32(0x01000193) + codes[1 : n + 1]) * np.uint32(0x01000193) + codes[2:]
    # MurmurHash3's last step: shingles of neighbouring characters must not be neighbours.
    shingles ^= shingles >> np.uint32(16)
    shingles *= np.uint32(0x85EBCA6B)
    shingles ^= shingles >> np.uint32(13)
    shingles *= np.uint32(0xC2B2AE35)
    shingles ^= shingles >> np.uint32(16)
    return shingles


@lru_cache(maxsize=1)
def _permutations() -> tuple[Sketch, Sketch]:
    random = np.random.default_rng(1)
    factors = random.integers(0, 1 << 32, _BANDS * _ROWS, dtype=np.uint32) | np.uint32(1)
    offsets = random.integers(0, 1 << 32, _BANDS * _ROWS, dtype=np.uint32)
    return factors, offsets
