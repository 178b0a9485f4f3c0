"""Pairs put together: printings of one story, and excerpts with the printing they were cut from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from pagefix.matching.batches import Ints
from pagefix.reprints.candidates import distinct

Shares = npt.NDArray[np.float32]

_FULL = 0.97


@dataclass(frozen=True, slots=True)
class Edges:
    """Pairs of texts that print one text: the share of each that the other has, and how alike."""

    a: Ints
    b: Ints
    first: Shares
    second: Shares
    alike: Shares


def find_clusters(edges: Edges, rank: Ints, sizes: Ints, whole: float) -> list[Ints]:
    """Groups of two texts or more, texts by ``rank``, groups by their first text.

    Printings that share ``whole`` of both are one group, and so is whatever they are linked to
    in turn.  An excerpt joins only the group that holds the most of it: a news item that two
    digests print must not tie the digests together.
    """
    texts = distinct(np.concatenate([edges.a, edges.b]))
    texts = texts[np.argsort(rank[texts])]
    place = np.zeros(int(texts.max()) + 1 if len(texts) else 0, dtype=np.int64)
    place[texts] = np.arange(len(texts))
    a, b = place[edges.a], place[edges.b]
    both = np.minimum(edges.first, edges.second) >= whole
    labels = _components(len(texts), a[both], b[both])
    chosen = _best_homes(edges, ~both, a, b, labels, sizes[texts])
    labels = _components(
        len(texts), np.concatenate([a[both], a[chosen]]), np.concatenate([b[both], b[chosen]])
    )
    order = np.argsort(labels, kind="stable")
    texts, ends = texts[order], np.flatnonzero(np.diff(labels[order], append=-1)) + 1
    # A label is the place of a group's first text, so that the groups stand in order.
    return [texts[low:high] for low, high in pairwise([0, *ends.tolist()]) if high > low + 1]


def _best_homes(
    edges: Edges, cut: npt.NDArray[np.bool_], a: Ints, b: Ints, labels: Ints, sizes: Ints
) -> Ints:
    """For each group that is an excerpt of others, the one edge to the group that holds the most of it."""
    rows = np.flatnonzero(cut & (labels[a] != labels[b]))
    a, b = a[rows], b[rows]
    held = edges.first[rows] >= edges.second[rows]
    short, long = np.where(held, a, b), np.where(held, b, a)
    share = np.maximum(edges.first[rows], edges.second[rows]) * edges.alike[rows]
    # The greatest share first; among equals the longer home, then the earlier one.
    order = np.lexsort((long, -sizes[long], -share, labels[short]))
    first = np.concatenate([[True], np.diff(labels[short][order]) != 0]) if len(order) else order.astype(bool)
    chosen: Ints = rows[order[first]]
    return chosen


def _components(count: int, a: Ints, b: Ints) -> Ints:
    """For each text the first one of its component.

    Labels sink along the links and are then followed to their ends, until nothing changes:
    that takes a few rounds.  (scipy's import alone takes as long as comparing a thousand articles.)
    """
    labels = np.arange(count)
    while True:
        least = np.minimum(labels[a], labels[b])
        before = labels.copy()
        for side in (labels[a], labels[b]):
            np.minimum.at(labels, side, least)
        while (further := labels[labels] != labels).any():
            labels[further] = labels[labels[further]]
        if (labels == before).all():
            return labels


def representative(sizes: Ints) -> int:
    """Which printing stands for its cluster: the first of the full ones.

    ``sizes`` are in the order of printing.  Doubled and lost characters make lengths differ by
    some per cent, which is no reason to prefer a later printing.
    """
    return int(np.argmax(sizes >= _FULL * sizes.max()))


def kind_of(
    share: float, of_whole: float, size: int, same_day: bool, same_edition: bool, measures: Kinds
) -> str:
    """What a printing is beside the representative.

    ``share`` is how much of it the representative has, ``of_whole`` how much it has of that one.
    """
    if min(share, of_whole) >= measures.whole:
        return "edition variant" if same_day and not same_edition else "reprint"
    return "teaser" if same_day and size <= measures.teaser else "excerpt"


@dataclass(frozen=True, slots=True)
class Kinds:
    """Where kinds part: the share of both that makes a whole printing, the length of a teaser."""

    whole: float
    teaser: int


RANKED = ("reprint", "edition variant", "excerpt", "teaser")
"""Kinds, the one that says most of a cluster first."""


def kind_of_cluster(kinds: Sequence[str]) -> str:
    """A cluster is called after its closest printings."""
    return min(kinds, key=RANKED.index)
