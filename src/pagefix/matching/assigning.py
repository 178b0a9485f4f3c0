"""One assignment: of many pairs, those that together gain the most."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

# Cells up to which the method is walked through here, within a millisecond.  Nearly all groups are that
# small, and scipy's import alone takes as long as thirty pages.
_SMALL = 2048


def best_pairs(gain: Floats) -> list[tuple[int, int]]:
    """Row and column of every pair of the assignment with the highest sum, rows ascending.

    As many pairs as there are rows or columns, whichever are fewer.  The answer, of equals too,
    is that of scipy's ``linear_sum_assignment``, which large ones are left to.
    """
    rows, columns = gain.shape
    if not gain.size:
        return []
    if min(rows, columns) == 1:
        at = int(np.argmax(gain))
        return [(at // columns, at % columns)]
    if gain.size > _SMALL:
        from scipy.optimize import linear_sum_assignment

        found = linear_sum_assignment(gain, maximize=True)
        return list(zip(*(side.tolist() for side in found), strict=True))
    if rows > columns:
        return sorted((row, column) for column, row in enumerate(_cheapest((-gain.T).tolist())))
    return list(enumerate(_cheapest((-gain).tolist())))


def _cheapest(cost: Sequence[Sequence[float]]) -> list[int]:
    """The column of each row in the cheapest assignment; no more rows than columns.

    Shortest augmenting paths (D. F. Crouse, On implementing 2D rectangular assignment algorithms,
    2016), with scipy's order of columns and its preference for free ones among equals.
    """
    columns = len(cost[0])
    of_row, of_column = [-1] * len(cost), [-1] * columns
    u, v = [0.0] * len(cost), [0.0] * columns
    for row in range(len(cost)):
        came = [-1] * columns
        short = [inf] * columns
        left = list(range(columns - 1, -1, -1))
        least, sink, i = 0.0, -1, row
        seen_rows, seen_columns = [], []
        while sink < 0:
            seen_rows.append(i)
            lowest, index = inf, -1
            for n, j in enumerate(left):
                reach = least + cost[i][j] - u[i] - v[j]
                if reach < short[j]:
                    came[j], short[j] = i, reach
                if short[j] < lowest or (short[j] == lowest and of_column[j] < 0):
                    lowest, index = short[j], n
            least, j = lowest, left[index]
            if of_column[j] < 0:
                sink = j
            else:
                i = of_column[j]
            seen_columns.append(j)
            left[index] = left[-1]
            left.pop()
        u[row] += least
        for i in seen_rows[1:]:
            u[i] += least - short[of_row[i]]
        for j in seen_columns:
            v[j] -= least - short[j]
        j = sink
        while j >= 0:
            i = came[j]
            of_column[j] = i
            of_row[i], j = j, of_row[i] if i != row else -1
    return of_row
