"""A first guess whose each piece is: the headline's above it, unless a story begins there without one.

Pages are read column by column, and a headline set over the middle of its text is read after
the first columns of it.  So where a story seems to begin although no headline stands above (its
author, its dateline, another one's signature), the text down to the next such place is compared
with what stands above it and with what stands right below the next headlines.  Stories that
have begun so get their headlines in the same order; a headline with an author or a dateline
below it has its beginning already.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from pagefix.evidence.affinity import Affinity
from pagefix.steps.articles.step import Step

# So many headlines ahead, so many pieces above and so many below a headline are looked at:
# farther below it the page may have gone back to another story.
_AHEAD, _ABOVE, _BELOW = 3, 30, 5
# The mean of so many best likenesses, as in `pull`.
_BEST = 3
_PROSE = 20
# Paragraphs of different stories have a likeness of about a tenth; less than this is none.
_LEAST = 0.08
# Paragraphs of one story have half and more; what is nearer still may be a sentence read twice.
_ALIKE = 0.5
# How much nearer, as a logarithm, it must be to the text ahead.
_SURELY = 0.3
# What is added to both likenesses before they are compared: differences below it are chance.
_CHANCE = 0.03


def first_guess(steps: Sequence[Step], affinity: Affinity) -> list[int]:
    """The article of each step; -1 for what stands above the first article."""
    labels = _regions(steps)
    told = [step.tells for step in steps]
    bounds = [0, *(at for at, step in enumerate(steps) if step.begins >= 0), len(steps)]
    for n, (first, last) in enumerate(pairwise(bounds)):
        starts = [at for at in range(first, last) if steps[at].fresh and steps[at].begins < 0]
        heads = bounds[n + 1 : -1][:_AHEAD]
        if not starts or not heads:
            continue
        own = [at for at in range(first, starts[0]) if told[at]][-_ABOVE:]
        below = [
            [at for at in range(*pair) if told[at]][:_BELOW] if not steps[pair[0]].signed else []
            for pair in zip(heads, bounds[n + 2 :], strict=False)
        ]
        pieces = [range(*pair) for pair in zip(starts, [*starts[1:], last], strict=True)]
        gains = []
        for piece in pieces:
            # Names and short lines are like nothing: they go with the text below them.
            prose = [at for at in piece if told[at] and len(steps[at].text) > _PROSE]
            here = _likeness(affinity, prose, own)
            there = [_likeness(affinity, prose, text) for text in below]
            gains.append(
                [
                    math.log((drawn + _CHANCE) / (here + _CHANCE)) if drawn > _LEAST else -math.inf
                    for drawn in there
                ]
            )
        for piece, ahead in zip(pieces, _in_order(gains), strict=True):
            if ahead >= 0:
                for at in piece:
                    labels[at] = steps[heads[ahead]].begins
    return labels


def _regions(steps: Sequence[Step]) -> list[int]:
    """Everything belongs to the headline above it, halves to their beginnings."""
    labels, current = [], -1
    home: dict[int, int] = {}
    for step in steps:
        if step.begins >= 0:
            current = step.begins
        labels.append(home.setdefault(step.block, current))
    return labels


def _in_order(gains: Sequence[Sequence[float]]) -> list[int]:
    """The headline ahead that each piece gets, or -1: in their order, so that the gains sum up highest."""
    best: dict[int, tuple[float, list[int]]] = {-1: (0.0, [])}
    for row in gains:
        longer = {last: (total, [*way, -1]) for last, (total, way) in best.items()}
        for last, (total, way) in best.items():
            for ahead in range(last + 1, len(row)):
                if row[ahead] > _SURELY and total + row[ahead] > longer.get(ahead, (-math.inf,))[0]:
                    longer[ahead] = total + row[ahead], [*way, ahead]
        best = longer
    return max(best.values(), key=lambda item: item[0])[1]


def _likeness(affinity: Affinity, these: Sequence[int], those: Sequence[int]) -> float:
    if not these or not those:
        return 0.0
    i = np.repeat(np.array(these, dtype=np.int64), len(those))
    j = np.tile(np.array(those, dtype=np.int64), len(these))
    alike = np.minimum(affinity(i, j), _ALIKE)
    table = np.sort(alike.reshape(len(these), len(those)), axis=1)[:, -_BEST:]
    return float(table.mean())
