"""Lessons and what they come to: each condition has a line that meets it and one that only looks so."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from pagefix.lessons.counting import facts_of
from pagefix.lessons.entries import entries_of, rule_file
from pagefix.lessons.facts import Taught
from pagefix.lessons.lesson import Lesson, lesson_from
from pagefix.lessons.lines import bare, example, expression, names_something, slotted
from pagefix.lessons.looking import lesson_of
from pagefix.matching.keys import fold
from pagefix.model import Page
from pagefix.rules import Rules, load_rules
from pagefix.rules.checks import check_entries

_HEADLINES = [
    "新桥昨天通车",
    "果园迎来丰收",
    "老街换了路灯",
    "渡口添置新船",
    "学校翻修屋顶",
    "茶农忙着采摘",
    "夜市搬到河边",
]
_TEXT = "两岸群众敲锣打鼓来看热闹，河边站满了人，直到天黑才散。"


@pytest.fixture(scope="module")
def rules() -> Rules:
    return load_rules()


def page(day: int, number: int, *top: str, foot: str = "", middle: str = "") -> Page:
    """A page with lines at its top and its foot, and headlines and text that differ from day to day."""
    headline = _HEADLINES[day % 7] + "一二三四五六七八九十"[day // 7 % 10] + "里"[: day % 2]
    parts = [*top, f"# {headline}", _TEXT, middle, f"{_TEXT}第{day}天。", foot]
    return Page(f"{number:02d}.md", "\n\n".join(part for part in parts if part))


def taught(
    rules: Rules, days: Iterable[Callable[[int], list[Page]]], paper: str = "", name: str = ""
) -> Taught:
    """What editions teach; each is a function of its number."""
    lessons = [
        (f"{paper}/{n:04d}" if paper else f"{n:04d}", lesson_of(pages(n), rules).dumped())
        for n, pages in enumerate(days)
    ]
    return facts_of(lambda: lessons, rules, name)


def lines_of(found: Taught) -> set[str]:
    """An example of each line that was taught."""
    return {example(key) for lines in found.furniture.values() for key in lines}


def always(
    *top: str, foot: str = "", middle: str = "", on: int = 1, of: int = 3
) -> Callable[[int], list[Page]]:
    """An edition of ``of`` pages with these lines on ``on`` of them."""
    return lambda day: [
        page(
            day, n, *(top if n <= on else ()), foot=foot if n <= on else "", middle=middle if n <= on else ""
        )
        for n in range(1, of + 1)
    ]


def never(day: int) -> list[Page]:
    return always()(day)


def test_a_line_with_the_page_and_the_weekday(rules: Rules) -> None:
    def edition(day: int) -> list[Page]:
        return [page(day, 1, f"青河乡音 第{day % 4 + 1}版 星期{'一二三四五六日'[day % 7]}"), page(day, 2)]

    assert lines_of(taught(rules, [edition] * 10)) == {"青河乡音 第12版 星期一"}


def test_nine_editions_are_too_few(rules: Rules) -> None:
    assert not taught(rules, [always("青河乡音 第3版")] * 9).furniture


def test_a_weekly_head(rules: Rules) -> None:
    weekly = [always("青河乡音 文苑 第3版") if day % 8 == 0 else never for day in range(80)]
    assert lines_of(taught(rules, weekly)) == {"青河乡音 文苑 第12版"}


def test_a_line_that_is_too_rare(rules: Rules) -> None:
    rare = [always("青河乡音 文苑 第3版") if day % 12 == 0 else never for day in range(120)]
    assert not taught(rules, rare).furniture


def test_a_paper_that_changed_its_head(rules: Rules) -> None:
    """Counted from the first to the last edition with the line, whatever came after."""
    changed = [always("青河乡音", on=2)] * 12 + [never] * 200
    assert lines_of(taught(rules, changed)) == {"青河乡音"}


def test_a_name_on_several_pages(rules: Rules) -> None:
    assert lines_of(taught(rules, [always("青河乡音", on=2)] * 10)) == {"青河乡音"}


def test_a_bare_name_on_one_page(rules: Rules) -> None:
    """It may be a column's, wherever it stands: headline and text below it are no proof."""
    assert not taught(rules, [always("街谈巷议")] * 20).furniture


@pytest.mark.parametrize("line", ["四面八方", "八面来风", "G20峰会", "星期日漫画", "第一现场", "三日谈"])
def test_a_column_with_a_number_in_its_name(rules: Rules, line: str) -> None:
    assert not taught(rules, [always(line)] * 20).furniture


@pytest.mark.parametrize(
    "line",
    ["青河乡音 3版", "B3|青河乡音", "C4 青河乡音", "青河乡音|第 3 面", "礼拜三 青河乡音", "青河乡音·B3·文苑"],
)
def test_a_head_with_a_number_in_it(rules: Rules, line: str) -> None:
    assert len(taught(rules, [always(line)] * 20).furniture[""]) == 1


def test_blanks_within_dates_and_numbers_come_and_go(rules: Rules) -> None:
    first, second = always("青河乡音 第3版 5月6日"), always("青河乡音 第 3 版 5 月 6 日")
    assert len(taught(rules, [first, second] * 6).furniture[""]) == 1


def test_a_name_above_the_number_of_the_page(rules: Rules) -> None:
    assert lines_of(taught(rules, [always("文苑", "第3版")] * 10)) == {"文苑"}


def test_a_name_below_the_number_of_the_page(rules: Rules) -> None:
    assert not taught(rules, [always("第3版", "街谈巷议")] * 10).furniture


def test_a_name_that_other_heads_carry(rules: Rules) -> None:
    def edition(day: int) -> list[Page]:
        return [page(day, 1, "青河乡音"), page(day, 2, "青河乡音 第2版"), page(day, 3, "青河乡音 田头 第3版")]

    assert "青河乡音" in lines_of(taught(rules, [edition] * 10))


@pytest.mark.parametrize(("paper", "name"), [("青河乡音", ""), ("", "青河乡音"), ("scans/青河乡音", "")])
def test_a_name_that_the_folders_carry(rules: Rules, paper: str, name: str) -> None:
    found = taught(rules, [always("青河乡音")] * 10, paper, name)
    assert lines_of(found) == {"青河乡音"}
    assert not taught(rules, [always("青河乡音")] * 10, "sanhe", "scans").furniture


def test_a_column_that_leads_its_text(rules: Rules) -> None:
    def edition(day: int) -> list[Page]:
        return [
            Page(f"{n}.md", f"天气 第{n}版\n\n{_TEXT}{day}\n\n# {_HEADLINES[day % 7]}\n\n{_TEXT}")
            for n in (1, 2)
        ]

    assert not taught(rules, [edition] * 12).furniture


def test_a_column_that_leads_a_table(rules: Rules) -> None:
    def edition(day: int) -> list[Page]:
        return [
            Page(f"{n}.md", f"市场行情 星期一\n\n白菜 {day} 元 萝卜 {day + 1} 元\n\n{_TEXT}") for n in (1, 2)
        ]

    assert not taught(rules, [edition] * 12).furniture


def test_a_head_above_a_continuation_now_and_then(rules: Rules) -> None:
    def edition(day: int) -> list[Page]:
        if day % 4:
            return always("青河乡音 第3版")(day)
        return [Page("1.md", f"青河乡音 第3版\n\n{_TEXT}{day}\n\n# {_HEADLINES[day % 7]}\n\n{_TEXT}")]

    assert lines_of(taught(rules, [edition] * 12)) == {"青河乡音 第12版"}


def test_what_stands_in_the_middle_of_pages_too(rules: Rules) -> None:
    """A refrain or a column that came to the edge of two pages."""
    often = [always("打起锣鼓来", on=2)] * 12
    assert lines_of(taught(rules, often)) == {"打起锣鼓来"}
    assert not taught(rules, [*often, always(middle="打起锣鼓来")]).furniture


def test_who_signs_a_notice_and_the_date(rules: Rules) -> None:
    def foot(day: int) -> str:
        return f"青河乡农具站 2031年5月{day + 1}日" if day % 4 == 0 else ""

    assert not taught(rules, [lambda day: [page(day, 1, foot=foot(day))]] * 60).furniture
    daily = taught(rules, [lambda day: [page(day, 1, foot=f"青河乡音社印 2031年5月{day + 1}日")]] * 12)
    assert len(lines_of(daily)) == 1


@pytest.mark.parametrize(
    "line", ["（下转第3版）", "本报记者 董添", "本报评论员", "（新华社记者兰红光摄）", "【街谈】"]
)
def test_what_the_rules_know_as_something_else(rules: Rules, line: str) -> None:
    assert not taught(rules, [always(line, foot=line, on=2)] * 12).furniture


def test_what_the_rules_know_as_furniture_needs_no_lesson(rules: Rules) -> None:
    assert not taught(rules, [always("A02 要闻", "第3版 城乡", foot="— 2 —", on=2)] * 12).furniture


def test_sentences_are_never_candidates(rules: Rules) -> None:
    found = lesson_of([page(1, 1, "欢迎来到青河！", foot="请爱护青河的水，人人有责。")], rules)
    assert not {key for key in found.edges if "青河" in key}


def test_papers_learn_apart(rules: Rules) -> None:
    ours, theirs = [(f"甲报/{n:03d}", always("青河乡音", on=2)) for n in range(10)], [
        (f"乙报/{n:03d}", always("青河乡音", on=2)) for n in range(9)
    ]  # fmt: skip
    lessons = [(name, lesson_of(made(n), rules).dumped()) for n, (name, made) in enumerate(ours + theirs)]
    assert set(facts_of(lambda: lessons, rules).furniture) == {"甲报"}


def test_a_misread_head_is_the_same_line(rules: Rules) -> None:
    found = taught(rules, [always("青河乡音 文苑 第3版")] * 10)
    for line, same in (("青河乡音 文宛 第3版", 1), ("青问乡音 文苑 第4版", 1), ("渡口乡音 文宛 第3版", 0)):
        lines, _ = found.within("1", lesson_of([page(0, 1, line)], rules))
        assert len(lines) == same, line


def test_a_misread_name_that_is_short_is_another(rules: Rules) -> None:
    found = taught(rules, [always("青河乡音", on=2)] * 10)
    assert not found.within("1", lesson_of([page(0, 1, "青河乡情")], rules))[0]


def credited(*names: str) -> Callable[[int], list[Page]]:
    return lambda day: [page(day, 1, middle=f"本报讯（记者{'、'.join(names)}）{_TEXT}{day}")]


def test_names_that_sign_on_three_days(rules: Rules) -> None:
    signing = [credited("陶青禾", "石敬川")] * 3 + [credited("林望")] * 2 + [never] * 5
    found = taught(rules, signing)
    assert set(found.names[""]) == {"陶青禾", "石敬川"}
    rows = {"陶青禾 石敬川": 2, "陶青禾、石敬川": 2, "陶青禾 林望": 0, "陶青禾": 0}
    for row, count in rows.items():
        _, names = found.within("1", lesson_of([page(0, 1, middle=row)], rules))
        assert len(names) == count, row


def test_entries_are_sound(rules: Rules) -> None:
    def edition(day: int) -> list[Page]:
        signed = always("青河乡音 第3版 (晨)", middle="陶青禾 石敬川")(day)
        return [*signed, *credited("陶青禾", "石敬川")(day)]

    found = taught(rules, [edition] * 10)
    lines, names = found.within("1", lesson_of(edition(1), rules))
    entries = entries_of(lines, "", names)
    assert len(entries) == 2
    check_entries(entries, known=rules.entries)
    assert rule_file(found).count("[[pattern]]") == 2


_LINES = st.text("青河乡音第三十版年月日星期周二12A０ 　·()[].*+?|x", max_size=24)


@given(_LINES)
def test_every_line_is_found_by_its_own_expression(line: str) -> None:
    key = slotted(bare(line))
    if key:
        assert regex.fullmatch(expression(key), fold(bare(line)))
        assert not names_something(key) or regex.fullmatch(expression(key), example(key))


@given(st.lists(st.text("青河记者王伟 李娜、（）本报讯。，\n第1版'\\\"", max_size=60), max_size=3))
def test_a_lesson_is_read_back_as_it_was_written(texts: list[str]) -> None:
    lesson = lesson_of([Page(f"{n}.md", text) for n, text in enumerate(texts)], load_rules())
    assert lesson_from(lesson.dumped()) == lesson
    assert lesson_from("") == Lesson()
