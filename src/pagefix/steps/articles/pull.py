"""How much each step of a page is drawn to each article by the words that they share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pagefix.evidence.affinity import Affinity, Floats, Ints

BEST = 3
"""The mean of so many best likenesses counts: one may be by chance, and a long article has many poor ones."""

import os
E = float(os.environ.get("EE", ".03"))
STRANGERS = float(np.log1p(float(os.environ.get("STR", ".15")) / E))
"""How much text above all headlines is drawn to staying nobody's.

Paragraphs of different stories have a likeness of about a tenth, so this much is not by chance.
"""

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
    def of(cls, affinity: Affinity, steps: int) -> Likeness:
        i, j, strength = affinity.pairs()
        order = np.lexsort((-strength, i))
        return cls(i, j[order], strength[order], np.searchsorted(i, np.arange(steps + 1)))

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
    """The mean of each step's three best likenesses in each article.

    ``labels`` are the articles of the steps, -1 for nobody's.
    """
    article = np.array(labels, dtype=np.int64)[likeness.j]
    owned = np.flatnonzero(article >= 0)
    # Step, article and place as one number: sorted in a quarter of the time that three keys take.
    groups, places = max(labels) + 1, max(1, len(article))
    ranked = np.sort((likeness.i[owned] * groups + article[owned]) * places + owned)
    group, place = np.divmod(ranked, places)
    begins = np.flatnonzero(np.diff(group, prepend=-1))
    sizes = np.diff(begins, append=len(group))
    strength = likeness.strength[place]
    total = np.zeros(len(begins))
    for behind in reversed(range(BEST)):
        total += np.where(sizes > behind, strength[np.minimum(begins + behind, len(group) - 1)], 0.0)
    step, article = np.divmod(group[begins], max(1, groups))
    return Pull(np.searchsorted(step, np.arange(len(labels) + 1)), article, np.log1p(total / BEST / E))


LAM = float(os.environ.get("LAM", ".5"))


def beside_kin(pull: Pull, labels: Sequence[int]) -> Pull:
    steps = len(labels)
    at = np.repeat(np.arange(steps), np.diff(pull.first))
    own = np.array(labels, dtype=np.int64)
    count = np.bincount(own + 1, minlength=max(labels) + 2)
    width = int(pull.article.max(initial=0)) + 1
    pairs, place = np.unique((own[at] + 1) * width + pull.article, return_inverse=True)
    total = np.bincount(place, weights=pull.strength, minlength=len(pairs))
    mean = total / count[pairs // width]
    less = np.where(own[at] == pull.article, 0.0, mean[place])
    return Pull(pull.first, pull.article, np.maximum(0.0, pull.strength - LAM * less))
