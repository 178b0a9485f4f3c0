"""Texts that are gone taken out of an index: only the groups that they were in are counted anew.

Their numbers and keys stay until so much is gone that the index is better written anew; their
seeds and bands go at once, so that nothing meets them again.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from pagefix.reprints.candidates import Counted, distinct, gather, less, pairs_inside, rare_again, stars_lost
from pagefix.reprints.index import Index
from pagefix.reprints.pairbook import PairBook, counted, without
from pagefix.reprints.scheme import Scheme
from pagefix.reprints.segments import Segment, strip_segment
from pagefix.reprints.shingles import TEXT_MASK, Words

Marks = npt.NDArray[np.bool_]


def forget(index: Index, dead: Marks, scheme: Scheme) -> Index:
    """The index without the lines that are ``dead``; its counts are those of an index made anew."""
    book = replace(index.book, gone=index.book.gone | dead)
    leaves = dead[index.column("line")]
    if not leaves.any():
        return replace(index, book=book)
    stripped = [_stripped(index, n, leaves) for n in range(len(index.segments))]
    leaving = _words_of(index.segments, leaves, "seeds")
    counts = rare_again([segment.seeds for segment in stripped], leaving, leaves, scheme.common)
    leaving = _words_of(index.segments, leaves, "bands")
    order = index.column("order").astype(np.uint64)
    bands = stars_lost([segment.bands for segment in stripped], leaving, leaves, order)
    book = without(book, leaves)
    seeds = _recounted(stripped, counts > 0, book, scheme.common)
    return replace(index, segments=tuple(stripped), book=counted(book, seeds, bands, book.common - counts))


def _stripped(index: Index, n: int, leaves: Marks) -> Segment:
    segment = index.segments[n]
    if not leaves[segment.first : segment.first + len(segment)].any():
        return segment
    folder = index.folder / f"segment-{index.generation + 1:06d}-stripped-{n}"
    shutil.rmtree(folder, ignore_errors=True)
    return strip_segment(folder, segment, leaves)


def _words_of(segments: Sequence[Segment], texts: Marks, name: str) -> Words:
    """The seeds or bands of some texts, sorted."""
    parts = [getattr(segment, name) for segment in segments]
    found = [np.asarray(part)[texts[(part & TEXT_MASK).astype(np.int64)]] for part in parts]
    words: Words = np.sort(np.concatenate([np.zeros(0, np.uint64), *found]))
    return words


def _recounted(segments: Sequence[Segment], again: Marks, book: PairBook, common: int) -> Counted:
    """What the counts of pairs have to change by whose texts have seeds that are rare again.

    Such a seed adds to pairs that the book has dropped for having but one, so that each pair of
    two such texts is counted as if it were new.
    """
    if not again.any():
        return Counted(np.zeros(0, np.uint64), np.zeros(0, np.int64))
    words = gather([segment.seeds for segment in segments], _words_of(segments, again, "seeds"))
    now = pairs_inside(distinct(words), again, common)
    both = again[book.pairs.first] & again[book.pairs.second]
    return less(now, Counted(book.keys[both], book.shared[both]))
