"""What is known of every pair of texts that may share something; kept with the index.

Counts are exact at any time, so that a day that is added changes just the rows it touches,
and an alignment is done once.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pagefix.matching.batches import Ints
from pagefix.reprints.candidates import Counted, Keys64, merged_keys
from pagefix.reprints.judging import Evidence
from pagefix.reprints.verification import Aligned, nothing, some


@dataclass(frozen=True, slots=True)
class PairBook:
    """``common`` counts each text's common seeds, ``gone`` says of each line whether it has left; the
    rest is a row a pair, keys rising.

    ``aligned`` says nothing of a pair as long as its ``longest`` is -1.
    """

    gone: npt.NDArray[np.bool_]
    common: Ints
    keys: Keys64
    shared: Ints
    bands: Ints
    aligned: Aligned

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def pairs(self) -> Counted:
        return Counted(self.keys, self.shared)

    def evidence(self, totals: Ints) -> Evidence:
        """What the counts say of every pair; ``totals`` are the seeds of each text."""
        pairs = self.pairs
        return Evidence(pairs.first, pairs.second, self.shared, self.bands, totals - self.common, totals)

    def known(self, one: Ints, other: Ints) -> Aligned:
        """The alignments of texts ``one`` with texts ``other``; ``longest`` is -1 where there is none."""
        found = nothing(len(one))
        found.longest[:] = -1
        low, high = np.minimum(one, other), np.maximum(one, other)
        at, there = _places(self.keys, (low.astype(np.uint64) << np.uint64(32)) | high.astype(np.uint64))
        if len(at):
            put(found, np.flatnonzero(there), some(self.aligned, at))
        turned = one > other
        first, second = (
            np.where(turned, found.second, found.first),
            np.where(turned, found.first, found.second),
        )
        return replace(found, first=first, second=second)

    def rows(self, at: Ints) -> PairBook:
        """The book of some of its pairs."""
        return replace(
            self,
            keys=self.keys[at],
            shared=self.shared[at],
            bands=self.bands[at],
            aligned=some(self.aligned, at),
        )


def empty_book() -> PairBook:
    """Nothing known."""
    none = np.zeros(0, dtype=np.int64)
    return PairBook(np.zeros(0, dtype=bool), none, np.zeros(0, dtype=np.uint64), none, none, nothing(0))


def counted(book: PairBook, seeds: Counted, bands: Counted, common: Ints) -> PairBook:
    """``book`` with changes added to its counts, and the new ``common`` of all texts.

    A single shared seed is chance and is not kept, nor is a pair that has nothing left.
    """
    more = merged_keys(seeds.keys[seeds.counts >= 2], bands.keys)
    book = _with_room(replace(book, common=common), more[~_places(book.keys, more)[1]])
    for target, change in ((book.shared, seeds), (book.bands, bands)):
        at, there = _places(book.keys, change.keys)
        target[at] += change.counts[there]
    book.shared[book.shared < 2] = 0
    stays = (book.shared > 0) | (book.bands > 0)
    return book if stays.all() else book.rows(np.flatnonzero(stays))


def without(book: PairBook, leaves: npt.NDArray[np.bool_]) -> PairBook:
    """``book`` without the pairs of texts that leave."""
    return book.rows(np.flatnonzero(~(leaves[book.pairs.first] | leaves[book.pairs.second])))


def _with_room(book: PairBook, keys: Keys64) -> PairBook:
    """A copy of ``book`` with rows for more pairs, of which nothing is known; ``keys`` rise and are new."""
    at = np.searchsorted(book.keys, keys)
    known = {
        column.name: np.insert(getattr(book.aligned, column.name), at, -1 if column.name == "longest" else 0)
        for column in fields(Aligned)
    }
    return replace(
        book,
        keys=np.insert(book.keys, at, keys),
        shared=np.insert(book.shared, at, 0),
        bands=np.insert(book.bands, at, 0),
        aligned=Aligned(**known),
    )


def remembered(book: PairBook, old: PairBook, numbers: Ints) -> PairBook:
    """``book`` with the alignments that ``old`` has for the same texts.

    ``numbers`` gives each old text's new number, -1 where it is gone; they rise, so a pair's
    first text stays its first.
    """
    a, b = numbers[old.pairs.first], numbers[old.pairs.second]
    known = (a >= 0) & (b >= 0) & (old.aligned.longest >= 0)
    keys = (a[known].astype(np.uint64) << np.uint64(32)) | b[known].astype(np.uint64)
    at, there = _places(book.keys, keys)
    rows = np.flatnonzero(known)[there]
    return aligned(book, at, some(old.aligned, rows))


def aligned(book: PairBook, rows: Ints, found: Aligned) -> PairBook:
    """``book`` with the alignments of some of its rows."""
    known = Aligned(*(getattr(book.aligned, column.name).copy() for column in fields(Aligned)))
    put(known, rows, found)
    return replace(book, aligned=known)


def put(known: Aligned, rows: Ints, found: Aligned) -> None:
    """Writes ``found`` into the rows ``rows`` of ``known``."""
    for column in fields(Aligned):
        getattr(known, column.name)[rows] = getattr(found, column.name)


def _places(keys: Keys64, asked: Keys64) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Where those of ``asked`` that are in ``keys`` stand there, and which those are."""
    if not len(keys):
        return np.zeros(0, dtype=np.int64), np.zeros(len(asked), dtype=bool)
    at = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
    there = keys[at] == asked
    return at[there], there


_STORED = {
    "gone": np.bool_, "common": np.uint32, "keys": np.uint64, "shared": np.uint16, "bands": np.uint8,
    "first": np.float32, "second": np.float32, "longest": np.int32, "alike": np.float32, "places": np.int16,
}  # fmt: skip
_SHARES = ("first", "second", "alike")


def save_book(path: Path, book: PairBook) -> None:
    """As one ``.npz``, columns named as they are here."""
    columns = {
        name: getattr(book if hasattr(book, name) else book.aligned, name).astype(kind)
        for name, kind in _STORED.items()
    }
    np.savez(path, **columns)


def load_book(path: Path) -> PairBook:
    """Raises OSError, KeyError or ValueError where the file is not what :func:`save_book` wrote."""
    with np.load(path) as stored:
        columns = {name: stored[name] for name in _STORED}
    wide = {
        name: column if name in ("gone", "keys", *_SHARES) else column.astype(np.int64)
        for name, column in columns.items()
    }
    known = Aligned(**{column.name: wide[column.name] for column in fields(Aligned)})
    return PairBook(wide["gone"], wide["common"], wide["keys"], wide["shared"], wide["bands"], known)
