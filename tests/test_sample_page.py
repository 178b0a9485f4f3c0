"""The user's sample page, read whole."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

import pagefix
from pagefix.model import Action, Article, Cleaned, Role


@pytest.fixture(scope="module")
def cleaned(sample: Path) -> Cleaned:
    return pagefix.clean_page(pagefix.read(sample, edition="2025-05-29"))


def test_the_page_is_the_users(sample: Path) -> None:
    digest = hashlib.sha256(sample.read_bytes()).hexdigest()
    assert digest == "fada4a0f26897132e618a29b2b0f43194cd1e554f0cb15042d8ecc81f28fda73"


def test_six_articles(cleaned: Cleaned) -> None:
    assert [len([b for b in a.blocks if b.role is Role.BODY]) for a in cleaned.articles] == [
        31,
        7,
        8,
        2,
        12,
        3,
    ]
    assert cleaned.articles[5].kicker == "■ 深交所ETF投资问答"


def test_the_caption_leaves_the_word_that_it_cut(cleaned: Cleaned) -> None:
    first = cleaned.articles[0]
    assert any("全产业链上下游，形成了" in b.text or "产业链上下游，形成了" in b.text for b in first.blocks)
    assert first.blocks[-1].role is Role.CAPTION


def test_an_attribution_belongs_to_its_quotation(cleaned: Cleaned) -> None:
    assert "真正便利百姓生活。”杭州趣链科技有限公司董事长李伟说。" in cleaned.articles[0].text


def test_a_byline_is_parsed_over_its_line_break(cleaned: Cleaned) -> None:
    accident = cleaned.articles[3]
    assert (accident.agency, accident.date) == ("新华社", "5月28日")
    assert "周圆、魏弘毅" in accident.byline


def test_the_trap_is_not_stepped_into(cleaned: Cleaned) -> None:
    accident, trade = cleaned.articles[3], cleaned.articles[4]
    assert "5月27日，山东省潍坊市高市友道化学有限公司发生爆炸事故" in accident.text
    assert "受房地\n" not in trade.text
    assert "友道化学" not in trade.text


def test_loops_leave_a_gap_where_they_swallowed_text(cleaned: Cleaned) -> None:
    assert "龙头企业可借〔…〕" in cleaned.articles[2].text


def test_a_span_with_two_homes_is_split(cleaned: Cleaned) -> None:
    bodies = [b.text for b in cleaned.articles[5].blocks if b.role is Role.BODY]
    assert "该模型简单的构建方式是" in bodies[1]
    assert "贵金属（黄金）防风险" not in bodies[1]
    assert "贵金属（黄金）防风险" in bodies[2]
    assert "该模型简单的构建方式是" not in bodies[2]


def test_jumps_without_their_partner_name_the_page(cleaned: Cleaned) -> None:
    jumped = [article for article in cleaned.articles if article.continued_from]
    assert [article.continued_from for article in jumped] == ["A01版", "A01版"]


def test_every_removal_of_a_repeat_names_the_kept_copy(cleaned: Cleaned) -> None:
    text = cleaned.pages[0].text
    repeats = [r for r in cleaned.ledger if r.reason in ("duplicate", "truncated", "loop", "stutter")]
    assert len(repeats) == 6
    for row in repeats:
        assert row.action is Action.DROP
        assert row.of is not None
        assert row.text == text[row.start : row.end]


def _words(article: Article) -> str:
    return "".join(c for c in article.text if c.isalnum())


def test_cleaning_what_was_cleaned_changes_nothing(cleaned: Cleaned) -> None:
    for article in cleaned.articles:
        page = f"# {article.headline}\n\n" + "\n\n".join(
            ("## " if b.role is Role.CROSSHEAD else "") + b.text
            for b in article.blocks
            if b.role not in (Role.HEADLINE, Role.KICKER)
        )
        again = pagefix.clean_page(page)
        assert [_words(a) for a in again.articles] == [_words(article)]
        assert not [r for r in again.ledger if r.reason in ("duplicate", "truncated", "loop", "stutter")]
