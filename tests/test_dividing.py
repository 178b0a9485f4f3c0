"""Headlines that only divide a story: what the rules may switch off, and weights for every number."""

from __future__ import annotations

from pagefix.rules import load_rules
from tests.benchmarks.ablation import with_numbers
from tests.support.cases import cases

_NAME = "a crosshead that is marked as a headline divides its story"


def test_nothing_divides_where_the_rules_ask_for_more_than_there_is() -> None:
    case = next(case for case in cases() if _NAME in case.name)
    shipped, without = load_rules(), with_numbers(dividing_surely=50.0)(load_rules())
    assert [len(case.cleaned(rules).articles) for rules in (shipped, without)] == [2, 3]
