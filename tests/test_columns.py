"""Printed lines: told by their width, their paragraphs by the indent, their columns by the seams."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagefix.evidence.printed import first_line, is_full, is_short, line_widths, set_width
from pagefix.model import Cleaned
from pagefix.pipeline import clean_edition
from pagefix.reading import page_from_text
from pagefix.rules import Rules, load_rules
from pagefix.steps.blocks import find_blocks
from pagefix.steps.fragments.columns import _at_best, _reading, in_columns
from pagefix.steps.repeats import find_repeats
from tests.support.editions import NEVER_FIRST

STORY = (
    "海州市的老码头经过两年改造，昨天作为滨江公园正式开放。步道沿着江岸铺了两公里，拆下来的旧缆桩一根也没有"
    "扔，全都刷上清漆立在路边当凳子。",
    "市民李女士说，她每天晚饭后都要来走一走，看看江上来往的船。她的父亲从前在这里扛过三十年的包，如今坐在长椅"
    "上给孙子讲哪一块石板下面压着当年的号子。",
    "公园的设计师把仓库的红砖墙留了下来，只在墙上开了六扇大窗。窗里是一间不收门票的小展室，摆着工人们捐出来的"
    "扁担、草帽和记工的小本子，来看的人要排一刻钟的队。",
    "园方介绍，明年春天还要把对岸的旧船坞修成一座露天剧场，台阶就利用原来的滑道，坐得下八百名观众。",
    "开放头一天，江边来了两万多人。卖棉花糖的摊主从早晨忙到天黑，收摊时嗓子已经哑得说不出价钱，只好伸出三个"
    "手指头。摆渡船的船工把汽笛拉了三遍，算是给老码头道喜。",
    "也有人放心不下。住在后街的退休教师担心夜里的灯太亮，吵了江里的鱼和楼上的老人。园方当场答应，晚上十点以后"
    "只留脚边的小灯，等到明年开春再听听街坊们的意见。",
)
WIDTH = 14


def set_in_lines(paragraph: str, width: int = WIDTH) -> list[str]:
    """As a compositor sets it: the first line indented by two characters, no line with a stop in front."""
    lines, line, used = [], "", 2.0
    for char in paragraph:
        if used + 1 > width and char not in NEVER_FIRST:
            lines.append(line)
            line, used = "", 0.0
        line, used = line + char, used + 1
    return [*lines, line]


LINES = [line for paragraph in STORY for line in set_in_lines(paragraph)]


def in_bands(columns: int, heights: list[int]) -> list[str]:
    """The story in columns, read across in bands of so many lines, what is left in one more."""
    size = -(-len(LINES) // columns)
    parts = [LINES[n * size : (n + 1) * size] for n in range(columns)]
    out, top = [], 0
    for height in [*heights, size]:
        for part in parts:
            out += part[top : top + height]
        top += height
    return out


@pytest.fixture(scope="module")
def rules() -> Rules:
    return load_rules()


def paragraphs(blocks: list[str], rules: Rules) -> list[str]:
    text = "\n\n".join(["# 老码头变成新公园", *blocks]) + "\n"
    cleaned: Cleaned = clean_edition([page_from_text(text, "A02.md")], rules)
    return [block.text for article in cleaned.articles for block in article.blocks if block.role == "body"]


def test_printed_lines_become_the_paragraphs_that_they_were(rules: Rules) -> None:
    assert paragraphs(LINES, rules) == list(STORY)


@pytest.mark.parametrize(("columns", "heights"), [(3, [1]), (3, [1, 1]), (4, [1, 2]), (5, [1, 3])])
def test_a_story_that_was_read_across_its_columns_is_put_into_their_order(
    columns: int, heights: list[int], rules: Rules
) -> None:
    read = in_bands(columns, heights)
    assert read != LINES
    assert paragraphs(read, rules) == list(STORY)


def test_a_story_that_was_read_in_order_keeps_it(rules: Rules) -> None:
    page = page_from_text("\n\n".join(["# 老码头变成新公园", *LINES]) + "\n", "A02.md")
    trimmed = find_repeats(find_blocks(page, rules), rules)
    assert in_columns(trimmed, rules).blocks == trimmed.blocks


def test_paragraphs_and_verse_keep_their_order(rules: Rules) -> None:
    assert paragraphs(list(STORY), rules) == list(STORY)
    verse = ["雪落在老码头上", "船都回了家", "雪落在旧缆桩上", "像一顶白帽", "雪落在红砖墙上", "墙也不说话"]
    assert paragraphs(verse, rules) == verse


def test_the_width_of_the_lines_is_that_of_print() -> None:
    assert set_width("1998年，船") == 5.0
    assert set(line_widths(LINES)) == {float(WIDTH)}
    assert set(line_widths(list(STORY))) == {0.0}


def test_the_first_line_of_a_paragraph_is_told_by_its_indent() -> None:
    first, _, second, *_, last = set_in_lines(STORY[1])
    assert (first_line(first, WIDTH), first_line(second, WIDTH), first_line(last, WIDTH)) == (1.0, -1.0, 0.0)
    assert is_full(first, WIDTH)
    assert is_full(second, WIDTH)
    assert is_short(last, WIDTH)
    assert first_line(first + second, WIDTH) == 1.0


@given(st.lists(st.text(alphabet="新桥，。船1A”", min_size=1, max_size=60), max_size=40))
def test_every_block_has_a_width_or_none(texts: list[str]) -> None:
    widths = line_widths(texts)
    assert len(widths) == len(texts)
    assert all(width == 0.0 or 10 <= width <= 45 for width in widths)


@given(st.integers(0, 2**32 - 1), st.integers(4, 14), st.integers(2, 3))
def test_no_reading_in_bands_is_worth_more_than_the_best_assignment(
    seed: int, blocks: int, columns: int
) -> None:
    dice = np.random.default_rng(seed)
    follows = np.clip(dice.normal(-1.0, 3.0, (blocks, blocks)), -4.0, 4.0)
    reading = _reading(follows, dice.integers(1, 4, blocks).astype(float).tolist(), columns)
    assert reading is None or reading[0] <= _at_best(follows)
