"""Which texts share rare seeds, and which share a band: pairs worth an alignment.

Everything here is arithmetic on sorted words, and additive: what a new day adds to the
counts of an index, or takes from them, is found from the groups that the new words touch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from pagefix.matching.batches import Ints
from pagefix.reprints.shingles import TEXT_BITS, TEXT_MASK, Words

Keys64 = npt.NDArray[np.uint64]
Marks = npt.NDArray[np.bool_]

# Seeds grouped together: 32 MB, and some ten times that while they are grouped.
RANGE = 1 << 22

_SHIFT = np.uint64(TEXT_BITS)
_HIGH = np.uint64(32)


@dataclass(frozen=True, slots=True)
class Counted:
    """Pairs (the lower text's number in the upper half of the key) and a count for each, keys rising."""

    keys: Keys64
    counts: Ints

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def first(self) -> Ints:
        return (self.keys >> _HIGH).astype(np.int64)

    @property
    def second(self) -> Ints:
        return (self.keys & np.uint64(0xFFFFFFFF)).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Met:
    """What new texts change: counts of pairs, up and down, and how many of a text's seeds are
    common (text, change)."""

    pairs: Counted
    texts: Ints
    common: Ints


def meet(old: Sequence[Words], new: Words, first_new: int, common: int) -> Met:
    """Groups the seeds of new texts with each other and with those of ``old`` (each sorted).

    A pair's count is the number of seeds that both texts have and at most ``common`` texts
    have in all.  Old pairs lose what has become common; texts from ``first_new`` on are new.
    ``new`` may come in any order, but no word twice.
    """
    # Runs that are sorted already are merged, which is what a stable sort does best.
    words = gather(old, np.sort(new, kind="stable"))
    starts, sizes = _groups(words)
    settled = _settled(words, starts, sizes, first_new)
    several = sizes > 1
    rare = several & (sizes <= common)
    lost = several & (sizes > common) & (settled <= common) & (settled > 0)
    crowded = _members(words, starts[sizes > common], sizes[sizes > common])
    fresh = crowded[crowded >= first_new]
    losing = _members(words, starts[lost], settled[lost])
    gained = [
        pair
        for size in range(2, common + 1)
        for pair in _pairs(words, starts[rare & (sizes == size)], size, first_new)
    ]
    dropped = [
        pair
        for size in range(2, common + 1)
        for pair in _pairs(words, starts[lost & (settled == size)], size, 0)
    ]
    pairs = _summed([*gained, *dropped], [1] * len(gained) + [-1] * len(dropped))
    return Met(pairs, *_by_text(np.concatenate([fresh, losing])))


def _settled(words: Words, starts: Ints, sizes: Ints, first_new: int) -> Ints:
    """How many members of each group were there before: the first ones, as texts rise in a group."""
    if not first_new:
        return np.zeros(len(starts), dtype=np.int64)
    old = (words & TEXT_MASK) < np.uint64(first_new)
    before = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(old)])
    settled: Ints = before[starts + sizes] - before[starts]
    return settled


def _members(words: Words, starts: Ints, sizes: Ints) -> Ints:
    """The texts of some groups, one group after the other."""
    at = np.repeat(starts - (np.cumsum(sizes) - sizes), sizes) + np.arange(int(sizes.sum()))
    return (words[at] & TEXT_MASK).astype(np.int64)


def _by_text(texts: Ints, amounts: Ints | None = None) -> tuple[Ints, Ints]:
    """Texts, each once, and the sum of its amounts (1 each if there are none)."""
    if not len(texts):
        return texts, texts
    sums = np.bincount(texts, weights=amounts).astype(np.int64)
    numbers = np.flatnonzero(sums)
    return numbers, sums[numbers]


def _pairs(words: Words, starts: Ints, size: int, first_new: int) -> list[Keys64]:
    """Every pair of every group of one size whose later text is new."""
    if not len(starts):
        return []
    members = [words[starts + n] & TEXT_MASK for n in range(size)]
    out = []
    for later in range(1, size):
        new = members[later] >= np.uint64(first_new)
        for earlier in range(later):
            pair = (members[earlier] << _HIGH) | members[later]
            out.append(pair[new] if first_new else pair)
    return out


def meet_bands(old: Sequence[Words], new: Words, first_new: int, order: Keys64) -> Counted:
    """Changes of the bands that two texts share, counted along stars.

    In each band the text that comes first by ``order`` (a number of its own for each text's
    content) is paired with all others: that is enough to link them, and it stays linear where
    ten thousand notices share a band.
    """
    words = gather(old, distinct(new))
    after = _stars(words, order)
    settled = words[(words & TEXT_MASK).astype(np.int64) < first_new]
    before = _stars(settled, order)
    return _summed([after, before], [1, -1])


def stars_lost(old: Sequence[Words], leaving: Words, leaves: Marks, order: Keys64) -> Counted:
    """What :func:`meet_bands` has to take back where texts leave; ``old`` are the others' bands."""
    words = gather(old, distinct(leaving))
    after = _stars(words[~leaves[(words & TEXT_MASK).astype(np.int64)]], order)
    return _summed([after, _stars(words, order)], [1, -1])


def rare_again(old: Sequence[Words], leaving: Words, leaves: Marks, common: int) -> Ints:
    """For each text that stays, how many of its seeds are no longer common when the others leave.

    ``leaving`` are the seeds of those, ``old`` those of the texts that stay.
    """
    words = gather(old, leaving)
    starts, sizes = _groups(words)
    gone = leaves[(words & TEXT_MASK).astype(np.int64)]
    before = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(gone)])
    left = sizes - (before[starts + sizes] - before[starts])
    members = _members(words, *(part[(sizes > common) & (left <= common)] for part in (starts, sizes)))
    return np.bincount(members[~leaves[members]], minlength=len(leaves)).astype(np.int64)


def pairs_inside(words: Words, inside: Marks, common: int) -> Counted:
    """How many seeds the pairs of some texts share that at most ``common`` texts have in all.

    ``words`` are all words of the groups that those texts are in, sorted, each once.
    """
    _, sizes = _groups(words)
    rare = np.repeat((sizes > 1) & (sizes <= common), sizes)
    words = words[rare & inside[(words & TEXT_MASK).astype(np.int64)]]
    starts, sizes = _groups(words)
    found = [pair for size in range(2, common + 1) for pair in _pairs(words, starts[sizes == size], size, 0)]
    return _summed(found, [1] * len(found))


def less(now: Counted, before: Counted) -> Counted:
    """What has to be added to ``before`` to make ``now``."""
    return add_up(np.concatenate([now.keys, before.keys]), np.concatenate([now.counts, -before.counts]))


def _stars(words: Words, order: Keys64) -> Keys64:
    texts = (words & TEXT_MASK).astype(np.int64)
    _, sizes = _groups(words)
    several = sizes > 1
    inside = np.repeat(several, sizes)
    texts, sizes = texts[inside], sizes[several]
    if not len(sizes):
        return np.zeros(0, dtype=np.uint64)
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)[:-1]])
    group = np.repeat(np.arange(len(sizes)), sizes)
    ranked = np.lexsort((texts, order[texts], group))
    centre = np.repeat(texts[ranked[starts]], sizes)
    low, high = np.minimum(centre, texts), np.maximum(centre, texts)
    keys: Keys64 = ((low.astype(np.uint64) << _HIGH) | high.astype(np.uint64))[low != high]
    return keys


def gather(old: Sequence[Words], new: Words) -> Words:
    """``new`` and the words of ``old`` that have a hash in common with it, sorted."""
    if not any(len(words) for words in old):
        return new
    asked = new[_groups(new)[0]] >> _SHIFT
    parts = [new]
    for words in old:
        low = np.searchsorted(words, asked << _SHIFT, side="left")
        # Few are there at all: only of those the other end is looked for.
        there = np.zeros(len(low), dtype=bool)
        inside = low < len(words)
        there[inside] = (words[low[inside]] >> _SHIFT) == asked[inside]
        low = low[there]
        high = np.searchsorted(words, (asked[there] << _SHIFT) | TEXT_MASK, side="right")
        sizes = high - low
        at = np.repeat(low - (np.cumsum(sizes) - sizes), sizes) + np.arange(int(sizes.sum()))
        parts.append(np.asarray(words[at], dtype=np.uint64))
    gathered: Words = np.sort(np.concatenate(parts))
    return gathered


_Number = TypeVar("_Number", bound=np.generic)


def distinct(words: npt.NDArray[_Number]) -> npt.NDArray[_Number]:
    """Words or numbers, sorted, each once (a text may have a shingle many times).

    numpy.unique would import masked arrays first, which takes as long as comparing a day.
    """
    if len(words) < 2:
        return words
    words = np.sort(words)
    once: npt.NDArray[_Number] = words[np.concatenate([[True], words[1:] != words[:-1]])]
    return once


def _groups(words: Words) -> tuple[Ints, Ints]:
    """Where runs of words with equal hashes start, and their lengths."""
    if not len(words):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    borders = np.flatnonzero((words[1:] ^ words[:-1]) > TEXT_MASK)
    starts = np.concatenate([np.zeros(1, dtype=np.int64), borders + 1])
    return starts, np.diff(starts, append=len(words))


def _summed(keys: Sequence[Keys64], signs: Sequence[int]) -> Counted:
    sizes = [len(part) for part in keys]
    weights = np.repeat(np.array(signs, dtype=np.int64), sizes)
    joined = np.concatenate(keys) if sizes else np.zeros(0, dtype=np.uint64)
    return add_up(joined, weights)


def add_up(keys: Keys64, counts: Ints) -> Counted:
    """Counts of equal keys added; keys whose sum is nothing go."""
    if (counts == 1).all():
        return _counted(np.sort(keys))
    order = np.argsort(keys, kind="stable")
    keys, counts = keys[order], counts[order]
    starts = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
    sums = np.add.reduceat(counts, starts)
    some = sums != 0
    return Counted(keys[starts][some], sums[some])


def _counted(keys: Keys64) -> Counted:
    """Sorted keys, each once with how often it was there."""
    starts = np.flatnonzero(np.concatenate([np.ones(min(1, len(keys)), bool), keys[1:] != keys[:-1]]))
    return Counted(keys[starts], np.diff(starts, append=len(keys)).astype(np.int64))


def merged_keys(*parts: Keys64) -> Keys64:
    """The keys of several rising lists, each once."""
    keys = np.sort(np.concatenate(parts), kind="stable")
    return _counted(keys).keys


def ranges(words: Sequence[Words], size: int) -> Iterator[list[Words]]:
    """Slices of sorted arrays by equal ranges of the hash, about ``size`` words a range."""
    return ranges_of(words, max(1, -(-sum(map(len, words)) // size)))


def ranges_of(words: Sequence[Words], count: int) -> Iterator[list[Words]]:
    """Slices of sorted arrays by ``count`` equal ranges of the hash."""
    edges = np.array([(n << 38) // count << TEXT_BITS for n in range(1, count)], dtype=np.uint64)
    cuts = [[0, *np.searchsorted(part, edges).tolist(), len(part)] for part in words]
    for n in range(count):
        yield [part[cut[n] : cut[n + 1]] for part, cut in zip(words, cuts, strict=True)]


def sum_met(parts: Sequence[Met]) -> Met:
    """What several ranges found, as one."""
    none = np.zeros(0, dtype=np.int64)
    texts = np.concatenate([none, *(part.texts for part in parts)])
    changes = np.concatenate([none, *(part.common for part in parts)])
    keys = np.concatenate([np.zeros(0, dtype=np.uint64), *(part.pairs.keys for part in parts)])
    pairs = add_up(keys, np.concatenate([none, *(part.pairs.counts for part in parts)]))
    numbers, amounts = _by_text(texts, changes)
    return Met(pairs, numbers, amounts)
