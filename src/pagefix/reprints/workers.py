"""Who does the work: this process, any executor, or a Dask cluster.  The functions are the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol, TypeVar

import numpy as np

from pagefix.matching.batches import Ints, Keys
from pagefix.reprints.candidates import RANGE, Met, sum_met
from pagefix.reprints.scheme import Scheme
from pagefix.reprints.segments import Segment
from pagefix.reprints.shingles import TEXT_BITS, Words
from pagefix.reprints.tasks import Batch, SignedBatch, align_pairs, meet_range, sign_batch
from pagefix.reprints.verification import Aligned

Work = tuple[Keys, Ints, Ints]
_T = TypeVar("_T")
_AHEAD = 8


class Workers(Protocol):
    """Answers come back in the order of what was asked."""

    def sign(self, batches: Sequence[Batch], scheme: Scheme) -> Iterator[SignedBatch]: ...

    def meet(self, old: Sequence[Segment], new: Segment, scheme: Scheme) -> Met: ...

    def align(self, work: Iterable[Work]) -> Iterator[Aligned]: ...


@dataclass(slots=True)
class Hands:
    """This process, or an executor if one is given.  Its workers read and write where OUT lies."""

    executor: Executor | None = None

    def sign(self, batches: Sequence[Batch], scheme: Scheme) -> Iterator[SignedBatch]:
        return self._each(sign_batch, [(batch, scheme) for batch in batches])

    def meet(self, old: Sequence[Segment], new: Segment, scheme: Scheme) -> Met:
        paths = tuple(segment.folder / "seeds.npy" for segment in old)
        asked = [
            (paths, new.folder / "seeds.npy", low, high, new.first, scheme.common)
            for low, high in cuts(new.seeds)
        ]
        return sum_met(list(self._each(meet_range, asked)))

    def align(self, work: Iterable[Work]) -> Iterator[Aligned]:
        return self._each(align_pairs, ((part,) for part in work))

    def _each(self, function: Callable[..., _T], asked: Iterable[tuple[Any, ...]]) -> Iterator[_T]:
        """Runs ``function`` on each; only a few are ahead of the answers, so that memory stays bounded."""
        if self.executor is None:
            yield from (function(*one) for one in asked)
            return
        waiting: list[Future[_T]] = []
        for one in asked:
            waiting.append(self.executor.submit(function, *one))
            if len(waiting) >= _AHEAD:
                yield waiting.pop(0).result()
        for future in waiting:
            yield future.result()


def cuts(seeds: Words) -> list[tuple[int, int]]:
    """Stretches of sorted words of about ``RANGE``, each a whole number of groups."""
    edges = [0]
    while edges[-1] < len(seeds):
        at = min(edges[-1] + RANGE, len(seeds))
        if at < len(seeds):
            group = np.uint64(seeds[at]) >> np.uint64(TEXT_BITS) << np.uint64(TEXT_BITS)
            at = int(np.searchsorted(seeds, group))
            if at <= edges[-1]:
                at = int(np.searchsorted(seeds, group + np.uint64(1 << TEXT_BITS)))
        edges.append(at)
    return list(pairwise(edges))
