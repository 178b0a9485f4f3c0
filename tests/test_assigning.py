"""What is computed without scipy, for the sake of a quick start, is what scipy computes."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from pagefix.evidence import affinity
from pagefix.evidence.affinity import Affinity
from pagefix.matching.assigning import best_pairs

_GAINS = st.sampled_from([-1.0, 0.0, 0.25, 1.0]) | st.floats(-9, 9)


@given(st.lists(_GAINS, min_size=1, max_size=9), st.booleans())
def test_one_row_or_one_column_is_answered_as_scipy_answers(gains: list[float], upright: bool) -> None:
    gain = np.array([gains]).T if upright else np.array([gains])
    rows, columns = linear_sum_assignment(gain, maximize=True)
    assert best_pairs(gain) == list(zip(rows.tolist(), columns.tolist(), strict=True))


@given(st.integers(2, 5), st.integers(2, 5), st.data())
def test_the_best_sum_is_found(rows: int, columns: int, data: st.DataObject) -> None:
    values = data.draw(st.lists(_GAINS, min_size=rows * columns, max_size=rows * columns))
    gain = np.array(values).reshape(rows, columns)
    pairs = best_pairs(gain)
    assert len(pairs) == min(rows, columns) == len({r for r, _ in pairs}) == len({c for _, c in pairs})
    wide = gain if rows <= columns else gain.T
    ways = permutations(range(wide.shape[1]), len(wide))
    best = max(sum(wide[n, c] for n, c in enumerate(way)) for way in ways)
    assert sum(gain[pair] for pair in pairs) == pytest.approx(best, abs=1e-9)


def test_nothing_to_assign() -> None:
    assert best_pairs(np.zeros((0, 3))) == []


_SENTENCES = st.lists(st.text("春耕播种全县农民下地青河镇三座新桥通车a，", max_size=40), max_size=12)


@given(_SENTENCES)
def test_affinity_is_the_same_to_the_last_bit(texts: list[str]) -> None:
    positions = np.arange(len(texts))
    i, j = np.repeat(positions, len(texts)), np.tile(positions, len(texts))
    few = Affinity(texts)(i, j)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(affinity, "_DENSE", -1)
        sparse = Affinity(texts)(i, j)
    assert few.tolist() == sparse.tolist()
