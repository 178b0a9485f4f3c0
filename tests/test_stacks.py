"""What stands right below a headline and its author."""

from __future__ import annotations

import pytest

from pagefix.model import Role
from pagefix.reading import page_from_text
from pagefix.rules import Rules
from pagefix.steps.blocks import find_blocks
from pagefix.steps.blocks.drafts import Draft
from pagefix.steps.blocks.headings import features_of

_CUT = "街道办的夜校昨天晚上开课，来了六十多名学员，年纪最大的已经七十一岁，他们都说"
_STREAM = "每年十一月到来年三月，山里的水总是清的，孩子们在桥下洗手。"
_TEXT = "街道办的夜校昨天晚上开课，来了六十多名学员，年纪最大的已经七十一岁。"


@pytest.mark.parametrize(
    ("below", "role"),
    [
        (f"# 先把路修通\n\n{_TEXT}", Role.CROSSHEAD),
        (f"## 先把路修通\n\n{_TEXT}", Role.CROSSHEAD),
        (f"# 夜校开课\n\n本报记者 汤小小\n\n{_TEXT}", Role.HEADLINE),
        (f"# 夜校开课\n\n# 三座新桥同日通车\n\n{_TEXT}", Role.HEADLINE),
    ],
)
def test_a_heading_between_author_and_text_divides_the_story(below: str, role: Role, rules: Rules) -> None:
    page = page_from_text(f"# 无声的改变\n\n本报记者 屠一鸣\n\n{below}\n", "A01.md")
    blocks = find_blocks(page, rules).blocks
    assert [block.role for block in blocks[:3]] == [Role.HEADLINE, Role.BYLINE, role]


@pytest.mark.parametrize(
    ("head", "below", "role"),
    [
        ("明天气象预报（1月6日20时—7日20时）", "天气趋势分析", Role.CROSSHEAD),
        ("南山旧事（三十六）", "屈平川", Role.BYLINE),
        ("夜校昨晚开课", "六十名学员坐满教室", Role.HEADLINE),  # its second line
    ],
)
def test_a_headline_that_closes_with_a_bracket_has_no_further_line(
    head: str, below: str, role: Role, rules: Rules
) -> None:
    blocks = find_blocks(page_from_text(f"# {head}\n\n# {below}\n\n{_TEXT}\n", "A01.md"), rules).blocks
    assert [block.role for block in blocks[:2]] == [Role.HEADLINE, role]


@pytest.mark.parametrize("title", ["图片新闻", "寻物启事", "关于调整公交票价的通知", "市人大常委会任免名单"])
def test_a_column_and_a_document_are_headlines_without_a_mark(title: str, rules: Rules) -> None:
    page = page_from_text(f"# 夜校开课\n\n{_CUT}\n\n{title}\n\n{_TEXT}\n", "A01.md")
    assert find_blocks(page, rules).blocks[2].role is Role.HEADLINE


@pytest.mark.parametrize(
    "line", ["学员们看了通知，", "夜校发出了通知。", "大家挤在一起看夜校的通知，说得起劲的是学"]
)
def test_a_sentence_about_a_document_is_none(line: str, rules: Rules) -> None:
    page = page_from_text(f"# 夜校开课\n\n{_CUT}\n\n{line}\n\n{_TEXT}\n", "A01.md")
    assert find_blocks(page, rules).blocks[2].role is Role.BODY


def test_a_columns_name_with_a_mark_heads_text_without_one(rules: Rules) -> None:
    blocks = find_blocks(page_from_text("# 渔村对话\n\n船上的人都叫他小林（未完）\n", "A01.md"), rules).blocks
    assert blocks[0].role is Role.HEADLINE
    blocks = find_blocks(page_from_text(f"渔村对话\n\n# 出海的人回来了\n\n{_TEXT}\n", "A01.md"), rules).blocks
    assert blocks[0].role is Role.KICKER


@pytest.mark.parametrize(
    ("line", "role"),
    [
        ("降压药，能不能吃吃停停？", Role.HEADLINE),
        ("夜校的灯，亮到几点？", Role.HEADLINE),
        ("学员们说，降压药不能吃吃停停。", Role.BODY),
    ],
)
def test_a_line_above_an_author_is_a_headline_unless_it_ends_or_pauses(
    line: str, role: Role, rules: Rules
) -> None:
    page = page_from_text(f"{_TEXT}\n\n{line}\n\n● 作者：汤小小\n\n{_STREAM}\n", "A01.md")
    assert find_blocks(page, rules).blocks[1].role is role


@pytest.mark.parametrize(
    ("line", "below", "role"),
    [
        (
            "四、樟脑丸怎么放",
            "箱里放几个用纱布包好的樟脑丸，不能让樟脑直接碰到毛，箱盖要盖得严实。",
            Role.CROSSHEAD,
        ),
        ("四、箱里放几个用纱布包好", "的樟脑丸，不能让樟脑直接碰到毛，箱盖要盖得严实。", Role.BODY),
    ],
)
def test_a_line_that_goes_on_in_the_text_below_heads_nothing(
    line: str, below: str, role: Role, rules: Rules
) -> None:
    page = page_from_text(f"# 夜校开课\n\n{_TEXT}\n\n{line}\n\n{below}\n", "A01.md")
    assert find_blocks(page, rules).blocks[2].role is role


@pytest.mark.parametrize(
    ("below", "opens"),
    [
        ("(2010年8月27日海州市人民代表大会常务委员会第二次会议通过)", True),
        ("(2010年8月27日，海州市下了入秋以来第一场雨)", False),
    ],
)
def test_what_says_when_it_was_passed_opens_a_document(below: str, opens: bool, rules: Rules) -> None:
    drafts = [Draft("海州市湿地保护办法", 0, None), Draft(below, 0, None)]
    row, _ = features_of(drafts, [0.0, 0.0], rules)
    assert row is not None
    assert ("after.dateline" in row) is opens
