"""How much of an edition is cut, and what that says of an open end."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagefix.evidence.cut import Cuts, cuts_speak
from pagefix.model import Joined
from pagefix.reading import page_from_text
from pagefix.rules import load_rules
from pagefix.steps.blocks import find_blocks
from pagefix.steps.fragments import join_fragments
from pagefix.steps.repeats import find_repeats

COUNTS = load_rules().weights("seams.cut")

CUT = """# 老码头改成公园

海州市的老码头经过两年改造，昨天作为滨江公园开放。市民李女士说，她每天晚

饭后都要来走一走，看看江上来往的船。公园里种了八百棵树，还留下了三台旧吊

车作为纪念。孩子们围着吊车跑来跑去，老人们坐在树荫下下棋，卖茶水的摊子也摆了出

来，一天能卖两百多碗。
"""
WHOLE = """# 夜校开课

街道办的夜校昨天晚上开课，来了六十多名学员，年纪最大的已经七十一岁。

教室借用了小学的三间屋子，桌椅都是学生们白天用的，学员们坐下去膝盖顶着桌面。

第一课讲的是怎样看药品说明书，老师把说明书放大了贴在黑板上，一行一行地念。

下课已经九点，学员们约好下个星期还来，有人当场给邻居也报了名。
"""
OPEN = """# 县里修路

县里今年要修三条路，通到最远的三个村子，工期到十月底为止

村民们说，路修好以后鸡蛋和青菜就能当天送到城里去卖，不用再隔一夜。
"""


def joined(*texts: str) -> list[Joined]:
    rules = load_rules()
    pages = [page_from_text(text, f"A{n:02}.md") for n, text in enumerate(texts, 1)]
    return join_fragments([find_repeats(find_blocks(page, rules), rules) for page in pages], rules)


def chance(pages: list[Joined]) -> float:
    """The log-odds of the first seam that the first page asks about."""
    return pages[0].chances[0][2]


def test_an_open_end_is_likelier_cut_where_much_is_cut() -> None:
    alone, among_cut, among_whole = joined(OPEN), joined(OPEN, CUT, CUT), joined(OPEN, WHOLE, WHOLE)
    assert chance(among_cut) > chance(alone) > chance(among_whole)
    assert not among_whole[0].seams


def test_what_is_cut_beyond_doubt_is_joined_in_any_edition() -> None:
    seams = [len(page.seams) for page in joined(CUT, *[WHOLE] * 8)]
    assert seams == [3, *[0] * 8]


def test_what_ends_with_a_stop_does_not_hang_on_the_edition() -> None:
    stopped = OPEN.replace("为止\n", "为止。\n")
    assert joined(stopped, CUT, CUT)[0].chances == joined(stopped, WHOLE, WHOLE)[0].chances


def test_an_edition_that_is_cut_as_usual_says_nothing() -> None:
    assert cuts_speak([Cuts(1, 20)], COUNTS) == pytest.approx(0.0)


def test_no_pages_say_nothing() -> None:
    assert cuts_speak([], COUNTS) == 0.0


@given(
    st.lists(st.integers(0, 60).flatmap(lambda n: st.builds(Cuts, st.integers(0, n), st.just(n))), min_size=1)
)
def test_more_cuts_speak_louder_up_to_the_most_and_pages_in_any_order(pages: list[Cuts]) -> None:
    said, loudest = cuts_speak(pages, COUNTS), cuts_speak([Cuts(99, 99)], COUNTS)
    assert said == cuts_speak(pages[::-1], COUNTS)
    assert loudest == COUNTS["share"] * math.log(COUNTS["most"] / COUNTS["usual"])
    if pages[0].cut < pages[0].among:
        more = cuts_speak([pages[0]._replace(cut=pages[0].cut + 1), *pages[1:]], COUNTS)
        assert more > said or more == said == loudest


def test_nothing_is_said_where_the_rules_count_it_as_nothing() -> None:
    assert cuts_speak([Cuts(9, 10)], {**COUNTS, "share": 0.0}) == 0.0
