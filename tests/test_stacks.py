"""What stands right below a headline and its author."""

from __future__ import annotations

import pytest

from pagefix.model import Role
from pagefix.reading import page_from_text
from pagefix.rules import Rules
from pagefix.steps.blocks import find_blocks

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
