"""What is computed in numpy alone, for a quick start, is what scipy and datasketch compute."""

from __future__ import annotations

import random
from itertools import groupby, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import LCSseq
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from pagefix.evidence import affinity, known
from pagefix.evidence.affinity import Affinity
from pagefix.matching import similar
from pagefix.matching.assigning import best_pairs
from pagefix.matching.runs import _together
from pagefix.reprints.clusters import _components
from pagefix.reprints.update import _among
from pagefix.reprints.verification import common_length

_GAINS = st.sampled_from([-1.0, 0.0, 0.25, 1.0]) | st.floats(-9, 9)


@given(st.integers(1, 9), st.integers(1, 9), st.data())
def test_assignments_are_those_of_scipy_whichever_of_equals(
    rows: int, columns: int, data: st.DataObject
) -> None:
    gains = data.draw(st.lists(_GAINS, min_size=rows * columns, max_size=rows * columns))
    gain = np.array(gains).reshape(rows, columns)
    found = linear_sum_assignment(gain, maximize=True)
    assert best_pairs(gain) == list(zip(*(side.tolist() for side in found), strict=True))


@given(st.integers(0, 20), st.data())
def test_components_are_those_of_scipy(count: int, data: st.DataObject) -> None:
    text = st.integers(0, max(0, count - 1))
    links = data.draw(st.lists(st.tuples(text, text), max_size=20 if count else 0))
    a, b = np.array(links, dtype=np.int64).reshape(-1, 2).T
    graph = coo_array((np.ones(len(a)), (a, b)), shape=(count, count))
    _, labels = connected_components(graph, directed=False)
    ours = _components(count, a, b).tolist()
    assert ours == [labels.tolist().index(label) for label in labels.tolist()]


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


_SIDES = st.lists(st.tuples(*(st.text("一二三四", min_size=1, max_size=4),) * 2), min_size=1, max_size=20)


@given(_SIDES, st.text("一二三四", max_size=60))
def test_runs_over_a_seam_are_known_however_they_are_looked_for(
    sides: list[tuple[str, str]], text: str
) -> None:
    tails, heads = zip(*sides, strict=True)
    few = known.known_across(tails, heads, text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(known, "_FEW", -1)
        many = known.known_across(tails, heads, text)
    assert [side.tolist() for side in few] == [side.tolist() for side in many]
    assert few[0].tolist() == [len(text) > 1 and tail[-1] + head[0] in text for tail, head in sides]


_HASHES = st.lists(st.integers(0, 3) | st.integers(0, 3).map(lambda n: n << 62), max_size=40)


@given(_HASHES)
def test_equal_hashes_stand_together_in_their_order(numbers: list[int]) -> None:
    hashes = np.array(numbers, dtype=np.uint64)
    order = _together(hashes).tolist()
    groups = [list(group) for _, group in groupby(order, key=lambda at: numbers[at])]
    assert sorted(order) == list(range(len(numbers)))
    assert len(groups) == len(set(numbers))
    assert all(group == sorted(group) for group in groups)


_NUMBERS = st.lists(st.integers(0, 60), max_size=40)


_FEW_LETTERS = st.text("春耕播种", max_size=90)


@given(_FEW_LETTERS, _FEW_LETTERS)
def test_what_two_texts_have_in_common_is_as_long_as_rapidfuzz_says(one: str, other: str) -> None:
    assert common_length(one, other) == LCSseq.similarity(one, other)


@given(_NUMBERS, _NUMBERS, _NUMBERS, st.booleans())
def test_lines_are_found_among_others(begin: list[int], one: list[int], other: list[int], many: bool) -> None:
    asked = np.array(begin + one, dtype=np.uint64)
    lines = np.array(begin + other * (20 if many else 1), dtype=np.uint64)
    assert _among(asked, lines).tolist() == np.isin(asked, lines).tolist()


_STORIES = (
    "昨天上午青河镇三座新桥同时通车两岸群众敲锣打鼓来看热闹镇长说过去进城要绕二十里山路",
    "海州市的老码头经过两年改造昨天作为滨江公园开放市民李女士说她每天晚饭后都要来走一走",
    "技术员白天在茶园里教剪枝晚上在祠堂里讲防虫今年的春茶比去年早了十天每斤多卖两块钱",
)
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


@given(st.lists(st.sampled_from(_STORIES), max_size=9), st.randoms(use_true_random=False))
def test_candidates_are_the_same_from_the_index(stories: list[str], dice: random.Random) -> None:
    texts = ["".join(c for c in story if dice.random() > 0.05) for story in stories]
    few = similar.alike(texts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(similar, "_FEW", -1)
        assert similar.alike(texts) == few


def test_candidates_are_found_and_strangers_are_not() -> None:
    assert similar.alike([_STORIES[0], _STORIES[1], _STORIES[0][3:]]) == [(0, 2)]
    assert similar.alike([_STORIES[0], _STORIES[1]]) == []
    assert similar.alike([]) == []
