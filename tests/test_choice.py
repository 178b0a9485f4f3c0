"""Which findings are carried out, and what becomes of the others."""

from __future__ import annotations

import pickle

import pytest

import pagefix
from pagefix.errors import UsageError
from pagefix.model import Action, Cleaned
from pagefix.reading import page_from_text
from pagefix.rules import Rules
from tests.support.cases import cases

_PAGE = """# 青河镇修通三座桥

昨天上午，青河镇三座新桥同时通车，两岸群众敲锣打

鼓来看热闹，孩子们沿着栏杆跑来跑去。

昨天上午，青河镇三座新桥同时
"""
_FIRST = """# 青河镇修通三座桥

昨天上午，青河镇三座新桥同时通车，两岸群众敲锣打

（下转第二版）
"""
_SECOND = """（上接第一版）

鼓来看热闹，孩子们沿着栏杆跑来跑去。
"""


def paragraphs(cleaned: Cleaned) -> list[str]:
    return [block.text for article in cleaned.articles for block in article.blocks if block.role == "body"]


def doubts(cleaned: Cleaned) -> list[tuple[str, str]]:
    return [(row.rule, row.text[:4]) for row in cleaned.ledger if row.action is Action.UNCERTAIN]


def test_all_is_done_by_default(rules: Rules) -> None:
    cleaned = pagefix.clean_page(_PAGE, rules=rules)
    assert len(paragraphs(cleaned)) == 1
    assert doubts(cleaned) == []


def test_what_is_not_likely_enough_is_told_and_left(rules: Rules) -> None:
    cleaned = pagefix.clean_page(_PAGE, rules=rules.choosing(min_score=1.0))
    assert len(paragraphs(cleaned)) == 3
    assert doubts(cleaned) == [("seams.pair", "鼓来看热"), ("repeats.truncated", "昨天上午")]
    seam, repeat = (row for row in cleaned.ledger if row.action is Action.UNCERTAIN)
    assert (seam.what, repeat.what) == ("seam", "truncated")
    assert seam.why == f"its score {seam.score:g} is below min_score 1"
    assert seam.of is not None
    assert repeat.of is not None
    assert _PAGE[seam.of.start : seam.of.end].endswith("敲锣打")
    assert _PAGE[repeat.of.start : repeat.of.end] == "昨天上午，青河镇三座新桥同时"


def test_what_is_not_chosen_is_left_without_a_word(rules: Rules) -> None:
    for chosen in (rules.choosing(ignore=["repeats"]), rules.choosing(select=["seams.pair"])):
        cleaned = pagefix.clean_page(_PAGE, rules=chosen)
        assert len(paragraphs(cleaned)) == 2
        assert doubts(cleaned) == []
    cleaned = pagefix.clean_page(_PAGE, rules=rules.choosing(select=["repeats"]))
    assert len(paragraphs(cleaned)) == 2
    assert not [row for row in cleaned.ledger if row.action is Action.JOIN]


def test_jumps_are_chosen_too(rules: Rules) -> None:
    sheets = [page_from_text(_FIRST, "01.md", label="01"), page_from_text(_SECOND, "02.md", label="02")]

    def clean(chosen: Rules) -> Cleaned:
        return pagefix.clean_edition(sheets, rules=chosen)

    assert len(paragraphs(clean(rules))) == 1
    apart = clean(rules.choosing(ignore=["jumps.link"]))
    assert (len(apart.articles), doubts(apart)) == (2, [])
    unsure = clean(rules.choosing(min_score=1.0))
    assert (len(unsure.articles), doubts(unsure)) == (2, [("jumps.link", "（上接第")])
    linked = clean(rules.choosing(ignore=["jumps.cut_sentence"]))
    assert (len(linked.articles), len(paragraphs(linked))) == (1, 2)


def test_the_longer_name_wins_and_ignore_wins_between_equals(rules: Rules) -> None:
    chosen = rules.choosing(select=["repeats.loop"], ignore=["repeats"])
    assert chosen.chosen("repeats.loop")
    assert not chosen.chosen("repeats.stutter")
    assert not rules.choosing(select=["repeats"], ignore=["repeats.loop"]).chosen("repeats.loop")
    assert not rules.choosing(select=["repeats"], ignore=["repeats"]).chosen("repeats.loop")
    assert not rules.choosing(select=["repeats.loop"]).chosen("seams.pair")


def test_the_choice_travels_and_tells_itself_apart(rules: Rules) -> None:
    chosen = rules.choosing(min_score=0.9, ignore=["seams"])
    assert pickle.loads(pickle.dumps(chosen)).choice == chosen.choice
    assert chosen.version != rules.version
    assert chosen.choosing(min_score=0.8).choice.ignore == ("seams",)
    assert rules.choosing().version == rules.version


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ({"select": ["repeat"]}, "did you mean repeats?"),
        ({"ignore": ["seams.pear"]}, "did you mean seams.pair?"),
        ({"min_score": 1.5}, "no probability"),
    ],
)
def test_a_choice_that_cannot_be(rules: Rules, choice: dict[str, object], words: str) -> None:
    with pytest.raises(UsageError, match=words.replace("?", r"\?")):
        rules.choosing(**choice)  # type: ignore[arg-type]


def test_every_finding_can_be_chosen_by_its_name(rules: Rules) -> None:
    """A rule whose findings nobody could select or ignore would be a fault of ``rules/choice.toml``."""
    known = set(rules.words("choice.findings"))
    seen = set()
    for case in cases():
        for row in case.cleaned(rules).ledger:
            if row.action is Action.JOIN or row.rule.startswith("repeats."):
                seen.add(row.rule)
    assert {"seams.pair", "repeats.loop", "repeats.duplicate"} <= seen <= known
