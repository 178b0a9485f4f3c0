"""The three pieces of work that an executor or a Dask cluster is given.  Pure, picklable, no state.

A task that is run twice, because its worker was killed, gives the same answer twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pagefix.matching.batches import Ints, Keys
from pagefix.reprints.candidates import Met, meet, ranges_of
from pagefix.reprints.rows import read_rows, texts_of
from pagefix.reprints.scheme import Scheme
from pagefix.reprints.shingles import Words
from pagefix.reprints.signing import Signed, sign
from pagefix.reprints.verification import Aligned, align


@dataclass(frozen=True, slots=True)
class Batch:
    """Some lines of one ``articles.jsonl``: where they lie, and the number of the first of them."""

    path: Path
    first_line: int
    starts: tuple[int, ...]
    ends: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SignedBatch:
    """A batch's texts signed, numbered from 0; for each its line (of all lines) and its block."""

    signed: Signed
    line: Ints
    part: Ints


def sign_batch(batch: Batch, scheme: Scheme) -> SignedBatch:
    """Reads the rows of a batch and signs their texts."""
    texts: list[str] = []
    lines: list[int] = []
    parts: list[int] = []
    for number, row in enumerate(read_rows(batch.path, batch.starts, batch.ends), batch.first_line):
        for part, text in texts_of(row, scheme.unit, scheme.least):
            texts.append(text)
            lines.append(number)
            parts.append(part)
    return SignedBatch(sign(texts, scheme), np.array(lines, dtype=np.int64), np.array(parts, dtype=np.int64))


def meet_range(old: Sequence[Path], new: Path, low: int, high: int, first_new: int, common: int) -> Met:
    """Meets the words ``low`` to ``high`` of a segment with older segments, all read where they lie."""
    segments = [np.load(path, mmap_mode="r") for path in old]
    return meet(segments, np.array(np.load(new, mmap_mode="r")[low:high]), first_new, common)


def meet_slices(old: Sequence[Path], new: Sequence[Words], first_new: int, common: int) -> Met:
    """The same for one range of hashes whose words come from many batches."""
    return meet([np.load(path, mmap_mode="r") for path in old], np.concatenate(new), first_new, common)


def slice_batch(batch: SignedBatch, first: int, count: int) -> list[Words]:
    """A batch's seeds, numbered from ``first``, cut into ``count`` equal ranges of their hashes."""
    seeds = batch.signed.seeds + np.uint64(first)
    return [piece for (piece,) in ranges_of([seeds], count)]


def align_pairs(work: tuple[Keys, Ints, Ints]) -> Aligned:
    """Aligns pairs of texts of a small set of keys."""
    return align(*work)
