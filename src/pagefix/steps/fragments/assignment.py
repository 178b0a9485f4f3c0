"""One assignment over the page: which tail goes on in which head, and which stay open."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pagefix.matching.assigning import best_pairs

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def assign(i: Ints, j: Ints, scores: Floats) -> list[int]:
    """The positions of the pairs that together have the highest sum of scores.

    Each tail and each head is used at most once; staying open is worth nothing, so only
    pairs above zero can win.  They fall into small connected groups, each solved exactly
    (the Hungarian method): the work grows with the number of pairs, not with the
    square of the page.  Pairs that would close a ring are cut at their weakest link.
    """
    worth = np.flatnonzero(scores > 0)
    chosen: list[int] = []
    for group in _groups(i[worth], j[worth]):
        pairs = worth[group]
        row, column = _ranks(i[pairs].tolist()), _ranks(j[pairs].tolist())
        gain = np.zeros((max(row) + 1, max(column) + 1))
        gain[row, column] = scores[pairs]
        which = np.full(gain.shape, -1)
        which[row, column] = pairs
        chosen += [int(which[pair]) for pair in best_pairs(gain) if which[pair] >= 0]
    return _without_rings(sorted(chosen), i, j, scores)


def _ranks(numbers: list[int]) -> list[int]:
    """For each number how many smaller ones there are."""
    rank = {number: n for n, number in enumerate(sorted(set(numbers)))}
    return [rank[number] for number in numbers]


def _groups(i: Ints, j: Ints) -> list[Ints]:
    """Pairs that share a tail or a head, directly or through others."""
    # Tails are numbers from nought on, heads those below.
    parent: dict[int, int] = {}

    def root(node: int) -> int:
        parent.setdefault(node, node)
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    tails = i.tolist()
    for tail, head in zip(tails, j.tolist(), strict=True):
        parent[root(tail)] = root(~head)
    groups: dict[int, list[int]] = {}
    for at, tail in enumerate(tails):
        groups.setdefault(root(tail), []).append(at)
    return [np.array(group) for group in groups.values()]


def _without_rings(chosen: list[int], i: Ints, j: Ints, scores: Floats) -> list[int]:
    kept: list[int] = []
    goes_on: dict[int, int] = {}
    for pair in sorted(chosen, key=lambda p: (-scores[p], p)):
        at = int(j[pair])
        while at in goes_on:
            at = goes_on[at]
        if at != int(i[pair]):
            goes_on[int(i[pair])] = int(j[pair])
            kept.append(pair)
    return sorted(kept)
