"""Where a part that landed runs into another story whose headline passed for a crosshead."""

from __future__ import annotations

import pytest

from pagefix.model import Block, Grouped, Jump, Page, Role, Span, Story, Way
from pagefix.pipeline import clean_sheet
from pagefix.rules import Rules
from pagefix.steps.jumps import link_jumps
from pagefix.steps.jumps.assignment import candidates
from pagefix.steps.jumps.ends import Edition
from pagefix.steps.jumps.evidence import AtBest, Evidence, weigh
from tests.support.editions import editions

_PARK = (
    "海州市的老码头经过两年改造，昨天作为滨江公园开放。码头上的老仓库改成了书店，旧吊车刷成红色，"
    "成了孩子们拍照的地方。设计师说，老码头的石阶和缆桩一件也没有拆。",
    "市民李女士说，她每天晚饭后都要到码头公园来走一走，看看江上来往的船，再去老仓库书店坐一会儿。"
    "公园管理处说，开放第一天就有两万人来到老码头，书店里坐满了看书的孩子。石阶上的老船工讲起吊车装货的往事，"
    "围着听的年轻人把缆桩都坐满了。",
)
_MORE = (
    "老船工说，滨江公园的石阶就是当年码头上货的石阶。公园管理处请了十位老船工做讲解，"
    "书店里还摆出了老码头的旧照片，旧吊车旁边立起了说明牌，孩子们看得津津有味，市民李女士也来听了两回。"
)
_TEA = (
    "云台乡把夜校办进了茶园，技术员白天教剪枝，晚上讲防虫。今年春茶比去年多收两成，茶农们又添了三台炒茶机，"
    "合作社把新茶卖到了外省，乡里打算明年再办两个班，请农学院的教师来上课。"
)
_NEWS = (
    "青河镇三座新桥昨天同时通车，两岸群众敲锣打鼓来看热闹，"
    "桥梁工程师说最长的一座有二百米，镇里打算明年再修两座。"
)


_Told = list[tuple[Role, str, Jump | None]]


def _sheet(label: str, *stories: _Told) -> Grouped:
    path, text, told = f"{label}.md", "", []
    for story in stories:
        blocks = []
        for role, words, jump in story:
            blocks.append(Block(role, (Span(path, len(text), len(text) + len(words)),), words, jump=jump))
            text += words + "\n\n"
        told.append(Story(tuple(blocks)))
    return Grouped(Page(path, text, edition="2031-05-06", label=label), tuple(told))


def _edition(below: str) -> list[Grouped]:
    first: _Told = [
        (Role.HEADLINE, "老码头变成新公园", None),
        *((Role.BODY, text, None) for text in _PARK),
        (Role.JUMP, "（下转A02版）", Jump(Way.TO, "A02版")),
    ]
    second: _Told = [
        (Role.HEADLINE, "老码头变成新公园", None),
        (Role.JUMP, "（上接A01版）", Jump(Way.FROM, "A01版")),
        (Role.BODY, "公园里每天晚上都有音乐会，江上来往的船鸣笛相和。", None),
        (Role.CROSSHEAD, "茶园里的夜校" if below is _TEA else "老船工讲往事", None),
        (Role.BODY, below, None),
    ]
    news: _Told = [(Role.HEADLINE, "青河镇修通三座桥", None), (Role.BODY, _NEWS, None)]
    return [_sheet("A01", first, news), _sheet("A02", second)]


@pytest.mark.parametrize(("below", "stories"), [(_TEA, 3), (_MORE, 2)])
def test_a_crosshead_of_a_part_that_landed(below: str, stories: int, rules: Rules) -> None:
    linked = link_jumps(_edition(below), rules)
    assert len(linked.stories) == stories
    whole = linked.stories[0]
    assert {block.page for block in whole.blocks} == {"A01.md", "A02.md"}
    assert (below in [block.text for block in whole.blocks]) == (below is _MORE)
    before = [block for page in _edition(below) for story in page.stories for block in story.blocks]
    assert sorted(b.text for s in linked.stories for b in s.blocks) == sorted(b.text for b in before)
    assert not any(story.warnings for story in linked.stories)


def test_no_sentence_makes_a_jump_likelier_than_it_can_be_at_best(rules: Rules) -> None:
    weights = rules.weights("jumps.link")
    hopeless = asked = 0
    for gold in editions():
        edition = Edition([clean_sheet(page, rules) for page in gold.pages])
        evidence = Evidence(edition, rules)
        for jump in candidates(edition):
            best = AtBest(evidence, weights)(jump)
            assert weigh(evidence.features(jump), weights) <= best + 1e-9
            asked, hopeless = asked + 1, hopeless + (best <= 0)
    assert 0 < hopeless < asked
