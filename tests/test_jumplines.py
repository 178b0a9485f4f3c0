"""Every form of a jump line that papers print and readers damage, beside what only looks like one."""

from __future__ import annotations

import pytest

from pagefix.matching.labels import normal_label
from pagefix.model import Block, Page, Role, Way
from pagefix.reading import page_from_text
from pagefix.rules import Rules
from pagefix.steps.blocks import find_blocks
from pagefix.steps.jumps import name_neighbours

_TEXT = "市民李女士说，她每天晚饭后都要来走一走，看看江上来往的船。"

_LEAVING = [
    ("（下转第二版）", "2"),
    ("(下转A02版)", "A2"),
    ("▲下转02版", "2"),
    ("【下转四版】", "4"),
    ("下转A8版", "A8"),
    ("（下转 第 二 版）", "2"),
    ("〔下文轉入二版〕", "2"),
    ("▼轉A3", "A3"),
    ("（轉二版）", "2"),
    ("下轉第三版", "3"),
    ("（下转第三版】", "3"),
    ("(下转第三版", "3"),
    ("（卜转第二版）", "2"),
    ("（下传A02版）", "A2"),
    ("（下转AO2版）", "A2"),
    ("（下转笫二皈）", "2"),
    ("（下A02版）", "A2"),
]
_LANDING = [
    ("（上接第一版）", "1", ""),
    ("(上接A01版)", "A1", ""),
    ("◀上接A01版", "A1", ""),
    ("上接 A01 版", "A1", ""),
    ("紧接第二版", "2", ""),
    ("文接A1版", "A1", ""),
    ("▲文接A1版", "A1", ""),
    ("（紧接02版）", "2", ""),
    ("〔上接二版〕", "2", ""),
    ("（上接第一版】", "1", ""),
    ("[上接第一版）", "1", ""),
    ("續第二版", "2", ""),
    ("（接A1）", "A1", ""),
    ("（上接A01版《岁月如歌》）", "A1", "岁月如歌"),
    ("（土接第一版）", "1", ""),
    ("（上按A0l版）", "A1", ""),
    ("（上接弟一板）", "1", ""),
    ("（上第一版）", "1", ""),
]
_LINES = [
    ("轉A2", Way.TO, "A2"),
    ("接A1", Way.FROM, "A1"),
    ("續A3", Way.FROM, "A3"),
    ("上接一版", Way.FROM, "1"),
    ("See page 3", Way.TO, "3"),
    ("Please saa FOO, paqe 6", Way.TO, "6"),
    ("Continued on Page A9", Way.TO, "A9"),
    ("Continued from Page 1", Way.FROM, "1"),
    ("Fortsetzung auf Seite 3", Way.TO, "3"),
    ("(Schluß von Seite 1)", Way.FROM, "1"),
    ("2面に続く", Way.TO, "2"),
    ("1面から続く", Way.FROM, "1"),
]
_INNOCENT = [
    "代表们说，双方要在利益上接轨，第二版的说明书下月再印。",
    "开车的人转弯前打一下转向灯，大家就都明白了。",
    "他在感情上接受不了，一版一版地改。",
    "编辑把图片转入二版块，读者来信说字太小。",
    "读者来信说报上的“（下转第二版）”几个字太小。",
    "小船下转入冬季的渔场，上接天光，下接水色。",
    "救护车接2人入院，（接到通知后）家属也赶来了。",
    "比赛续2比0后再胜，转2015年起实行的新规则。",
    "（下见二版）的图表说明，（上一版）的数字有误。",
]


def _blocks(text: str, rules: Rules) -> list[Block]:
    return list(find_blocks(Page("A.md", text), rules).blocks)


def _jumps(text: str, rules: Rules) -> list[tuple[Way, str, str]]:
    jumps = [block.jump for block in _blocks(text, rules) if block.jump is not None]
    return [(jump.way, normal_label(jump.label), jump.headline) for jump in jumps]


@pytest.mark.parametrize(("mark", "label"), _LEAVING)
@pytest.mark.parametrize("between", ["", "\n\n"])
def test_a_leaving_mark(mark: str, label: str, between: str, rules: Rules) -> None:
    text = f"{_TEXT}许多老人在这里找到了{between}{mark}\n"
    assert _jumps(text, rules) == [(Way.TO, label, "")]
    assert [b.text for b in _blocks(text, rules) if b.role is Role.BODY] == [f"{_TEXT}许多老人在这里找到了"]


@pytest.mark.parametrize(("mark", "label", "headline"), _LANDING)
@pytest.mark.parametrize("between", ["", "\n\n"])
def test_a_landing_mark(mark: str, label: str, headline: str, between: str, rules: Rules) -> None:
    text = f"{mark}{between}{_TEXT}\n"
    assert _jumps(text, rules) == [(Way.FROM, label, headline)]
    assert [b.text for b in _blocks(text, rules) if b.role is Role.BODY] == [_TEXT]


@pytest.mark.parametrize(("line", "way", "label"), _LINES)
def test_a_line_of_its_own(line: str, way: Way, label: str, rules: Rules) -> None:
    assert _jumps(f"{_TEXT}\n\n{line}\n\n{_TEXT}\n", rules) == [(way, label, "")]


@pytest.mark.parametrize("mark", ["（下转第二版）（上接第一版）", "(下转第二版)  (上接第一版)"])
@pytest.mark.parametrize("before", ["", _TEXT])
def test_both_at_once(mark: str, before: str, rules: Rules) -> None:
    assert _jumps(f"{before}{mark}\n", rules) == [(Way.TO, "2", ""), (Way.FROM, "1", "")]


@pytest.mark.parametrize("mark", ["（上接A01版）", "▲上接A01版", "【上接A01版"])
def test_a_mark_in_the_middle_of_a_line(mark: str, rules: Rules) -> None:
    before = "技术员白天在茶园里教剪枝，晚上在祠堂里讲防虫，茶农们听得入神。"
    text = f"{before}{mark}{_TEXT}\n"
    assert _jumps(text, rules) == [(Way.FROM, "A1", "")]
    assert [b.text for b in _blocks(text, rules) if b.role is Role.BODY] == [before, _TEXT]


@pytest.mark.parametrize("text", _INNOCENT)
def test_what_only_looks_like_one(text: str, rules: Rules) -> None:
    assert _jumps(f"{text}{_TEXT}\n", rules) == []
    assert [block.text for block in _blocks(f"{text}{_TEXT}\n", rules)] == [f"{text}{_TEXT}"]


@pytest.mark.parametrize(
    "line", ["（未完）", "（完）", "（待续）", "續昨第三版", "(La suite au prochain numéro.)"]
)
def test_a_serial_is_no_jump(line: str, rules: Rules) -> None:
    assert _jumps(f"{_TEXT}\n\n{line}\n", rules) == []
    assert _blocks(f"{_TEXT}\n\n{line}\n", rules)[-1].role is Role.NOTE


@pytest.mark.parametrize(
    "line",
    [
        "（A04）",
        "「（２２面に関連記事）」",
        "详见第3版",
        "青河镇修通三座桥 A03版",
        "茶叶丰收……4版",
        "今日导读",
    ],
)
def test_a_pointer_is_no_jump(line: str, rules: Rules) -> None:
    assert _jumps(f"{_TEXT}\n\n{line}\n\n{_TEXT}\n", rules) == []
    assert Role.FURNITURE in {block.role for block in _blocks(f"{_TEXT}\n\n{line}\n\n{_TEXT}\n", rules)}


@pytest.mark.parametrize("line", ["《渔村纪事》第2版", "茶园里的夜校（上）", "导读课", "完成"])
def test_what_only_looks_like_a_pointer(line: str, rules: Rules) -> None:
    roles = {block.role for block in _blocks(f"{_TEXT}\n\n{line}\n\n{_TEXT}\n", rules)}
    assert not roles & {Role.FURNITURE, Role.NOTE}


def test_labels_with_digits_read_as_letters() -> None:
    assert [normal_label(x) for x in ("AO2", "A0l版", "1O", "O2")] == ["A2", "A1", "10", "2"]
    assert [normal_label(x) for x in ("头版", "頭版", "第一版")] == ["1", "1", "1"]
    assert [normal_label(x) for x in ("B", "Q1", "C10", "A")] == ["B", "Q1", "C10", "A"]


def test_the_next_page_has_its_label_and_the_last_one_none(rules: Rules) -> None:
    texts = [
        "# 老码头变成新公园\n\n公园里种了八百棵树。（转下页）\n",
        "# 夜校开课\n\n夜校昨晚开课。（转下页）\n",
    ]
    pages = [page_from_text(text, f"{n}.md", label=f"A0{n}") for n, text in enumerate(texts, 1)]
    named = name_neighbours([find_blocks(page, rules) for page in pages])
    jumps = [block.jump for page in named for block in page.blocks if block.jump]
    assert [jump.label for jump in jumps] == ["A02", "下页"]


def test_pages_that_name_a_page_stay_as_they_are(rules: Rules) -> None:
    page = find_blocks(page_from_text("# 夜校开课\n\n夜校昨晚开课。（下转A03版）\n", "A01.md"), rules)
    assert name_neighbours([page]) == [page]
