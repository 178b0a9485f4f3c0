"""Strays: what the rules may switch off."""

from __future__ import annotations

from pagefix.rules import load_rules
from tests.benchmarks.ablation import with_numbers
from tests.support.cases import cases

_NAME = "a short paragraph with the words of its own story read inside another"


def test_words_that_count_nothing_bring_nothing_home() -> None:
    case = next(case for case in cases() if _NAME in case.name)
    shipped, without = load_rules(), with_numbers(weight_of_strays_words=0.0)(load_rules())
    sizes = [
        [len(article.blocks) for article in case.cleaned(rules).articles] for rules in (shipped, without)
    ]
    assert sizes == [[5, 4], [4, 5]]
