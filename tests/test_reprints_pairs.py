"""What is found among paragraphs of which it is known who was copied from whom; and what is left alone."""

from __future__ import annotations

import numpy as np
import pytest

from pagefix.matching.batches import fold_batch
from pagefix.reprints import measures_of, pair_texts, scheme_of
from pagefix.reprints.verification import align
from pagefix.rules import load_rules
from tests.benchmarks.reprint_bench.press import Press, press
from tests.support.printings import Desk

RULES = load_rules()
SCHEME, MEASURES = scheme_of("paragraph", RULES), measures_of("paragraph", RULES)


@pytest.fixture(scope="module")
def printed() -> Press:
    return press(6000, seed=3)


def pairs_of(texts: list[str]) -> set[tuple[int, int]]:
    found = pair_texts(texts, SCHEME, MEASURES)
    return set(zip(found.first.tolist(), found.second.tolist(), strict=True))


def test_copies_of_every_kind_are_found_and_nothing_else(printed: Press) -> None:
    found = pairs_of(printed.texts)
    for kind, floor in (("noisy", 0.99), ("truncated", 0.98), ("embedded", 0.98), ("headline", 0.98)):
        copies = printed.copies[kind]
        assert len(copies) > 100
        assert sum(pair in found for pair in copies) / len(copies) >= floor, kind
    true = sum(printed.families[a] == printed.families[b] for a, b in found)
    assert true / len(found) >= 0.99


def test_the_order_of_the_texts_does_not_matter(printed: Press) -> None:
    texts = printed.texts[:2000]
    back = pairs_of(texts[::-1])
    assert {(1999 - b, 1999 - a) for a, b in back} == pairs_of(texts)


def test_forms_filled_in_differently_are_left_alone() -> None:
    desk = Desk(5)
    notices = desk.writer.notices(400, templates=4)
    assert not pairs_of(notices)


def test_a_form_printed_again_is_found() -> None:
    desk = Desk(5)
    notices = desk.writer.notices(400, templates=4)
    again = desk.misread(notices[:40], 0.02)
    found = pairs_of(notices + again)
    assert found
    assert all(b - a == 400 for a, b in found)
    assert len(found) >= 38


def test_a_notice_of_every_day_is_found_though_nothing_in_it_is_rare() -> None:
    desk = Desk(6)
    notice = desk.writer.paragraph(90)
    others = [desk.writer.paragraph(90) for _ in range(40)]
    days = desk.misread([notice] * 30, 0.003)
    found = pairs_of(others + days)
    assert found
    linked = {n for pair in found for n in pair}
    assert linked == set(range(40, 70))


def test_texts_that_share_nothing_or_hold_nothing_are_left_alone() -> None:
    desk = Desk(7)
    texts = [desk.writer.paragraph(100) for _ in range(200)] + ["", "。。。", "短文", "短文"]
    assert not pairs_of(texts)
    assert not pairs_of([])
    assert not pairs_of(["今天"])


def test_an_alignment_depends_on_its_two_texts_alone() -> None:
    desk = Desk(8)
    story = desk.story(3, 700)
    texts = ["".join(story), "".join(story[::-1]), desk.writer.paragraph(300), story[1][:400]]
    keys = fold_batch(texts)
    a, b = np.array([0, 0, 0, 1, 2]), np.array([1, 2, 3, 3, 3])
    together = align(keys, a, b)
    for n in range(5):
        alone = align(fold_batch([texts[a[n]], texts[b[n]]]), np.array([0]), np.array([1]))
        for column in ("first", "second", "longest", "alike"):
            assert getattr(alone, column)[0] == getattr(together, column)[n]
    # Paragraphs in another order are the same text all the same; others are not.
    assert min(together.first[0], together.second[0]) > 0.97
    assert together.first[1] < 0.1
    assert together.second[2] > 0.97


def test_a_passage_that_one_printing_holds_twice_is_still_found_in_the_other() -> None:
    desk = Desk(9)
    story = desk.story(4, 400)
    twice = [story[0], story[1], desk.misread([story[1]], 0.02)[0], *desk.story(1, 400)]
    keys = fold_batch(["".join(story), "".join(twice)])
    found = align(keys, np.array([0]), np.array([1]))
    assert 0.48 < found.first[0] < 0.52
    assert 0.48 < found.second[0] < 0.52


def test_a_refrain_is_no_passage() -> None:
    desk = Desk(10)
    refrain = desk.writer.paragraph(60)[:24]
    one, other = ["".join(refrain + text for text in desk.story(4, 420)) for _ in range(2)]
    found = align(fold_batch([one, other]), np.array([0]), np.array([1]))
    assert max(found.first[0], found.second[0]) < 0.02
