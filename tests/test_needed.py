"""What a pattern needs is read off it: a text is only passed over where no match can be."""

from __future__ import annotations

import math
import string
import sys

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from pagefix.rules import load_rules
from pagefix.rules.entries import PATTERN_KINDS, Entry
from pagefix.rules.needed import _LETTERS, LETTER, SPACE, Group, closing, holds, longest, needed, opening
from tests.support.cases import cases

RULES = load_rules()
PATTERNS = [entry for entry in RULES.entries if entry.kind == "pattern"]
LINES = [line for case in cases() for line in case.page.split("\n") if line]


def passed_over(entry: Entry, text: str) -> bool:
    kind = str(entry.data["kind"])
    sifted = {pattern.id for pattern in RULES.sift(kind, text)}
    return entry.id not in sifted or not all(holds(text, group) for group in needed(entry.data["regex"]))


def left_out(entry: Entry, text: str) -> bool:
    return entry.id not in {pattern.id for pattern in RULES.beginning(str(entry.data["kind"]), text)}


def same_answers(entry: Entry, text: str) -> bool:
    """Whether the rule says of a text what its expression says, from the beginning and as a whole."""
    compiled = regex.compile(entry.data["regex"])
    pattern = next(p for p in RULES.patterns(str(entry.data["kind"])) if p.id == entry.id)
    return all(
        (getattr(pattern, how)(text) is None) == (getattr(compiled, how)(text) is None)
        for how in ("match", "fullmatch")
    )


@pytest.mark.parametrize("entry", PATTERNS, ids=lambda entry: entry.id)
def test_what_matches_is_never_passed_over(entry: Entry) -> None:
    compiled = regex.compile(entry.data["regex"])
    for text in (*entry.data["examples"], *LINES):
        assert not (compiled.search(text) and passed_over(entry, text))
        assert not (compiled.match(text) and left_out(entry, text))
        assert same_answers(entry, text)


@pytest.mark.parametrize(
    ("source", "characters"),
    [
        ("上接|下转第二版", 5),
        (r"[（(]?(?P<label>\p{Han}{2,4})", 5),
        ("(?i)page [0-9]{1,2}", 7),
        ("上接.*", math.inf),
        (r"\L<names>", math.inf),
    ],
)
def test_the_longest_match_is_read_off_a_pattern(source: str, characters: float) -> None:
    assert longest(source) == characters


@given(st.data())
def test_pieces_of_examples_are_never_passed_over(data: st.DataObject) -> None:
    entry = data.draw(st.sampled_from(PATTERNS))
    parts = data.draw(st.lists(st.sampled_from([*entry.data["examples"], *LINES]), min_size=1, max_size=3))
    text = "".join(part[data.draw(st.integers(0, len(part))) :] for part in parts)
    assert not (regex.search(entry.data["regex"], text) and passed_over(entry, text))
    assert same_answers(entry, text)


@pytest.mark.parametrize(
    ("source", "characters"),
    [
        ("上接|下转", "上下"),
        ("[（(]?上接", "（(上"),
        (r"\s*[图片]", SPACE + "图片"),
        ("(?:图|片)*号", "图片号"),
        ("(?<=。)图", "图"),
        ("(?!图)[图片]", "图片"),
        ("(?i)k版", "".join(_LETTERS)),
    ],
)
def test_what_a_match_may_begin_with(source: str, characters: str) -> None:
    assert opening(source) == frozenset(characters)


@pytest.mark.parametrize(
    ("source", "characters"),
    [
        ("上接|下转", "接转"),
        ("上接[）)]?", "接）)"),
        (r"[图片]\s*", SPACE + "图片"),
        ("号(?:图|片)*", "号图片"),
        ("图(?=。)", "图"),
        (r"(?P<page>版)\Z", "版"),
        ("(?i)版k", "".join(_LETTERS)),
    ],
)
def test_what_a_match_may_end_with(source: str, characters: str) -> None:
    assert closing(source) == frozenset(characters)


@pytest.mark.parametrize("source", ["图?", "上[^图]", r"上\p{Han}", "上.", r"版\d", r"(图|片)\1", "(?r)上接"])
def test_where_a_match_may_end_with_anything(source: str) -> None:
    assert closing(source) is None


@pytest.mark.parametrize(
    "source", ["图?", "[^图]上", r"\p{Han}上", ".上", r"\d版", "(?:图|)", "(?i)é", "(?r)上接"]
)
def test_where_a_match_may_begin_with_anything(source: str) -> None:
    assert opening(source) is None


def test_most_patterns_are_passed_over_on_plain_text() -> None:
    text = "孩子们跟着第一辆客车跑过了桥，老人们在桥头坐到天黑。"
    left = [pattern.id for kind in PATTERN_KINDS for pattern in RULES.sift(kind, text)]
    assert len(left) < len(PATTERNS) / 5


@pytest.mark.parametrize(
    ("source", "needs"),
    [
        ("上接第[一二]版", (("上接第",), ("版",), ("一", "二"))),
        ("(?:图|图片|照片)为", (("为",), ("图", "照片"))),
        ("(?:下转)?版{2}", (("版",),)),
        (r"\p{Han}{2,4}摄", (("摄",),)),
        ("(?i)page[3]", (("3",), (LETTER,))),
        ("(?i:p)见", (("见",), (LETTER,))),
        ("(?<=。)图", (("图",),)),
        ("(?=.*责编)[^。]{2}", (("责编",),)),
        ("(?!图).版", (("版",),)),
        ("[{〈]版[}〉]", (("版",), ("{", "〈"), ("}", "〉"))),
    ],
)
def test_needs_of_plain_patterns(source: str, needs: tuple[Group, ...]) -> None:
    assert needed(source) == needs


@pytest.mark.parametrize(
    "source",
    [
        "(?:上接第一版){e<=1}",  # fuzzy: no character is sure to stand there
        "[[一二]--[二]]版?",  # sets within sets
        "[[:alpha:]]",
        r"\d+",
        "图?",
        "(?:图|.)",
        "(?:图|)",
        "[^图]",
        "(?i)é",
        r"(?P<a>图)|\L<names>",
        "(",
    ],
)
def test_nothing_is_demanded_where_nothing_is_sure(source: str) -> None:
    assert needed(source) == ()


def test_letters_are_all_that_regex_takes_for_ascii_ones() -> None:
    every = "".join(map(chr, [*range(0xD800), *range(0xE000, sys.maxunicode + 1)]))
    for letter in string.ascii_lowercase:
        assert set(regex.findall(f"(?i){letter}", every)) <= _LETTERS
    assert _LETTERS.isdisjoint("转第2版é")
