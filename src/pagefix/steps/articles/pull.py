"""How much each step of a page is drawn to each article by the words that they share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pagefix.evidence.affinity import Floats, Ints

# The mean of so many best likenesses: one may be by chance, and a long article has many poor ones.
_BEST = 3
_CELLS = 1 << 19


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


def pull_of(labels: Sequence[int], i: Ints, j: Ints, likeness: Floats) -> Pull:
    """The mean of each step's three best likenesses in each article.

    ``labels`` are the articles of the steps, -1 for nobody's; ``likeness`` is that of steps
    ``i`` and ``j``, all pairs that have one.
    """
    article = np.array(labels, dtype=np.int64)[j]
    owned = article >= 0
    i, article, likeness = i[owned], article[owned], likeness[owned]
    order = np.lexsort((likeness, article, i))
    i, article, likeness = i[order], article[order], likeness[order]
    ends = np.flatnonzero((np.diff(i, append=-1) != 0) | (np.diff(article, append=-1) != 0))
    sizes = np.diff(ends, prepend=-1)
    total = np.zeros(len(ends))
    for back in reversed(range(_BEST)):
        total += np.where(sizes > back, likeness[np.maximum(ends - back, 0)], 0.0)
    first = np.searchsorted(i[ends], np.arange(len(labels) + 1))
    return Pull(first, article[ends], total / _BEST)
