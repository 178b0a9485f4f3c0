"""Seams between two texts alone: asked about many at once, each is judged as if it were the only one."""

from __future__ import annotations

from itertools import product

import pytest

from pagefix.evidence.affinity import likeness_of
from pagefix.evidence.ends import lone_columns
from pagefix.evidence.seams import Weights, log_odds
from pagefix.rules import load_rules

TAILS = (
    "海州市的老码头经过两年改造，昨天作为滨江公园开放。市民李女士说，她每天晚",
    "昨天青河镇三座新桥同时通车，两岸群众敲锣打鼓来看热闹。",
    "桃花流水",
    "镇长说：“过去进城要绕",
)
HEADS = (
    "饭后都要来走一走，看看江上来往的船。",
    "二十里山路。”这位镇长说。",
    "窅然去",
    "海州市的老码头今年又有三处改成公园。",
)


@pytest.fixture(scope="module")
def weights() -> Weights:
    rules = load_rules()
    return Weights.read(rules.weights, rules.words)


def test_what_else_is_asked_changes_no_answer(weights: Weights) -> None:
    pairs = [*product(TAILS, HEADS), *zip(HEADS, TAILS, strict=True), (TAILS[0], HEADS[0])]
    together = log_odds(pairs, weights)
    assert together == pytest.approx([log_odds([pair], weights)[0] for pair in pairs], abs=1e-9)
    assert together[0] == together[-1]


def test_halves_of_a_sentence_belong_together_and_strangers_do_not(weights: Weights) -> None:
    halves, strangers = log_odds([(TAILS[0], HEADS[0]), (TAILS[1], HEADS[0])], weights)
    assert halves > 0.0 > strangers


def test_short_lines_are_verse_only_beside_each_other(weights: Weights) -> None:
    ends, begins, _ = lone_columns([(TAILS[2], HEADS[2]), (TAILS[2], HEADS[3])], weights.characters)
    assert ends["tail.verse"].tolist() == [0.5, 0.0, 0.0, 0.0]
    assert begins["head.verse"].tolist() == [0.0, 0.5, 0.0, 0.0]


def test_likeness_is_that_of_each_pair_however_many_there_are() -> None:
    pairs = [*product(TAILS, HEADS)] * 40
    alone = [float(likeness_of([pair])[0]) for pair in pairs[:16]]
    assert likeness_of(pairs).tolist() == alone * 40
    assert max(alone) > 0.0 == min(alone)


def test_nothing_is_asked_and_nothing_answered(weights: Weights) -> None:
    assert log_odds([], weights) == []


def test_what_a_seam_says_grows_with_its_odds_and_doubts_keep_their_doubt(weights: Weights) -> None:
    said = [weights.says(score, printed=False) for score in (0.0, 0.5, 2.0, 6.0)]
    assert said == sorted(said)
    assert 0.5 < said[0] < 0.9 < said[-1] <= 1.0


def test_printed_lines_say_their_odds_as_they_are(weights: Weights) -> None:
    assert weights.says(0.0, printed=True) == 0.5
    assert weights.says(2.0, printed=True) < weights.says(2.0, printed=False)
