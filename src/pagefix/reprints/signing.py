"""A batch of texts signed: keys, seeds and bands, all that is ever asked of a text again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pagefix.matching.batches import Ints, Keys, fold_batch
from pagefix.reprints.bands import Signatures, bands_of, signatures_of
from pagefix.reprints.candidates import distinct
from pagefix.reprints.scheme import Scheme
from pagefix.reprints.shingles import TEXT_MASK, Words, seeds_of

Numbers = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Signed:
    """Texts ``first`` to ``first + len(keys)``: ``seeds`` and ``bands`` are sorted words, ``totals``
    counts each text's distinct seeds, ``order`` is a number made from each text's content."""

    first: int
    keys: Keys
    seeds: Words
    bands: Words
    totals: Ints
    order: Numbers

    def __len__(self) -> int:
        return len(self.keys)


def sign(texts: Sequence[str], scheme: Scheme, first: int = 0) -> Signed:
    """Signs a batch.  Texts below ``scheme.least`` word characters keep their key and get no seeds."""
    keys = fold_batch(texts)
    words, counts = seeds_of(keys, scheme, first)
    short = keys.sizes < scheme.least
    if short.any():
        words, counts = words[np.repeat(~short, counts)], np.where(short, 0, counts)
    signatures = signatures_of(words, counts, scheme)
    bands = np.sort(bands_of(signatures, counts, scheme, first))
    seeds = distinct(words)
    totals = np.bincount((seeds & TEXT_MASK).astype(np.int64) - first, minlength=len(keys)).astype(np.int64)
    return Signed(first, keys, seeds, bands, totals, _order(keys, signatures))


def _order(keys: Keys, signatures: Signatures) -> Numbers:
    """The same for the same text wherever and whenever it comes in."""
    order = keys.sizes.astype(np.uint64)
    for column in signatures.T:
        order ^= column.astype(np.uint64)
        order *= np.uint64(0x9E3779B97F4A7C15)
        order ^= order >> np.uint64(29)
    return order
