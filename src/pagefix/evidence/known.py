"""Whether the page's own text knows what a seam would put together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_BITS = 21  # of a code point
# So many runs of four are looked for one by one in the text; for more of them it is cut into its runs.
_FEW = 64
_NONE = "\udfff"  # where a side has one character only: a lone surrogate stands on no page


def known_across(tails: Sequence[str], heads: Sequence[str], known: str) -> tuple[Bools, Ints, Bools]:
    """For each seam, from its two sides: what of the characters around it stands together in ``known``.

    The two characters at the seam; how many of the two runs of three over it (0 to 2); the
    run of four.  Where a side has one character only, the runs are shorter by it.  The runs
    of ``known`` are sorted once, so the work grows with n log n on pages of any length.
    """
    if len(known) < 2 or not len(tails):
        nothing = np.zeros(len(tails), dtype=bool)
        return nothing, nothing.astype(np.int64), nothing
    t2, t1 = _points(tail[-2:].rjust(2, _NONE) for tail in tails)
    h1, h2 = _points(head[:2].ljust(2, _NONE) for head in heads)
    pairs, threes = _runs_of(known)
    two = _stands_in(pairs, t1 << _BITS | h1)
    left = np.where(t2 != ord(_NONE), _stands_in(threes, (t2 << _BITS | t1) << _BITS | h1), two)
    right = np.where(h2 != ord(_NONE), _stands_in(threes, (t1 << _BITS | h1) << _BITS | h2), two)
    four = left & right
    at = np.flatnonzero(four)
    if len(at) <= _FEW:
        four[at] = [tails[n][-2:] + heads[n][:2] in known for n in at.tolist()]
    else:
        runs = {known[n : n + 4] for n in range(len(known) - 3)}
        # Of runs that are shorter all is known by now.
        asked = (tails[n][-2:] + heads[n][:2] for n in at.tolist())
        four[at] = [run in runs or len(run) < 4 for run in asked]
    return two, left.astype(np.int64) + right, four


@lru_cache(maxsize=1)
def _runs_of(known: str) -> tuple[Ints, Ints]:
    """The runs of two and of three characters, sorted; made once for all that is asked of a page."""
    text = _codes(known)
    pairs = text[:-1] << _BITS | text[1:]
    return np.sort(pairs), np.sort(pairs[:-1] << _BITS | text[2:])


def _points(sides: Iterable[str]) -> tuple[Ints, Ints]:
    """The first and the second code point of each side."""
    codes = _codes("".join(sides))
    return codes[0::2], codes[1::2]


def _codes(text: str) -> Ints:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.int64)


def _stands_in(ranked: Ints, keys: Ints) -> Bools:
    if not len(ranked):
        return np.zeros(len(keys), dtype=bool)
    place = np.minimum(np.searchsorted(ranked, keys), len(ranked) - 1)
    return np.asarray(ranked[place] == keys, dtype=bool)
