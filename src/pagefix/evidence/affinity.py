"""How much two paragraphs speak of the same thing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from pagefix.evidence.rarity import HAN, HAN_FIRST, Rarity

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]

# A fragment of a few words would otherwise be near to everything that shares one of them.
_LEAST_SIZE = 20
# A bigram of more paragraphs than this is no sign of any one story.  In a text of more paragraphs than a
# newspaper page has fewer are enough: what they share is crossed, each with each, and a text of 100,000
# characters took thirty-six times as long as one of 10,000.
_COMMON, _COMMON_IN_MANY, _PAGE = 64, 16, 320
# Up to so many texts what they share is also kept as a table, of 2 MB: looked up in a third of the time.
_DENSE = 512
# On a page of few blocks the few tell nothing of what is rare: count as if it were a full one.
_FULL_PAGE = 40


class Affinity:
    """The likeness of paragraphs to each other: what Han characters they share, rare ones weighing more.

    ``affinity(i, j)`` takes two arrays of positions and gives an array: for each pair the sum of
    what the shared runs weigh over the geometric mean of the two lengths.  With ``rarity`` runs are
    characters and pairs of them, and weigh what newspapers say of their rarity times their inverse
    document frequency on the page: where paragraphs of other papers are held against their own
    story and a neighbour of it, this errs on 5, the page alone on 8 in a hundred.  Without it they are
    pairs, and weigh the square of that frequency: the weights of seams and headings were fitted so.
    A run that stands in one text only says nothing.
    """

    def __init__(self, texts: Sequence[str], rarity: Rarity | None = None) -> None:
        self._texts = len(texts)
        sizes = np.array([max(_LEAST_SIZE, len(text)) for text in texts], dtype=np.float64)
        cells, shared, own = _shared(texts, rarity)
        # Divided here, once: pairs are asked for more often than there are cells.
        self._own: Floats = own / np.sqrt(sizes * sizes)
        self._table: Floats = np.zeros(0)
        if len(texts) <= _DENSE:
            table = np.bincount(cells, shared, len(texts) ** 2).astype(np.float64)
            square = table.reshape(len(texts), len(texts))
            square = (square + square.T) / np.sqrt(np.multiply.outer(sizes, sizes))
            np.fill_diagonal(square, self._own)
            self._table = square.ravel()
        else:
            self._cells, shared = _summed(cells, shared)
            self._i, self._j = np.divmod(self._cells, len(texts))
            self._likeness: Floats = shared / np.sqrt(sizes[self._i] * sizes[self._j])

    def __call__(self, i: Ints, j: Ints) -> Floats:
        if len(self._table):
            return np.asarray(self._table[i * self._texts + j])
        if not self._texts or not len(self._cells):
            return np.zeros(len(i))
        cells = np.minimum(i, j) * self._texts + np.maximum(i, j)
        place = np.minimum(np.searchsorted(self._cells, cells), len(self._cells) - 1)
        likeness = np.where(self._cells[place] == cells, self._likeness[place], 0.0)
        return np.where(i == j, self._own[i], likeness)

    def pairs(self) -> tuple[Ints, Ints, Floats]:
        """All pairs of different texts that share anything: ``i``, ``j`` and their likeness, by ``i``."""
        if self._texts <= _DENSE:
            i, j = np.divmod(np.flatnonzero(self._table), max(1, self._texts))
            i, j = i[i != j], j[i != j]
            return i, j, self(i, j)
        i, j = np.concatenate([self._i, self._j]), np.concatenate([self._j, self._i])
        order = _in_order(i)
        return i[order], j[order], np.concatenate([self._likeness, self._likeness])[order]


def likeness_of(pairs: Sequence[tuple[str, str]]) -> Floats:
    """The likeness of the two texts of each pair, as if there were no others."""
    rarity = np.log(_FULL_PAGE / 2)
    parts = (pairs[first : first + _TOGETHER] for first in range(0, len(pairs), _TOGETHER))
    shared = np.concatenate([_in_common(part) for part in parts])
    # Added up one by one, as everywhere: a product might differ in the last digit.
    counted = np.append(0.0, np.cumsum(np.full(shared.max(initial=0), rarity * rarity)))
    sizes = np.array([[max(_LEAST_SIZE, len(text)) for text in pair] for pair in pairs], dtype=np.float64)
    out: Floats = counted[shared] / np.sqrt(sizes[:, 0] * sizes[:, 1])
    return out


# Pairs whose texts are crossed with each other: few, so that the work grows with the pairs alone.
_TOGETHER = 256


def _in_common(pairs: Sequence[tuple[str, str]]) -> Ints:
    """How many distinct bigrams the two texts of each pair share; each text is read once."""
    (firsts, of_first), (seconds, of_second) = (each_once(side) for side in zip(*pairs, strict=True))
    (codes, rows), (others, columns) = _runs(firsts), _runs(seconds)
    low = np.searchsorted(others, codes)
    times = np.searchsorted(others, codes, side="right") - low
    place = np.arange(times.sum()) + np.repeat(low - np.cumsum(times) + times, times)
    cells = np.repeat(rows, times) * len(seconds) + columns[place]
    shared = np.bincount(cells, minlength=len(firsts) * len(seconds))
    return np.asarray(shared[of_first * len(seconds) + of_second], dtype=np.int64)


def each_once(texts: Sequence[str]) -> tuple[list[str], Ints]:
    """The different ones of ``texts`` in their order, and for each text which of them it is."""
    place: dict[str, int] = {}
    which = [place.setdefault(text, len(place)) for text in texts]
    return list(place), np.array(which, dtype=np.int64)


def _shared(texts: Sequence[str], rarity: Rarity | None) -> tuple[Ints, Floats, Floats]:
    """Pairs of texts that share a run, as ``i * len(texts) + j``, and what it counts for them; of each text
    what its own runs count that others share.

    Every run of few texts gives its weight to each pair of them, the earlier text first.
    """
    codes, rows = _runs(texts, singles=rarity is not None)
    first = np.flatnonzero(_new(codes))
    found_in = np.diff(np.append(first, len(codes)))
    most = max(_COMMON_IN_MANY, _COMMON * _PAGE // max(_PAGE, len(texts)))
    few = (found_in >= 2) & (found_in <= most)
    scarcity = np.log(max(len(texts), _FULL_PAGE) / found_in[few])
    weight = np.zeros(len(first))
    weight[few] = scarcity * (rarity.of(codes[first[few]]) / _SCALE if rarity is not None else scarcity)
    # Everyday words weigh nothing: half of the work is not to cross them.
    keep = weight > 0
    rows, found_in, weight = rows[np.repeat(keep, found_in)], found_in[keep], weight[keep]
    own = np.bincount(rows, np.repeat(weight, found_in), len(texts)).astype(np.float64)
    return _crossed(rows, found_in, len(texts)), np.repeat(weight, found_in * (found_in - 1) // 2), own


# So that paragraphs of one story have about the same likeness (the middle one 0.4) with rarity and without.
_SCALE = 16.0


def _crossed(rows: Ints, found_in: Ints, size: int) -> Ints:
    """All pairs of the texts of each bigram: ``rows`` names these, ``found_in`` how many a bigram has."""
    # Walking down the rows, each is paired with those below it that are of the same bigram.
    at = np.arange(len(rows))
    below = np.repeat(np.cumsum(found_in), found_in) - at - 1
    other = rows[np.arange(below.sum()) + np.repeat(at + 1 - np.cumsum(below) + below, below)]
    cells: Ints = np.repeat(rows, below) * size + other
    return cells


def _summed(cells: Ints, shared: Floats) -> tuple[Ints, Floats]:
    """Equal cells as one, in order."""
    order = _in_order(cells)
    cells = cells[order]
    begins = _new(cells)
    total = np.bincount(np.cumsum(begins) - 1, weights=shared[order], minlength=begins.sum())
    return cells[begins], total.astype(np.float64)


def _in_order(numbers: Ints) -> Ints:
    """The places of ``numbers`` in their order, equal ones as they stand.

    Sorted with their places in the lowest bits, which takes a third of the time of a stable argsort.
    """
    bits = len(numbers).bit_length()
    order: Ints = np.sort(numbers << bits | np.arange(len(numbers))) & (1 << bits) - 1
    return order


def _runs(texts: Sequence[str], singles: bool = False) -> tuple[Ints, Ints]:
    """The distinct pairs of Han characters of every text: their codes in order, and beside them the texts.

    The codes are those of `rarity`; with ``singles`` those of lone characters are among them.
    """
    # The mark in front of each text is no character of it: no pair runs from one text into the next.
    joined = "".join([_APART + text for text in texts])
    points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    owner = np.repeat(np.arange(len(texts), dtype=np.int64), [len(text) + 1 for text in texts])
    # Less than nothing wraps round to more than any character's.
    points = points - np.uint32(HAN_FIRST)
    han = points < HAN
    codes = points.astype(np.int64)
    # The text in the lowest bits: they are parted again in a fifth of the time that dividing takes.
    bits = len(texts).bit_length()
    entries = ((HAN + codes[:-1] * HAN + codes[1:]) << bits | owner[:-1])[han[:-1] & han[1:]]
    if singles:
        entries = np.concatenate([(codes << bits | owner)[han], entries])
    entries.sort()
    entries = entries[_new(entries)]
    return entries >> bits, entries & (1 << bits) - 1


_APART = "\n"


def _new(ordered: Ints) -> npt.NDArray[np.bool_]:
    """Where a value stands for the first time among ``ordered`` ones."""
    new = np.ones(len(ordered), dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    return new
