"""Rarity: what two paragraphs share tells of a story only where newspapers seldom print it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagefix.evidence import affinity
from pagefix.evidence.affinity import Affinity
from pagefix.evidence.rarity import HAN, HAN_FIRST, Rarity, rarity_of
from pagefix.rules import load_rules

_FIRST, _SECOND = np.array([0]), np.array([1])


@pytest.fixture(scope="module")
def shipped() -> Rarity:
    return rarity_of(load_rules().words("seams.characters"))


def _code(run: str) -> int:
    places = [ord(character) - HAN_FIRST for character in run]
    return places[0] if len(places) == 1 else HAN + HAN * places[0] + places[1]


def _alike(one: str, two: str, rarity: Rarity | None) -> float:
    return float(Affinity([one, two], rarity)(_FIRST, _SECOND)[0])


@pytest.mark.parametrize(
    ("rare", "everyday"), [("窑", "的"), ("鳃", "国"), ("粥摊", "工作"), ("褚师", "发展")]
)
def test_what_is_seldom_printed_weighs_more(shipped: Rarity, rare: str, everyday: str) -> None:
    seldom, often = (float(shipped.of(np.array([_code(run)]))[0]) for run in (rare, everyday))
    assert seldom > 3 * often


def test_everyday_characters_weigh_nothing(shipped: Rarity) -> None:
    assert shipped.of(np.array(sorted(_code(run) for run in "的一国在"))).tolist() == [0.0] * 4


def test_weights_stand_in_the_order_of_the_runs(shipped: Rarity) -> None:
    runs = sorted(("的", "窑", "工作", "砖窑", "鳃"), key=_code)
    together = shipped.of(np.array([_code(run) for run in runs]))
    assert together.tolist() == [float(shipped.of(np.array([_code(run)]))[0]) for run in runs]


_KILN = "八卦窑已经熄火二十六年，窑口长出了比人还高的芒草。"
_STOKER = "熄火那天，老窑工在窑口坐了一夜。"
_MEETING = "会议要求各级领导干部进一步提高认识，做好今年的工作。"
_WORKERS = "今年以来，各级干部认识到发展经济是做好工作的基础。"


def test_a_rare_word_makes_one_story_of_two_paragraphs(shipped: Rarity) -> None:
    assert _alike(_KILN, _STOKER, shipped) > 2 * _alike(_MEETING, _WORKERS, shipped)


def test_by_the_page_alone_everyday_words_did() -> None:
    assert _alike(_KILN, _STOKER, None) < _alike(_MEETING, _WORKERS, None)


_SENTENCES = st.lists(st.text("砖窑熄火二十六年的工作人员a，", max_size=40), max_size=12)


@given(_SENTENCES)
def test_likeness_is_the_same_to_the_last_bit(texts: list[str]) -> None:
    rarity = rarity_of(load_rules().words("seams.characters"))
    positions = np.arange(len(texts))
    i, j = np.repeat(positions, len(texts)), np.tile(positions, len(texts))
    few = Affinity(texts, rarity)(i, j)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(affinity, "_DENSE", -1)
        sparse = Affinity(texts, rarity)(i, j)
    assert few.tolist() == sparse.tolist()
