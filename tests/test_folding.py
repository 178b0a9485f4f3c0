"""Folding: what is taken out of a whole page is what each stretch gives by itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagefix.matching import keys
from pagefix.matching.keys import fold, fold_stretches

# Phrases in which a character is kept, or becomes another one than alone; marks; what is no text at all.
_WORDS = ("乾坤", "乾", "沈醉", "頭髮", "發", "皇后", "後", "瞭解", "明瞭", "著", "新聞", "A", "３")
_MARKS = ("\n", "\r\n", "，", "。", "**", "# ", " ", "　", "“", "\ud800", "\U00020000")
_TEXTS = st.lists(st.sampled_from(_WORDS + _MARKS), max_size=30).map("".join)


def _alone(text: str) -> str:
    keys._FOLDED.cache_clear()
    return fold(text)


@given(_TEXTS, st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=8))
def test_stretches_of_a_page_are_folded_as_by_themselves(text: str, stretches: list[tuple[int, int]]) -> None:
    inside = [(min(a, len(text)), min(a + b, len(text))) for a, b in stretches]
    keys._FOLDED.cache_clear()
    fold_stretches(text, inside)
    found = [fold(text[a:b]) for a, b in inside]
    assert found == [_alone(text[a:b]) for a, b in inside]
    assert [len(one) for one in found] == [b - a for a, b in inside]


def test_what_stands_apart_is_taken_from_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "# 頭髮\n\n乾坤新聞。\n"
    keys._FOLDED.cache_clear()
    fold_stretches(text, [(2, 4), (6, 11)])
    monkeypatch.setattr(keys, "_fold", lambda text: pytest.fail(f"{text} was folded again"))
    assert fold("頭髮") == "头发"
    assert fold("乾坤新聞。") == "乾坤新闻。"
    assert len(fold(text)) == len(text)


def test_half_of_a_phrase_is_not_taken_from_the_page() -> None:
    keys._FOLDED.cache_clear()
    fold_stretches("乾坤", [(0, 1)])
    assert fold("乾坤") == "乾坤"
    assert fold("乾") == "干"


def test_what_was_folded_is_forgotten_before_it_fills_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "_MOST_KEPT", 100)
    keys._FOLDED.cache_clear()
    for n in range(100):
        assert fold(f"第{n}號新聞") == f"第{n}号新闻"
        assert sum(map(len, keys._FOLDED)) <= 100
