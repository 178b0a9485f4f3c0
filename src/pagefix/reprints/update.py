"""An index brought up to date with what ``articles.jsonl`` holds now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from pagefix.errors import UsageError
from pagefix.matching.batches import Ints
from pagefix.reprints.candidates import RANGE, Counted, Met, add_up, distinct, meet_bands, ranges
from pagefix.reprints.forgetting import forget
from pagefix.reprints.index import Index
from pagefix.reprints.judging import Measures, one_text, worth_aligning
from pagefix.reprints.pairbook import PairBook, aligned, counted, empty_book, remembered
from pagefix.reprints.places import common_beginning
from pagefix.reprints.scheme import Scheme
from pagefix.reprints.segments import Numbers, Segment, merge_segments, take_keys, thin_segment, write_segment
from pagefix.reprints.shingles import TEXT_BITS
from pagefix.reprints.tasks import Batch, SignedBatch
from pagefix.reprints.verification import count_places, joined, some
from pagefix.reprints.workers import Work, Workers
from pagefix.writing.linebook import Lines

Marks = npt.NDArray[np.bool_]

# Bytes of articles.jsonl that one task reads: some 800 articles, a third of a second's work.
_BATCH_BYTES = 8 << 20
# Where more of the index than this is gone it is written anew, which takes time that grows with it.
_HOLES = 0.2
# Pairs that one task aligns.
_ALIGN = 1 << 12
_FEW = 16
_REST = np.uint64(48)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much memory the grouping of seeds may take before it goes to disk; None: no bound."""

    memory: int | None = None


def update(
    index: Index, scans: Sequence[Lines], scheme: Scheme, measures: Measures, workers: Workers, bounds: Bounds
) -> tuple[Index, bool]:
    """The index with what is new in it and what is gone out of it, and whether it changed.

    The result is the one that building it anew would give, whatever came in when.
    """
    digests = np.concatenate([np.zeros(0, np.uint64), *(lines.digests for lines in scans)])
    index.folder.mkdir(parents=True, exist_ok=True)
    alive = _among(index.lines, digests) & ~index.book.gone
    changed = not (alive | index.book.gone).all()
    if changed and alive.sum() < len(alive) * (1 - _HOLES):
        index = _without(index, alive, scheme, workers, bounds)
    elif changed:
        index = forget(index, ~(alive | index.book.gone), scheme)
    fresh = ~_among(digests, index.lines[~index.book.gone])
    if fresh.any():
        index = _with(index, scans, fresh, digests[fresh], scheme, workers, bounds)
        changed = True
    if changed:
        index = replace(index, book=_aligned(index, scheme, measures, workers))
    return index, changed


def _among(asked: Numbers, known: Numbers) -> Marks:
    """Which of ``asked`` are in ``known``.  By sorting: a third of the time of numpy's hash tables.

    What both begin with is passed over: of a file that a day was added to that is nearly all.
    """
    found: Marks = np.zeros(len(asked), dtype=bool)
    same = common_beginning(asked, known)
    found[:same] = True
    rest = asked[same:]
    if len(rest) < len(known) // _FEW:
        known = _alike(known, rest)
    if len(rest) and len(known):
        known = np.sort(known)
        found[same:] = known[np.minimum(np.searchsorted(known, rest), len(known) - 1)] == rest
    return found


def _alike(known: Numbers, few: Numbers) -> Numbers:
    """Those of ``known`` that begin as one of the ``few`` does; digests are spread evenly, so it is few."""
    begins = np.zeros(1 << 16, dtype=bool)
    begins[few >> _REST] = True
    alike: Numbers = known[begins[known >> _REST]]
    return alike


def _with(
    index: Index, scans: Sequence[Lines], fresh: Marks, lines: Numbers, scheme: Scheme, workers: Workers,
    bounds: Bounds,
) -> Index:  # fmt: skip
    folder = index.folder / f"segment-{index.generation + 1:06d}"
    batches = list(_batches(scans, fresh))
    first = index.texts
    new = write_segment(folder, _checked(workers.sign(batches, scheme), first, index), lines, first)
    book = _met(index.segments, new, _of_lines(index.book, new), scheme, workers, bounds)
    segments = _compact(index, [*index.segments, new])
    return replace(index, segments=tuple(segments), book=book)


def _met(
    old: Sequence[Segment], new: Segment, book: PairBook, scheme: Scheme, workers: Workers, bounds: Bounds
) -> PairBook:
    met = _seeds_met(old, new, scheme, workers, bounds)
    common = np.zeros(new.first + len(new), dtype=np.int64)
    common[: len(book.common)] = book.common
    common[met.texts] += met.common
    order = np.concatenate([*(segment.texts["order"] for segment in old), new.texts["order"]])
    bands = [
        meet_bands([segment.bands for segment in old], np.array(part), new.first, order)
        for (part,) in ranges([new.bands], RANGE)
    ]
    return counted(book, met.pairs, _summed(bands), common)


def _seeds_met(old: Sequence[Segment], new: Segment, scheme: Scheme, workers: Workers, bounds: Bounds) -> Met:
    if bounds.memory is not None and not old and new.seeds.nbytes > bounds.memory:
        from pagefix.reprints.scale import meet_on_disk

        return meet_on_disk(new.folder / "seeds.npy", new.folder, scheme.common, bounds.memory)
    return workers.meet(old, new, scheme)


def _summed(parts: Sequence[Counted]) -> Counted:
    keys = np.concatenate([np.zeros(0, np.uint64), *(part.keys for part in parts)])
    return add_up(keys, np.concatenate([np.zeros(0, np.int64), *(part.counts for part in parts)]))


def _without(index: Index, alive: Marks, scheme: Scheme, workers: Workers, bounds: Bounds) -> Index:
    """Texts whose lines are gone leave; the groups of what stays are counted anew, nothing is read again."""
    if not alive.any():
        return replace(index, segments=(), book=empty_book())
    line = index.column("line")
    numbers = np.where(alive[line], np.cumsum(alive[line]) - 1, -1)
    folder = index.folder / f"segment-{index.generation + 1:06d}-thinned"
    thinned = thin_segment(folder, index.segments, alive)
    book = _met([], thinned, _of_lines(empty_book(), thinned), scheme, workers, bounds)
    return replace(index, segments=(thinned,), book=remembered(book, index.book, numbers))


def _of_lines(book: PairBook, new: Segment) -> PairBook:
    """The book with the lines of a new segment, none of which is gone."""
    return replace(book, gone=np.concatenate([book.gone, np.zeros(len(new.lines), dtype=bool)]))


def _compact(index: Index, segments: list[Segment]) -> list[Segment]:
    """Small segments at the end grow together: a lookup asks each of them, so there are few.

    A segment is at least twice as long as the next one; each text is rewritten at most once
    for every doubling of the index.
    """
    n = 0
    while len(segments) > 1 and len(segments[-2]) < 2 * len(segments[-1]):
        n += 1
        folder = index.folder / f"segment-{index.generation + 1:06d}-merged-{n}"
        segments[-2:] = [merge_segments(folder, segments[-2:])]
    return segments


def _aligned(index: Index, scheme: Scheme, measures: Measures, workers: Workers) -> PairBook:
    """Aligns the pairs that are worth it by now and were not before."""
    book, totals = index.book, index.column("seeds")
    worth = worth_aligning(book.evidence(totals), measures)
    # Nearly all pairs of an old index are settled, and are not looked at.
    rows = np.flatnonzero(worth & ((book.aligned.longest < 0) | (book.aligned.places < 0)))
    part = book.rows(rows)
    fresh = np.flatnonzero(part.aligned.longest < 0)
    a, b = part.pairs.first, part.pairs.second
    part = aligned(part, fresh, joined(list(workers.align(_work(index, a[fresh], b[fresh])))))
    likely = one_text(part.evidence(totals), part.aligned, scheme, measures)
    asked = np.flatnonzero(likely & (part.aligned.places < 0))
    texts = distinct(np.concatenate([a[asked], b[asked]]))
    keys = take_keys(index.segments, texts)
    first, second = np.searchsorted(texts, a[asked]), np.searchsorted(texts, b[asked])
    places = count_places(keys, first, second, some(part.aligned, asked), np.arange(len(asked)))
    return aligned(book, rows, aligned(part, asked, places).aligned)


def _work(index: Index, a: Ints, b: Ints) -> Iterator[Work]:
    for low in range(0, len(a), _ALIGN):
        one, other = a[low : low + _ALIGN], b[low : low + _ALIGN]
        texts = distinct(np.concatenate([one, other]))
        yield take_keys(index.segments, texts), np.searchsorted(texts, one), np.searchsorted(texts, other)


def _batches(scans: Sequence[Lines], fresh: Marks) -> Iterator[Batch]:
    """The new lines of every file in stretches of a few megabytes; line numbers count new lines only."""
    before = number = 0
    for lines in scans:
        rows = np.flatnonzero(fresh[before : before + len(lines)])
        before += len(lines)
        sizes = np.cumsum(lines.ends[rows] - lines.starts[rows])
        for group in np.split(rows, np.flatnonzero(np.diff(sizes // _BATCH_BYTES)) + 1):
            if len(group):
                starts, ends = lines.starts[group].tolist(), lines.ends[group].tolist()
                yield Batch(lines.path, number, tuple(starts), tuple(ends))
                number += len(group)


def _checked(batches: Iterator[SignedBatch], first: int, index: Index) -> Iterator[SignedBatch]:
    texts = first
    for batch in batches:
        texts += len(batch.signed)
        if texts >= 1 << TEXT_BITS:
            raise UsageError(
                f"more than {(1 << TEXT_BITS) - 1:,} texts", place=str(index.folder),
                remedy="compare the archive in parts",
            )  # fmt: skip
        yield batch
