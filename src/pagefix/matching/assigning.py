"""One assignment: of many pairs, those that together gain the most."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def best_pairs(gain: Floats) -> list[tuple[int, int]]:
    """Row and column of every pair of the assignment with the highest sum, rows ascending.

    As many pairs as there are rows or columns, whichever are fewer (Hungarian method, scipy).
    Where there is one row or one column its highest gain is the answer, the first of equals,
    as scipy has it: most tails have few heads, and scipy's import alone takes as long as thirty
    pages.
    """
    rows, columns = gain.shape
    if min(rows, columns) == 1:
        at = int(np.argmax(gain))
        return [(at // columns, at % columns)]
    if not gain.size:
        return []
    from scipy.optimize import linear_sum_assignment

    found = linear_sum_assignment(gain, maximize=True)
    return list(zip(*(side.tolist() for side in found), strict=True))
