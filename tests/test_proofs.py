"""Pages that are set as no printer sets them: the steps read a proof, the articles hold the page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagefix.model import Action, Cleaned, Page, Span
from pagefix.pipeline import clean_edition, clean_sheet
from pagefix.proofs import pull_proof
from pagefix.reading import page_from_text
from pagefix.rules import Rules, load_rules
from tests.support.undamaged import spaced, wrapped

PAGE = """# 老码头变成新公园

本报海州5月3日讯（记者周小川）海州市的老码头经过两年改造，昨天作为滨江公园开放。

市民李女士说：“我每天晚

图为开放后的公园一角。（本报记者周小川摄）

饭后都要来走一走。”她家就在江边的老街上，推开窗就看得见来往的船。

# 青河镇修通三座桥

昨天上午，青河镇三座新桥同时通车，两岸群众敲锣打鼓来看热闹。
"""
TYPEWRITTEN = PAGE.translate(str.maketrans("，。：（）“”", ',.:()""'))


@pytest.fixture(scope="module")
def rules() -> Rules:
    return load_rules()


def cleaned(text: str, rules: Rules) -> Cleaned:
    return clean_edition([page_from_text(text, "A02.md")], rules)


def joins(result: Cleaned) -> int:
    return sum(row.action is Action.JOIN for row in result.ledger)


def letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


@pytest.mark.parametrize("text", [TYPEWRITTEN, PAGE.replace("。", "．"), spaced(PAGE)])
def test_a_page_gives_the_same_articles_however_it_is_set(text: str, rules: Rules) -> None:
    plain, other = cleaned(PAGE, rules), cleaned(text, rules)
    assert joins(plain) == joins(other) == 1
    assert [[(b.role, letters(b.text)) for b in a.blocks] for a in plain.articles] == [
        [(b.role, letters(b.text)) for b in a.blocks] for a in other.articles
    ]


@pytest.mark.parametrize("text", [TYPEWRITTEN, spaced(PAGE)])
def test_what_is_written_out_is_the_pages_own(text: str, rules: Rules) -> None:
    for article in cleaned(text, rules).articles:
        for block in article.blocks:
            assert block.text == "".join(text[start:end] for _, start, end in block.spans)


@pytest.mark.parametrize(
    "text",
    [
        PAGE,
        "# 社 论\n\n王 伟  李 娜\n\n海州市 2025年5月3日 星期六 第3版 要闻\n",
        '![图](images/a.png)\n\n[链接](http://example.com/a.b)\n\nHe said: "No. 5 (A.B.) is here."\n',
        "利润率为3.\n\n5个百分点，比去年多1,000万元。\n",
    ],
)
def test_print_is_its_own_proof(text: str, rules: Rules) -> None:
    page = Page("A02.md", text)
    assert pull_proof(page, rules).sheet is page


@pytest.mark.parametrize(
    ("typed", "set_as"),
    [
        ('他说:"来了."', "他说：“来了。”"),
        ('"来了,"他说', "“来了，”他说"),
        ("根.吕特格尔斯说，会议已经结束。大家都走了。", "根.吕特格尔斯说，会议已经结束。大家都走了。"),
        ("会议已经结束.大家都走了.", "会议已经结束。大家都走了。"),
        ("增长4.5%(见表)", "增长4.5%（见表）"),
    ],
)
def test_signs_of_a_typewriter_are_read_as_those_of_print(typed: str, set_as: str, rules: Rules) -> None:
    proof = pull_proof(Page("A02.md", typed), rules)
    assert (proof.sheet.text, proof.ends) == (set_as, None)


@given(
    st.lists(st.sampled_from([*"新桥，。船1A .\n\r", "\r\n", "开 放 了 的 码 头 公 园 里 ，"]), max_size=60)
)
def test_every_stretch_of_a_proof_leads_back_to_its_own_characters(parts: list[str]) -> None:
    page = Page("A02.md", "".join(parts))
    proof = pull_proof(page, load_rules())
    sheet = proof.sheet.text
    assert [c for c in sheet if c.isalnum()] == [c for c in page.text if c.isalnum()]
    middle = len(sheet) // 2
    first, second = (proof.back(Span("A02.md", *at)) for at in ((0, middle), (middle, len(sheet))))
    assert (first.start, first.end) == (0, second.start)
    assert letters(page.text[slice(*first[1:])]) == letters(sheet[:middle])
    assert letters(page.text[slice(*second[1:])]) == letters(sheet[middle:])


def test_one_sheet_is_carried_back_too(rules: Rules) -> None:
    text = spaced(PAGE)
    grouped = clean_sheet(page_from_text(text, "A02.md"), rules)
    assert grouped.page.text == text
    blocks = [block for story in grouped.stories for block in story.blocks]
    assert all(b.text == "".join(text[p.start : p.end] for p in b.pieces) for b in blocks)
    assert all(text[seam.tail.end - 1] == "晚" and text[seam.head.start] == "饭" for seam in grouped.seams)


LINES = """# 老码头变成新公园

新华社海州5月3日电（记者周小川）海州市的老码头经过两年改造，昨天作为滨江公园开放，江边修了步道和花坛，孩子们有了放风筝的草地。
市民李女士说，她每天晚饭后都要来走一走，看看江上来往的船，有时还会碰上从前一起在码头上扛包的老工友。
"""


def test_lines_of_a_columns_width_are_one_paragraph(rules: Rules) -> None:
    text = "\n".join(wrapped(line) for line in LINES.split("\n")).replace("\n市民", "\n　　市民")
    bodies = [b.text for a in cleaned(text, rules).articles for b in a.blocks if b.role == "body"]
    assert bodies == LINES.strip().split("\n")[2:]


def test_paragraphs_of_a_line_each_stay_apart_beside_a_list(rules: Rules) -> None:
    names = "老码头步道两公里\n放风筝的草地一块\n新栽的花坛十二个\n看船的长椅六十把\n"
    bodies = [b.text for a in cleaned(LINES + names, rules).articles for b in a.blocks if b.role == "body"]
    assert bodies[:2] == LINES.strip().split("\n")[2:]
    assert len(bodies) == 6
