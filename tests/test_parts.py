"""Crossheads without a mark, known by what did not go on."""

from __future__ import annotations

from pathlib import Path

import pytest

from pagefix.model import Role
from pagefix.pipeline import clean_edition
from pagefix.reading import page_from_text
from pagefix.rules import Rules, load_rules

HEAD = "# 夜校开课记\n\n街道办的夜校昨天晚上开课，来了六十多名学员，年纪最大的已经七十一岁，最小的才十八。"
TAIL = "教室借用了小学的三间屋子，桌椅都是学生们白天用的，学员们坐下去膝盖顶着桌面，也没有人叫苦。"
CUT = "# 老码头改成公园\n\n市民李女士说，她每天晚饭后都要来走一走，看看江上来往的船，公园里还留下了三台旧吊\n"
ANNOUNCES = "学员们说，夜校办得这样好，靠的是几条大家都记得住的老办法，它们写在墙上："
PARTS = f"{HEAD}\n\n讲究方法，务求实效\n\n{TAIL}\n"


def roles(text: str, rules: Rules) -> dict[str, Role]:
    """The roles of the story's blocks on a page where another paragraph is cut."""
    story, _ = clean_edition([page_from_text(f"{text}\n{CUT}", "A01.md")], rules).articles
    return {block.text: block.role for block in story.blocks}


def test_a_line_left_alone_between_whole_paragraphs_heads_what_follows(rules: Rules) -> None:
    assert roles(PARTS, rules)["讲究方法，务求实效"] is Role.CROSSHEAD


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}\n\n大家都说课讲得好。\n\n{TAIL}\n",  # a short paragraph
        f"{HEAD}\n\n讲究方法，务求实效，\n\n{TAIL}\n",  # a clause
        f"{HEAD}\n\n讲究方法，务求实效\n\n再有学员\n\n{TAIL}\n",  # lines of a list
        f"{HEAD}\n\n{TAIL}\n\n讲究方法，务求实效\n",  # nothing stands below
        f"{HEAD}\n\n{ANNOUNCES}\n\n讲究方法，务求实效\n\n{TAIL}\n",  # what the paragraph announces
        f"{HEAD}\n\n解放路居民 丁宝山\n\n{TAIL}\n",  # who wrote what stands above
    ],
)
def test_other_short_lines_stay_text(text: str, rules: Rules) -> None:
    assert Role.CROSSHEAD not in roles(text, rules).values()


def test_the_piece_of_a_paragraph_is_joined_and_no_crosshead(rules: Rules) -> None:
    given = roles(
        f"{HEAD}\n\n第一课讲的是怎样看药\n\n品说明书，老师把它放大了贴在黑板上，一行一行地念。\n", rules
    )
    assert any(text.startswith("第一课讲的是怎样看药品说明书") for text in given)
    assert Role.CROSSHEAD not in given.values()


def test_who_asks_for_none_gets_none(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        '[[number]]\nid = "blocks.left_alone"\nvalue = 0.0\nunit = "probability"\nminimum = 0.0\n'
        'maximum = 1.0\nreason = "none is told"\n',
        encoding="utf-8",
    )
    assert roles(PARTS, load_rules(own))["讲究方法，务求实效"] is Role.BODY
