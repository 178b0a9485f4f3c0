"""Forms that were filled in differently: alike for the most part, and no copies of each other.

Reading errors are single characters, scattered; a form differs in whole places: a name, a
number, a date.  An excerpt differs at its ends alone, which lie outside what is looked at.
"""

from __future__ import annotations

import numpy as np

from pagefix.matching.batches import Ints, Keys
from pagefix.reprints.chains import Chains, find_chains

# Two wrong characters beside each other are still a reading error; three hardly ever are.
_PLACE = 3


def filled_places(keys: Keys, first: Ints, second: Ints) -> Ints:
    """For each pair, how many places between their first and their last common stretch differ."""
    from rapidfuzz.distance import Levenshtein

    chains = find_chains(keys, first, second)
    counts = np.zeros(len(first), dtype=np.int64)
    for pair, a0, a1, b0, b1 in _regions(chains):
        one, other = int(first[pair]), int(second[pair])
        steps = Levenshtein.opcodes(keys.text(one)[a0:a1], keys.text(other)[b0:b1])
        counts[pair] = sum(
            step.tag != "equal"
            and max(step.src_end - step.src_start, step.dest_end - step.dest_start) >= _PLACE
            for step in steps
        )
    return counts


def _regions(chains: Chains) -> list[tuple[int, int, int, int, int]]:
    """From where to where the chains of each pair reach in both texts."""
    if not len(chains.pair):
        return []
    starts = np.concatenate([[0], np.flatnonzero(np.diff(chains.pair)) + 1])
    columns = (
        chains.pair[starts],
        np.minimum.reduceat(chains.a0, starts),
        np.maximum.reduceat(chains.a1, starts),
        np.minimum.reduceat(chains.b0, starts),
        np.maximum.reduceat(chains.b1, starts),
    )
    return list(zip(*(column.tolist() for column in columns), strict=True))
