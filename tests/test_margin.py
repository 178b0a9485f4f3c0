"""The sources of the editions: what their margins say becomes gold, and a slip of the pen is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.editions import edition, unmarked
from tests.support.gold import GoldEdition

_PAGE = """; a remark
- furniture | 第一版
bridge headline | # 三座新桥通车
bridge body | 昨天上午，三座新桥通车，两岸群众敲锣打
bridge caption | 图为新桥。
bridge + | 鼓来看。{stutter*2|鼓来看。}
bridge jump \\ （下转二版）
= truncated | 〈昨天上午…通车〉 上午>上干
tea body | 茶园里{optional|三座}{loop|〈新桥通车，两岸〉}{lost|亭子落成。}
"""


def _gold(folder: Path, page: str) -> GoldEdition:
    (folder / "01.txt").write_text(page, encoding="utf-8")
    return edition(folder)


def test_the_margin_becomes_gold(tmp_path: Path) -> None:
    gold = _gold(tmp_path, _PAGE)
    assert gold.pages[0].text == (
        "第一版\n\n# 三座新桥通车\n\n昨天上午，三座新桥通车，两岸群众敲锣打\n\n图为新桥。\n\n"
        "鼓来看。鼓来看。鼓来看。（下转二版）\n\n昨天上干，三座新桥通车\n\n茶园里三座新桥通车，两岸\n"
    )
    bridge, tea = gold.articles
    assert [(block.role, [gold.text(span) for span in block.spans]) for block in bridge.blocks] == [
        ("headline", ["# 三座新桥通车"]),
        ("body", ["昨天上午，三座新桥通车，两岸群众敲锣打", "鼓来看。"]),
        ("caption", ["图为新桥。"]),
        ("jump", ["（下转二版）"]),
    ]
    assert [[gold.text(span) for span in block.spans] for block in tea.blocks] == [["茶园里", "三座"]]
    assert tea.blocks[0].clean == "茶园里三座亭子落成。"
    assert [(p.kind, gold.text(p.span), gold.text(p.of), p.optional) for p in gold.planted] == [
        ("stutter", "鼓来看。鼓来看。", "鼓来看。", False),
        ("truncated", "昨天上干，三座新桥通车", "昨天上午，三座新桥通车", False),
        ("optional", "三座", "三座", True),
        ("loop", "新桥通车，两岸", "新桥通车，两岸", False),
    ]
    assert [gold.text(span) for span in gold.furniture] == ["第一版"]


def test_a_dress_without_marks_moves_the_spans_along(tmp_path: Path) -> None:
    (tmp_path / "01.txt").write_text(_PAGE, encoding="utf-8")
    bare = edition(tmp_path, unmarked)
    assert "#" not in bare.pages[0].text
    assert bare.text(bare.articles[0].blocks[0].spans[0]) == "三座新桥通车"
    assert bare.text(bare.planted[-1].of) == "新桥通车，两岸"


def test_printed_lines_hold_no_more_than_their_width(tmp_path: Path) -> None:
    gold = _gold(tmp_path, "% wrap: 5\n% lines: /\ntea body | 茶园里来了技术员，住下了。\n")
    assert gold.pages[0].text == "茶园里来了\n技术员，住\n下了。\n"
    assert len(gold.articles[0].blocks[0].spans) == 1


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("茶园里来了技术员。", "not NAME ROLE"),
        ("tea bodi | 茶园里来了技术员。", "not NAME ROLE"),
        ("= truncated | 茶园里", "not a quoted repeat"),
        ("= truncated | 〈果园里〉", "0 places begin with"),
        ("= truncated | 〈春天〉", "2 places begin with"),
        ("= truncated | 〈昨天〉 前>后", "is not in the repeat"),
        ("tea body | 茶园{stutter*3|果园}", "does not stand before"),
    ],
)
def test_a_slip_is_named_with_its_line(tmp_path: Path, line: str, fault: str) -> None:
    with pytest.raises(ValueError, match=f"^01.txt:3: .*{fault}"):
        _gold(tmp_path, f"tea body | 春天，昨天\ntea body | 春天\n{line}\n")
