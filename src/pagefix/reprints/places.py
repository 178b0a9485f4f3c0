"""Where each text of an index stands in the files now, column by column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pagefix.matching.batches import Ints
from pagefix.reprints.index import Index
from pagefix.writing.linebook import Lines, Numbers


@dataclass(frozen=True, slots=True)
class Places:
    """Of each text: its archive, its line there, its block, its size, what tells its line apart,
    and its place in the order of archives, lines and blocks.  ``gone`` are those that have left."""

    archive: Ints
    line: Ints
    part: Ints
    size: Ints
    digest: Numbers
    rank: Ints
    gone: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return int(np.count_nonzero(~self.gone))


def places_of(index: Index, scans: Sequence[Lines]) -> Places:
    """Looks every line of the index up in the files; the index must be up to date with them."""
    digests = np.concatenate([np.zeros(0, np.uint64), *(lines.digests for lines in scans)])
    archives = np.repeat(np.arange(len(scans)), [len(lines) for lines in scans])
    positions = np.concatenate([np.zeros(0, np.int64), *(np.arange(len(lines)) for lines in scans)])
    order = np.argsort(digests, kind="stable")
    digest = index.lines[index.column("line")]
    gone = index.book.gone[index.column("line")]
    at = np.zeros(len(digest), np.int64)
    at[~gone] = order[np.searchsorted(digests[order], digest[~gone])]
    archive, line, part = archives[at], positions[at], index.column("part")
    rank = np.empty(len(at), dtype=np.int64)
    rank[np.lexsort((part, line, archive))] = np.arange(len(at))
    return Places(archive, line, part, index.column("size"), digest, rank, gone)
