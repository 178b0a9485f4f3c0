"""How much each step of a page is drawn to each article by the words that they share.

A likeness says as much as its logarithm: a paragraph that shares ten times as much with one
story as with another is no surer of it for sharing a hundred times the least.  And stories on one
subject share its words: what draws a paragraph to another story counts beyond what draws
the rest of its own there.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from pagefix.evidence.affinity import Affinity, Floats, Ints
from pagefix.steps.articles.step import Step

BEST = 3
"""The mean of so many best likenesses counts: one may be by chance, and a long article has many poor ones."""

_LEAST = 0.03
"""Likenesses below this are alike: three times as much made the worse odds, a third the same."""


def drawn_by(likeness: float) -> float:
    """How much a likeness draws, in natural logarithms above the least."""
    return math.log1p(likeness / _LEAST)


STRANGERS = drawn_by(0.15)
"""How much text above all headlines is drawn to staying nobody's.

Paragraphs of different stories have a likeness of about a tenth at most, so this much is not by chance.
"""

# What a paragraph shares with the few words of a headline tells more than what it shares with other text:
# counted twice to three times as much fewest paragraphs are nearer to a neighbouring story.
_HEADLINE = 3.0

_CELLS = 1 << 19


@dataclass(frozen=True, slots=True, eq=False)
class Likeness:
    """All pairs of steps that share words, by ``i``, the most alike first, and how much they share.

    Those of step ``n`` stand from ``first[n]`` on.
    """

    i: Ints
    j: Ints
    strength: Floats
    first: Ints

    @classmethod
    def of(cls, affinity: Affinity, steps: Sequence[Step]) -> Likeness:
        """The likeness of ``steps``; what is like a headline is so all the more."""
        i, j, strength = affinity.pairs()
        counts = np.array([_HEADLINE if step.begins >= 0 else 1.0 for step in steps])
        strength = counts[j] * strength
        falling = -strength
        first = np.searchsorted(i, np.arange(len(steps) + 1))
        # Step by step: a third of the time of sorting all pairs of a long page at once.
        rows = [low + falling[low:high].argsort() for low, high in pairwise(first.tolist())]
        order = np.concatenate([np.zeros(0, np.int64), *rows])
        return cls(i, j[order], strength[order], first)

    def only(self, kept: npt.NDArray[np.bool_]) -> Likeness:
        """Those pairs that are ``kept``."""
        i = self.i[kept]
        first = np.searchsorted(i, np.arange(len(self.first)))
        return Likeness(i, self.j[kept], self.strength[kept], first)

    def lists(self) -> tuple[list[int], list[int], list[float]]:
        """``first``, ``j`` and ``strength`` for who asks one by one: arrays take four times as long."""
        return self.first.tolist(), self.j.tolist(), self.strength.tolist()


@dataclass(frozen=True, slots=True)
class Pull:
    """The steps' pulls, only those above nothing: most steps share no rare word with most articles.

    ``first`` has one entry a step and one more: the pulls of step ``n`` are those from
    ``first[n]`` to ``first[n + 1]`` of ``article`` and ``strength``.
    """

    first: Ints
    article: Ints
    strength: Floats

    def rows(self, articles: int, strangers: float) -> Iterator[Floats]:
        """For each step what draws it to each of the ``articles``, and last to none of them.

        Made for many steps at once, as long as that takes no more than some megabytes.
        """
        steps = len(self.first) - 1
        many = max(1, _CELLS // (articles + 1))
        for low in range(0, steps, many):
            high = min(low + many, steps)
            mine = slice(self.first[low], self.first[high])
            table = np.zeros((high - low, articles + 1))
            step = np.repeat(np.arange(high - low), np.diff(self.first[low : high + 1]))
            table[step, self.article[mine]] = self.strength[mine]
            table[:, articles] = strangers
            yield from table


def pull_of(labels: Sequence[int], likeness: Likeness) -> Pull:
    """What draws each step to each article: the mean of its three best likenesses there (:func:`drawn_by`).

    ``labels`` are the articles of the steps, -1 for nobody's.
    """
    article = np.array(labels, dtype=np.int64)[likeness.j]
    owned = np.flatnonzero(article >= 0)
    # Step, article and place as one number: sorted in a quarter of the time that three keys take.
    groups, bits = max(labels, default=-1) + 1, len(article).bit_length()
    ranked = np.sort((likeness.i[owned] * groups + article[owned]) << bits | owned)
    group, last = ranked >> bits, len(ranked) - 1
    begins = np.append(0, np.flatnonzero(group[1:] != group[:-1]) + 1)[: len(group)]
    sizes = np.diff(begins, append=len(group))
    total = np.zeros(len(begins))
    for behind in reversed(range(BEST)):
        place = ranked[np.minimum(begins + behind, last)] & (1 << bits) - 1
        total += np.where(sizes > behind, likeness.strength[place], 0.0)
    step, article = np.divmod(group[begins], max(1, groups))
    return Pull(np.searchsorted(step, np.arange(len(labels) + 1)), article, np.log1p(total / BEST / _LEAST))


def beyond_kinship(pull: Pull, labels: Sequence[int]) -> Pull:
    """The pulls to other articles without half of what draws their own article there, on the mean."""
    kinship = Kinship(pull, labels, [1.0] * len(labels))
    shared = np.where(kinship.inside, 0.0, _KINSHIP * kinship.mean)
    return Pull(pull.first, pull.article, np.maximum(0.0, pull.strength - shared))


# All of it would also take what steps share that are of the other article in truth.
_KINSHIP = 0.5


class Kinship:
    """What draws the steps of one article to another, all together: most where both are on one subject.

    ``weights`` are those of the steps.  For each pull ``inside`` says whether it is to the step's own
    article, and ``mean`` how strong those of its article's steps to that article are on the mean.
    """

    def __init__(self, pull: Pull, labels: Sequence[int], weights: Sequence[float]) -> None:
        step = np.repeat(np.arange(len(labels)), np.diff(pull.first))
        weight, own = np.array(weights), np.array(labels, dtype=np.int64)
        articles = int(pull.article.max(initial=0)) + 1
        pairs, place = np.unique((own[step] + 1) * articles + pull.article, return_inverse=True)
        drawn = np.bincount(place, weight[step] * pull.strength, minlength=len(pairs))
        whole = np.bincount(own + 1, weight)
        mine, other = np.divmod(pairs, articles)
        found = zip((mine - 1).tolist(), other.tolist(), drawn.tolist(), strict=True)
        self._drawn = {(article, other): strength for article, other, strength in found}
        self._weight: list[float] = whole.tolist()
        self.inside = own[step] == pull.article
        self.mean: Floats = (drawn / np.where(whole, whole, 1.0)[mine])[place]

    def between(self, article: int, other: int) -> tuple[float, float]:
        """What draws the steps of ``article`` to the ``other`` one, and what those steps weigh."""
        return self._drawn.get((article, other), 0.0), self._weight[article + 1]
