"""Texts in, pairs that share a text out: the whole trip in memory, readable in one function."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np

from pagefix.matching.batches import Ints, Keys
from pagefix.reprints.candidates import RANGE, Counted, meet, meet_bands, merged_keys, ranges, sum_met
from pagefix.reprints.judging import Evidence, Measures, one_text, worth_aligning
from pagefix.reprints.scheme import Scheme
from pagefix.reprints.signing import sign
from pagefix.reprints.verification import Aligned, align, count_places, some

# Texts signed together: their arrays fill some 60 MB.
BATCH = 8192


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of texts by number, ``first`` below ``second``, and how they are aligned."""

    first: Ints
    second: Ints
    aligned: Aligned


def pair_texts(
    texts: Sequence[str], scheme: Scheme, measures: Measures, executor: Executor | None = None
) -> Pairs:
    """Every pair of ``texts`` of which one holds the other or a long stretch of it.

    ``executor`` may be one of threads: most of the work is done outside Python's lock.
    """
    each = executor.map if executor else map
    starts = range(0, max(len(texts), 1), BATCH)
    signed = list(each(lambda at: sign(texts[at : at + BATCH], scheme, at), starts))
    keys = join_keys([part.keys for part in signed])
    totals = np.concatenate([part.totals for part in signed]) if signed else np.zeros(0, np.int64)
    slices = ranges([part.seeds for part in signed], RANGE)
    met = sum_met(list(each(lambda part: meet([], np.concatenate(part), 0, scheme.common), slices)))
    order = np.concatenate([part.order for part in signed]) if signed else np.zeros(0, np.uint64)
    bands = meet_bands([], np.concatenate([part.bands for part in signed]), 0, order)
    rare = totals.copy()
    rare[met.texts] -= met.common
    found = evidence(met.pairs, bands, rare, totals)
    found = found.some(worth_aligning(found, measures))
    first, second = found.first, found.second
    aligned = align(keys, first, second, executor)
    likely = np.flatnonzero(one_text(found, aligned, scheme, measures))
    aligned = count_places(keys, first, second, aligned, likely)
    yes = one_text(found, aligned, scheme, measures)
    return Pairs(first[yes], second[yes], some(aligned, yes))


def evidence(seeds: Counted, bands: Counted, rare: Ints, totals: Ints) -> Evidence:
    """Both counts side by side, one row a pair."""
    seeds = Counted(seeds.keys[seeds.counts >= 2], seeds.counts[seeds.counts >= 2])
    keys = merged_keys(seeds.keys, bands.keys)
    shared, banded = np.zeros(len(keys), np.int64), np.zeros(len(keys), np.int64)
    shared[np.searchsorted(keys, seeds.keys)] = seeds.counts
    banded[np.searchsorted(keys, bands.keys)] = bands.counts
    pairs = Counted(keys, shared)
    return Evidence(pairs.first, pairs.second, shared, banded, rare, totals)


def join_keys(parts: Sequence[Keys]) -> Keys:
    """Keys of several batches as one."""
    if not parts:
        return Keys(np.zeros(0, np.uint16), np.zeros(1, np.int64))
    sizes = np.concatenate([part.sizes for part in parts])
    return Keys(
        np.concatenate([part.codes for part in parts]),
        np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
    )
