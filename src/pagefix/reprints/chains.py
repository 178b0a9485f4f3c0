"""Stretches that two texts share, by shingles that stand once in each, chained along diagonals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pagefix.matching.batches import Ints, Keys
from pagefix.reprints.shingles import Words, hash_shingles

Marks = npt.NDArray[np.bool_]

SHINGLE = 5
# One wrong character spoils five shingles in a row; this bridges three errors close together.
_BRIDGE = 20
# A lost or doubled character moves the diagonal by one.
_DRIFT = 3
# Chains below this many characters are chance, or a set phrase.
_LEAST = 12
# So much in a row that one of the texts has twice is a passage; phrases come again in any text.
_PASSAGE = 30

# A word holds the pair, the shingle's hash and its place: texts beyond a million characters
# are compared by their first million.
_PAIR_BITS, _HASH_BITS, _PLACE_BITS = 12, 32, 20
_PLACES = 1 << _PLACE_BITS


@dataclass(frozen=True, slots=True)
class Chains:
    """Chain ``i`` covers ``a0[i]`` to ``a1[i]`` of its pair's first text, ``b0`` to ``b1`` of the second.

    Chains of a pair do not overlap in either text by more than a shingle.
    """

    pair: Ints
    a0: Ints
    a1: Ints
    b0: Ints
    b1: Ints


def find_chains(keys: Keys, first: Ints, second: Ints, *, passages: bool = False) -> Chains:
    """The chains of up to 4,096 pairs of texts, pair by pair in the first text's order.

    With ``passages`` also those that one of the two texts has more than once, each time the first:
    a reading that nobody mended holds a paragraph twice, and must not lose it for that.
    """
    a, b = np.sort(_words(keys, first)), np.sort(_words(keys, second))
    found = _chained(*_anchors(_single(a), _single(b)), _LEAST)
    if not passages:
        return found
    pair, p, q = _anchors(_earliest(a), _earliest(b))
    known = _inside(pair, p, found.pair, found.a0, found.a1) | _inside(
        pair, q, found.pair, found.b0, found.b1
    )
    more = _chained(pair[~known], p[~known], q[~known], _PASSAGE)
    both = [np.concatenate(sides) for sides in zip(_columns(found), _columns(more), strict=True)]
    order = np.lexsort((both[1], both[0]))
    return Chains(*(side[order] for side in both))


def _columns(chains: Chains) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    return chains.pair, chains.a0, chains.a1, chains.b0, chains.b1


def _anchors(a: Words, b: Words) -> tuple[Ints, Ints, Ints]:
    """Pair, place in the first and place in the second text of the shingles that both have."""
    place = np.uint64(_PLACE_BITS)
    at = np.searchsorted(b >> place, a >> place)
    at = np.minimum(at, max(len(b) - 1, 0))
    hit = (b[at] >> place) == (a >> place) if len(b) else np.zeros(len(a), dtype=bool)
    a, b = a[hit], b[at[hit]]
    pair = (a >> np.uint64(_HASH_BITS + _PLACE_BITS)).astype(np.int64)
    p = (a & np.uint64(_PLACES - 1)).astype(np.int64)
    q = (b & np.uint64(_PLACES - 1)).astype(np.int64)
    order = np.lexsort((p, pair))
    return pair[order], p[order], q[order]


def _inside(pair: Ints, at: Ints, of: Ints, low: Ints, high: Ints) -> Marks:
    """Which places lie in a stretch of their pair; a pair's stretches may touch, but not hold each other."""
    if not len(of):
        return np.zeros(len(pair), dtype=bool)
    starts, ends = of << _PLACE_BITS | low, of << _PLACE_BITS | high
    order = np.argsort(starts)
    where = pair << _PLACE_BITS | at
    before = np.searchsorted(starts[order], where, side="right") - 1
    inside: Marks = (before >= 0) & (where < ends[order][before])
    return inside


def _chained(pair: Ints, p: Ints, q: Ints, least: int) -> Chains:
    """Anchors in the first text's order; a chain goes on while both places move on together."""
    if not len(pair):
        empty = np.zeros(0, dtype=np.int64)
        return Chains(empty, empty, empty, empty, empty)
    breaks = (
        (np.diff(pair) != 0)
        | (np.diff(p) > _BRIDGE)
        | (np.diff(q) <= 0)
        | (np.diff(q) > _BRIDGE)
        | (np.abs(np.diff(q - p)) > _DRIFT)
    )
    low = np.concatenate([[0], np.flatnonzero(breaks) + 1])
    high = np.concatenate([np.flatnonzero(breaks), [len(p) - 1]])
    long = np.maximum(p[high] - p[low], q[high] - q[low]) + SHINGLE >= least
    low, high = low[long], high[long]
    return Chains(pair[low], p[low], p[high] + SHINGLE, q[low], q[high] + SHINGLE)


def _single(words: Words) -> Words:
    """Of sorted words those whose pair and hash stand once: shingles of a refrain anchor nothing."""
    again = _again(words)
    alone: Words = words[~(again | np.append(again[1:], False))]
    return alone


def _earliest(words: Words) -> Words:
    """Of sorted words with one pair and hash each the first."""
    first: Words = words[~_again(words)]
    return first


def _again(words: Words) -> Marks:
    """Whether a word has the pair and the hash of the one before."""
    same = np.zeros(len(words), dtype=bool)
    same[1:] = (words[1:] >> np.uint64(_PLACE_BITS)) == (words[:-1] >> np.uint64(_PLACE_BITS))
    return same


def _words(keys: Keys, texts: Ints) -> Words:
    """Every shingle of every text as a word; the pair's number is the text's position in ``texts``."""
    sizes = np.minimum(keys.sizes[texts], _PLACES - 1)
    owner = np.repeat(np.arange(len(texts)), sizes)
    starts = np.cumsum(sizes) - sizes
    place = np.arange(int(sizes.sum())) - np.repeat(starts, sizes)
    codes = keys.codes[np.repeat(keys.bounds[texts], sizes) + place]
    hashes = hash_shingles(codes, SHINGLE)
    n = len(hashes)
    inside = place[:n] + SHINGLE <= sizes[owner[:n]]
    words = owner[:n].astype(np.uint64) << np.uint64(_HASH_BITS + _PLACE_BITS)
    words |= hashes >> np.uint64(64 - _HASH_BITS) << np.uint64(_PLACE_BITS)
    words |= place[:n].astype(np.uint64)
    kept: Words = words[inside]
    return kept
