"""Runs of characters as evidence: what they say of a seam, and where they say nothing."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pagefix.evidence.characters import Characters, characters_of
from pagefix.rules import load_rules
from tests.benchmarks.fitting.characters import count, stories_of

_FIRST, _SECOND = np.array([0]), np.array([1])


@pytest.fixture(scope="module")
def shipped() -> Characters:
    return characters_of(load_rules().words("seams.characters"))


def _runs_on(characters: Characters, tail: str, head: str) -> float:
    return float(characters.edges([tail, head]).runs_on(_FIRST, _SECOND)[0])


def test_halves_of_a_word_run_on(shipped: Characters) -> None:
    assert _runs_on(shipped, "全国人民代表大", "会今天开幕") > 2.0


def test_the_end_of_one_sentence_and_the_beginning_of_another_do_not(shipped: Characters) -> None:
    assert _runs_on(shipped, "会议今天闭幕。", "会今天开幕") < 0.0


def test_a_function_word_ends_no_paragraph_and_a_stop_does(shipped: Characters) -> None:
    dangling, stopped = shipped.edges(["这是他们的", "这是他们的。"]).closes()
    assert dangling < -5.0 < stopped


def test_an_agency_opens_a_paragraph_and_a_particle_does_not(shipped: Characters) -> None:
    agency, particle = shipped.edges(["本报北京", "了一下"]).opens()
    assert agency > 1.0
    assert particle < 0.0


def test_characters_that_were_never_counted_speak_for_no_seam(shipped: Characters) -> None:
    assert _runs_on(shipped, "𠀀𠀁", "𠀂𠀃") == pytest.approx(0.0, abs=1e-9)


def test_a_text_of_one_character_has_chances(shipped: Characters) -> None:
    assert np.isfinite(shipped.edges(["人"]).closes()).all()
    assert np.isfinite(shipped.edges(["人"]).opens()).all()
    assert math.isfinite(_runs_on(shipped, "人", "民"))


def test_any_digit_and_any_letter_are_one(shipped: Characters) -> None:
    assert _runs_on(shipped, "共有19", "98人") == _runs_on(shipped, "共有20", "51人")
    assert _runs_on(shipped, "生产SU", "V") == _runs_on(shipped, "生产ip", "o")


def test_counts_leave_out_what_few_stories_hold() -> None:
    common = {("a", str(n)): [f"大家都说好{chr(0x4E00 + n)}"] for n in range(4)}
    rare = {("b", "1"): ["何满仓挑水何满仓担柴"]}
    rows = count(common | rare, stories_of(common | rare))
    runs = {row.split(" ")[2] for row in rows}
    assert any("大家" in run for run in runs)
    assert not any("满仓" in run for run in runs)


def test_a_story_printed_twice_counts_once() -> None:
    story = "水利是农业的命脉，冬天修渠，春天放水，秋天收粮。"
    printed = {("a", str(n)): [story] for n in range(5)}
    assert count(printed, stories_of(printed)) == ()
