"""Counting the lessons of a whole archive, paper by paper, until they come to facts.

A pure function of the lessons in their order.  An archive may hold a million pages, so the
lessons are heard twice: first only a number is kept of each line, then all of what recurs.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from pagefix.evidence.lexicon import is_two_words
from pagefix.lessons.facts import Fact, Taught, paper_of
from pagefix.lessons.lesson import Lesson, lesson_from
from pagefix.lessons.lines import example, fields, is_labelled, is_numbered
from pagefix.matching.keys import fold
from pagefix.rules import Rules

# What the rules know as something else is never furniture.
_KNOWN_WHOLE = (
    "byline_line", "byline_plain", "caption_whole", "deck", "image", "jump_from_line",
    "jump_to_line", "kicker", "marked_name", "note", "pointer", "rule_line", "serial", "table_row",
)  # fmt: skip
_KNOWN_WITHIN = ("caption_credit", "dateline_end", "jump_from", "jump_to", "photographer")
_KNOWN_START = ("caption_start", "dateline_start")


@dataclass(slots=True)
class _Count:
    """How a line stands in a paper's editions; ``first`` and ``last`` number those at whose edges it is."""

    first: int = 0
    last: int = 0
    seen: int = 0
    pages: int = 0
    several: int = 0
    leads: int = 0
    crowns: int = 0
    inside: int = 0


@dataclass(slots=True)
class _Paper:
    """What is counted of one paper."""

    editions: int = 0
    lines: dict[str, _Count] = field(default_factory=dict)
    names: Counter[str] = field(default_factory=Counter)


def facts_of(lessons: Callable[[], Iterable[tuple[str, str]]], rules: Rules, name: str = "") -> Taught:
    """What the editions teach; ``lessons`` gives each edition's name and written lesson, in their order.

    It is called twice.  ``name`` is that of the archive: of its paper, if the editions name none.
    """
    fewest = int(rules.number("lessons.fewest_editions"))
    signers = int(rules.number("lessons.byline_editions"))
    frequent = _recurring(lessons(), min(fewest, signers))
    papers: dict[str, _Paper] = {}
    for edition, dumped in lessons():
        of = paper_of(edition)
        _count(papers.setdefault(of, _Paper()), of, lesson_from(dumped), frequent)
    furniture, names = {}, {}
    for of, paper in sorted(papers.items()):
        if paper.editions < fewest:
            continue
        title = fold((of or name).rpartition("/")[2])
        lines = {
            key: Fact(of, key, count.seen, paper.editions, count.pages)
            for key, count in _lines(title, paper, rules)
        }
        if lines:
            furniture[of] = lines
        signing = {n: k for n, k in sorted(paper.names.items()) if k >= signers and not is_two_words(n)}
        if len(signing) > 1:
            names[of] = signing
    return Taught(furniture, names)


def _marks(paper: str, lesson: Lesson) -> Iterator[int]:
    """A number for every line at an edge and every name; which one, no matter: all are counted again."""
    yield from (hash((paper, key)) for key in lesson.edges)
    yield from (hash((paper, "", name)) for name in lesson.names)


def _recurring(lessons: Iterable[tuple[str, str]], fewest: int) -> frozenset[int]:
    """The numbers of what stands in so many editions."""
    marks = array("q")
    for edition, dumped in lessons:
        marks.extend(_marks(paper_of(edition), lesson_from(dumped)))
    found, counts = np.unique(np.frombuffer(marks, dtype=np.int64), return_counts=True)
    return frozenset(found[counts >= fewest].tolist())


def _count(paper: _Paper, name: str, lesson: Lesson, frequent: frozenset[int]) -> None:
    number = paper.editions
    paper.editions += 1
    for key, edge in lesson.edges.items():
        if hash((name, key)) in frequent:
            count = paper.lines.setdefault(key, _Count())
            count.first = count.first if count.seen else number
            count.last = number
            count.seen += 1
            count.pages += edge.pages
            count.several += edge.pages > 1
            count.leads += edge.leads
            count.crowns += edge.crowns
    for text in lesson.inside:
        if hash((name, text)) in frequent:
            paper.lines.setdefault(text, _Count()).inside += 1
    paper.names.update(n for n in lesson.names if hash((name, "", n)) in frequent)


def _lines(title: str, paper: _Paper, rules: Rules) -> Iterator[tuple[str, _Count]]:
    """The lines that are the pages' own; ``title`` is what the folders call the paper."""
    sound = {
        key: count
        for key, count in sorted(paper.lines.items())
        if _is_sound(count, rules) and not _is_known(key, rules)
    }
    own = {key for key, count in sound.items() if _is_own(key, count, rules)}
    # What stands in two running heads, or in one that the paper prints on several pages, is its name.
    parts = Counter(
        part
        for key in own
        for part in set(fields(key)) - {key}
        for _ in range(2 if _is_on_several(sound[key]) else 1)
    )
    names = {part for part, times in parts.items() if times > 1} | {title}
    least = rules.number("lessons.share")
    for key, count in sound.items():
        if key in own or (_share(count) >= least and (key in names or title in fields(key))):
            yield key, count


def _share(count: _Count) -> float:
    return count.seen / (count.last - count.first + 1)


def _is_sound(count: _Count, rules: Rules) -> bool:
    """Whether a line recurs, and neither heads a column nor belongs to the text."""
    return (
        count.seen >= rules.number("lessons.fewest_editions")
        and count.leads <= rules.number("lessons.leads") * count.pages
        and count.inside <= rules.number("lessons.inside") * count.seen
    )


def _is_own(key: str, count: _Count, rules: Rules) -> bool:
    """Whether a sound line is the page's own by itself.

    It carries the page's label or the weekday; or it recurs more and carries a date, stands on several
    pages of half of the editions, or above the label.  A bare name on one page of an edition may be a
    column's.
    """
    if is_numbered(key):
        return _share(count) >= rules.number("lessons.share_labelled")
    crowning = count.crowns >= rules.number("lessons.crowns") * count.pages
    own = is_labelled(key) or crowning or _is_on_several(count)
    return own and _share(count) >= rules.number("lessons.share")


def _is_on_several(count: _Count) -> bool:
    return 2 * count.several >= count.seen


def _is_known(key: str, rules: Rules) -> bool:
    """Whether the rules know such lines as something else than furniture."""
    # With one digit and with two, and apart: what a rule says of a line may hang on that.
    lines = [example(key, number) for number in ("1", "12", " 1", "1 ")]
    return (
        any(p.fullmatch(line) for line in lines for kind in _KNOWN_WHOLE for p in rules.patterns(kind))
        or any(p.search(line) for line in lines for kind in _KNOWN_WITHIN for p in rules.patterns(kind))
        or any(p.match(line) for line in lines for kind in _KNOWN_START for p in rules.patterns(kind))
    )
