"""How much it tells that two texts share a character, or two characters in a row.

What every newspaper prints a hundred times a page (的, 工作) tells nothing of a story, what it
hardly prints at all (a name, 砖窑) tells nearly everything.  Counted by the page alone the two
look alike: both may stand in two paragraphs of forty.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from pagefix.evidence.characters import Characters, characters_of

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]

HAN_FIRST = 0x4E00
HAN = 0x9FFF - HAN_FIRST + 1
"""So many Han characters there are; a text's runs are numbered by them.

A single character is its place among them, a pair ``HAN + HAN * first + second``.
"""

# What stands oftener than once in 150 characters tells nothing.  Limits of 4 and 6 (once in 55, in 400) did
# no better on articles of other papers.
_EVERYDAY = 5.0
# A lone character is shared by chance where a pair would not be: at full weight likeness tells a little less.
_SINGLE = 0.5


class Rarity:
    """The weight of each run: the square of how far its chance, as a logarithm, lies below everyday ones."""

    def __init__(self, characters: Characters) -> None:
        han = np.arange(HAN, dtype=np.int64) + HAN_FIRST
        self._singles = _SINGLE * _weight(characters.chances(han))
        first, second, chance = characters.pairs()
        first, second = first - HAN_FIRST, second - HAN_FIRST
        kept = (first >= 0) & (first < HAN) & (second >= 0) & (second < HAN)
        codes = HAN + HAN * first[kept] + second[kept]
        order = np.argsort(codes)
        self._codes, self._pairs = codes[order], _weight(chance[kept][order])
        self._unseen = float(_weight(characters.chance_of_unseen_pair()))

    def of(self, codes: Ints) -> Floats:
        """The weights of runs in the order of their numbers; each is there once."""
        singles = int(np.searchsorted(codes, HAN))
        pairs = codes[singles:]
        out = np.full(len(codes), self._unseen)
        out[:singles] = self._singles[codes[:singles]]
        if len(self._codes):
            place = np.minimum(np.searchsorted(self._codes, pairs), len(self._codes) - 1)
            found = self._codes[place] == pairs
            out[singles:][found] = self._pairs[place[found]]
        return out


def _weight(chance: Floats | np.float64) -> Floats:
    return np.asarray(np.maximum(0.0, -np.log(chance) - _EVERYDAY) ** 2)


@lru_cache(maxsize=4)
def rarity_of(rows: tuple[str, ...]) -> Rarity:
    """What the rows of ``seams.characters`` tell of rarity; made once for a set of rules."""
    return Rarity(characters_of(rows))
