"""Headlines that only divide a story: what the rules may switch off."""

from __future__ import annotations

from dataclasses import replace

from pagefix.reading import page_from_text
from pagefix.rules import Rules, load_rules
from pagefix.steps.articles import blocks_to_sort, sort_blocks
from pagefix.steps.articles.dividing import dividing_headlines
from pagefix.steps.blocks import find_blocks
from pagefix.steps.fragments import join_fragments
from pagefix.steps.repeats import find_repeats
from tests.benchmarks.ablation import with_numbers
from tests.support.cases import cases

_NAME = "a crosshead that is marked as a headline divides its story"


def test_nothing_divides_where_the_rules_ask_for_more_than_there_is() -> None:
    case = next(case for case in cases() if _NAME in case.name)
    shipped, without = load_rules(), with_numbers(dividing_surely=50.0)(load_rules())
    assert [len(case.cleaned(rules).articles) for rules in (shipped, without)] == [2, 3]


def test_a_headline_that_both_ends_of_a_jump_show_divides_nothing(rules: Rules) -> None:
    page = next(case for case in cases() if _NAME in case.name).page
    blocked = find_blocks(page_from_text(page, "A01.md"), rules)
    (joined,) = join_fragments([find_repeats(blocked, rules)], rules)
    blocks = blocks_to_sort(joined)
    found = sort_blocks(joined, blocks, rules)
    asked = (found.steps, found.labels, found.likeness)
    (divides,) = dividing_headlines(blocks, *asked, rules)
    blocks[divides] = replace(blocks[divides], rule="jumps.headline")
    assert not list(dividing_headlines(blocks, *asked, rules))
