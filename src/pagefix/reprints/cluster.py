"""Dask: the same functions on a cluster's workers; seeds go from worker to worker by their hash."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pagefix.reprints.candidates import RANGE, Met, sum_met
from pagefix.reprints.scheme import Scheme
from pagefix.reprints.segments import Segment
from pagefix.reprints.tasks import Batch, SignedBatch, align_pairs, meet_slices, sign_batch, slice_batch
from pagefix.reprints.verification import Aligned
from pagefix.reprints.workers import Hands, Work

if TYPE_CHECKING:
    from distributed import Client, Future

# Alignments that wait for their answers at a time; each brings the keys of its texts along.
_AHEAD = 32


@dataclass(slots=True)
class DaskWorkers:
    """Work as tasks of a Dask client.

    Tasks are pure and read from OUT, which every worker must reach by the same path.  What a
    killed worker held is computed again from there.
    """

    client: Client
    _signed: list[tuple[Future, int]] = field(default_factory=list)

    def sign(self, batches: Sequence[Batch], scheme: Scheme) -> Iterator[SignedBatch]:
        """Signs on the workers; their seeds stay there for :meth:`meet`."""
        futures = [self.client.submit(sign_batch, batch, scheme) for batch in batches]
        self._signed.clear()
        first = 0
        for future in futures:
            batch: SignedBatch = future.result()
            self._signed.append((future, first))
            first += len(batch.signed)
            yield batch

    def meet(self, old: Sequence[Segment], new: Segment, scheme: Scheme) -> Met:
        """A shuffle: every batch is cut by ranges of the hash, every range is met by one task."""
        if sum(1 for _ in self._signed) == 0 or not len(new):
            return Hands().meet(old, new, scheme)
        paths = tuple(segment.folder / "seeds.npy" for segment in old)
        count = max(1, -(-len(new.seeds) // RANGE), len(self.client.scheduler_info()["workers"]))
        cut = [
            self.client.submit(slice_batch, future, new.first + first, count)
            for future, first in self._signed
        ]
        self._signed.clear()
        met = []
        for number in range(count):
            slices = [self.client.submit(operator.getitem, pieces, number) for pieces in cut]
            met.append(self.client.submit(meet_slices, paths, slices, new.first, scheme.common))
        return sum_met(self.client.gather(met))

    def align(self, work: Iterable[Work]) -> Iterator[Aligned]:
        """Aligns on the workers, a few parts ahead of the answers."""
        waiting: list[Any] = []
        for part in work:
            waiting.append(self.client.submit(align_pairs, part))
            if len(waiting) >= _AHEAD:
                yield waiting.pop(0).result()
        for future in waiting:
            yield future.result()
