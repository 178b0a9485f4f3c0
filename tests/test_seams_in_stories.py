"""Seams that only the sorting into stories shows, and fitted weights that bend."""

from __future__ import annotations

import numpy as np
import pytest

from pagefix.evidence.seams import Counts
from pagefix.model import Grouped, Page, Role, Story
from pagefix.rules import Rules, load_rules
from pagefix.steps.blocks import find_blocks
from pagefix.steps.fragments import join_within_stories

HALF = "海州市的老码头经过两年改造，昨天作为滨江公园开放。市民李女士说，她每天晚"
REST = "饭后都要来走一走，看看江上来往的船。"


@pytest.fixture(scope="module")
def rules() -> Rules:
    return load_rules()


def sorted_page(first: str, second: str, rules: Rules) -> Grouped:
    """A story whose second paragraph was read below another story, nothing joined yet."""
    text = f"# 老码头变成新公园\n\n{first}\n\n# 青河镇修通三座桥\n\n昨天青河镇三座新桥通车。\n\n{second}\n"
    page = Page("A02.md", text)
    blocks = find_blocks(page, rules).blocks
    roles = [Role.HEADLINE, Role.BODY, Role.HEADLINE, Role.BODY, Role.BODY]
    assert [block.role for block in blocks] == roles
    stories = (Story((*blocks[:2], blocks[4])), Story(blocks[2:4]))
    return Grouped(page=page, stories=stories, loose=(), repeats=(), seams=(), doubts=())


def test_halves_that_the_sorting_brought_together_are_joined(rules: Rules) -> None:
    joined = join_within_stories(sorted_page(HALF, REST, rules), rules)
    assert [block.text for block in joined.stories[0].blocks][1:] == [HALF + REST]
    assert len(joined.seams) == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [(HALF + "上都来。", "滨江公园还修了三个小码头。"), (HALF, "● 本市今年要修六个公园。")],
)
def test_whole_paragraphs_stay_apart(first: str, second: str, rules: Rules) -> None:
    joined = join_within_stories(sorted_page(first, second, rules), rules)
    assert [block.text for block in joined.stories[0].blocks][1:] == [first, second]
    assert joined.seams == ()


def test_a_weight_counts_more_above_the_value_where_it_bends() -> None:
    counts = Counts.read({"pair.title": 2.0, "pair.title>0.5": 3.0})
    values = np.array([-1.0, 0.25, 0.5, 1.5])
    assert counts.sum({"pair.title": values}, 4).tolist() == [-2.0, 0.5, 1.0, 6.0]


def test_a_weight_without_bends_counts_in_proportion() -> None:
    counts = Counts.read({"pair.title": 2.0})
    assert counts.sum({"pair.title": np.array([-1.0, 2.0])}, 2).tolist() == [-2.0, 4.0]
