"""How likely are two parts on two pages one story?  Named numbers, weighed by ``jumps.link``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from rapidfuzz import fuzz

from pagefix.evidence.affinity import Affinity
from pagefix.evidence.seams import Weights, log_odds
from pagefix.matching.keys import fold
from pagefix.model import Way
from pagefix.rules import Rules
from pagefix.steps.jumps.ends import Edition, Mark, Part, body_before, part_of

Features = dict[str, float]

SAME = 85.0
"""Two headlines are one above this likeness in per cent: OCR spoils one character in ten at worst."""
_SHORTENED = 90.0
# A headline of less than this many characters is contained in too many others.
_SHORTEST = 4
_MOST = 3.0


class Candidate(NamedTuple):
    """A possible jump: from the story ``first``, by ``leaving``, to ``second``, by ``landing``.

    A mark that was not found is None; never both.
    """

    leaving: Mark | None
    landing: Mark | None
    first: int
    second: int


@dataclass(frozen=True, slots=True)
class _Likeness:
    """Of the stories of two pages the words that each pair shares, and the most that each second one does."""

    of: dict[tuple[int, int], float]
    best: dict[int, float]


class Evidence:
    """What speaks for and against the candidates of one edition."""

    def __init__(self, edition: Edition, rules: Rules) -> None:
        self.edition = edition
        self._seams = Weights.read(rules.weights, rules.words)
        self._parts: dict[int, Part] = {}
        self._odds: dict[tuple[str, str], float] = {}
        self._near: dict[tuple[int, int], _Likeness] = {}
        self._titles: dict[tuple[str, str], Features] = {}
        self._stories: dict[tuple[int, int], tuple[Features, Features]] = {}
        self._above: dict[Mark, str] = {}
        self._only_two: dict[tuple[Mark, Mark], bool] = {}

    def part(self, story: int) -> Part:
        found = self._parts.get(story)
        if found is None:
            found = part_of(self.edition.stories[story], self.edition.sheet_of[story])
            self._parts[story] = found
        return found

    def features(self, one: Candidate) -> Features:
        """Named numbers between about -3 and 3."""
        row = self._but_seams(one)
        first, second = self.part(one.first), self.part(one.second)
        seam = self.cut(first.tail, second.head)
        name = "none" if seam is None else "joins" if seam > 0 else "parts"
        row[f"seam.{name}"] = 1.0 if seam is None else seam
        row["second.fresh"] = float(second.fresh)
        if one.leaving is not None and one.leaving.story != one.first:
            row[_elsewhere(row)] = 1.0
            row["leaving.other_joins"] = max(0.0, self.cut(self.above(one.leaving), second.head) or 0.0)
        return row

    def _but_seams(self, one: Candidate) -> Features:
        """What headlines, marks and shared words say."""
        titles, words = self._of_stories(one.first, one.second)
        return titles | self.pages(one) | words

    def _of_stories(self, one: int, other: int) -> tuple[Features, Features]:
        """What the headlines of two stories say, and what their words do, whichever marks they have."""
        found = self._stories.get((one, other))
        if found is None:
            shared, nearest = self.shared(one, other)
            words = {"words": shared, "words.nearest": float(nearest)}
            found = self._stories[one, other] = self.headlines(one, other), words
        return found

    def shared(self, one: int, other: int) -> tuple[float, bool]:
        """How much of their words two stories share, and whether of that page ``one`` shares most."""
        near = self._likeness(self.edition.sheet_of[one], self.edition.sheet_of[other])
        mine = near.of[one, other]
        return min(_MOST, mine), mine > 0 and mine == near.best[other]

    def above(self, mark: Mark) -> str:
        """The paragraph that a leaving mark stands under."""
        found = self._above.get(mark)
        if found is None:
            blocks = self.edition.stories[mark.story].blocks
            at = body_before(blocks, mark.at)
            found = self._above[mark] = fold(blocks[at].text) if at is not None else ""
        return found

    def prepare(self, jumps: Sequence[Candidate]) -> None:
        """Weighs at once all sentences that the candidates would put together: one by one it takes longer."""
        stories = {(one.first, one.second) for one in jumps}
        asked = {(self.part(first).tail, self.part(second).head) for first, second in stories}
        elsewhere = {
            (one.leaving, one.second)
            for one in jumps
            if one.leaving is not None and one.leaving.story != one.first
        }
        asked |= {(self.above(mark), self.part(second).head) for mark, second in elsewhere}
        pairs = sorted(pair for pair in asked if all(pair))
        self._odds.update(zip(pairs, log_odds(pairs, self._seams), strict=True))

    def cut(self, tail: str, head: str) -> float | None:
        """Log-odds that ``head`` goes on in the sentence of ``tail``, or None where one is missing."""
        if not tail or not head:
            return None
        found = self._odds.get((tail, head))
        if found is None:
            found = self._odds[tail, head] = log_odds([(tail, head)], self._seams)[0]
        return max(-_MOST, min(_MOST, found))

    def headlines(self, one: int, other: int) -> Features:
        """What the headlines of two stories say."""
        first, second = self.part(one).title, self.part(other).title
        found = self._titles.get((first, second))
        if found is None:
            found = self._titles[first, second] = headline_features(first, second)
        return found

    def pages(self, one: Candidate) -> Features:
        """What the marks and the pages that they name say."""
        edition, row = self.edition, {}
        for name, mark, other in (("leaving", one.leaving, one.second), ("landing", one.landing, one.first)):
            if mark is None:
                row[f"{name}.lost"] = 1.0
            elif edition.sheet_of[other] in edition.sheets(mark.points_to):
                row[f"{name}.points_here"] = 1.0
            else:
                row[f"{name}.points_away"] = 1.0
        if one.leaving is not None and one.landing is not None and self._alone(one.leaving, one.landing):
            row["marks.only_two"] = 1.0
        return row

    def _alone(self, leaving: Mark, landing: Mark) -> bool:
        """Whether two marks point at each other's page, and no other ones of these pages do."""
        found = self._only_two.get((leaving, landing))
        if found is None:
            found = self._only_two[leaving, landing] = self._meet_alone(leaving, landing)
        return found

    def _meet_alone(self, leaving: Mark, landing: Mark) -> bool:
        edition = self.edition
        there = [
            mark
            for mark in edition.marks
            if (mark.way, mark.sheet) in ((Way.TO, leaving.sheet), (Way.FROM, landing.sheet))
            and (landing.sheet if mark.way is Way.TO else leaving.sheet) in edition.sheets(mark.points_to)
        ]
        return len(there) == 2 and leaving in there and landing in there

    def _likeness(self, sheet: int, other: int) -> _Likeness:
        """The words shared by the stories of two pages, counted among those only."""
        found = self._near.get((sheet, other))
        if found is None:
            these, those = self.edition.stories_on(sheet), self.edition.stories_on(other)
            near = Affinity([self.part(n).text for n in (*these, *those)])
            i = np.repeat(np.arange(len(these)), len(those))
            j = np.tile(np.arange(len(those)), len(these)) + len(these)
            likeness = near(i, j)
            pairs = [(a, b) for a in these for b in those]
            best = likeness.reshape(len(these), len(those)).max(axis=0, initial=0.0)
            found = _Likeness(
                dict(zip(pairs, likeness.tolist(), strict=True)),
                dict(zip(those, best.tolist(), strict=True)),
            )
            self._near[sheet, other] = found
        return found


class AtBest:
    """The log-odds of candidates, did the sentences that each puts together speak for it as they can.

    Asked of all, sixty thousand times for four hundred pages: what two stories say is added up once
    for all marks, and what two marks say of two pages once for all stories there.
    """

    def __init__(self, evidence: Evidence, weights: Mapping[str, float]) -> None:
        self._evidence, self._weights = evidence, weights
        joins, parts, none, other = (weights.get(name, 0.0) for name in _SEAMS)
        self._seams = max(0.0, _MOST * joins, -_MOST * parts, none) + max(0.0, _MOST * other)
        self._words, self._nearest = weights.get("words", 0.0), weights.get("words.nearest", 0.0)
        self._fresh = weights.get("second.fresh", 0.0)
        self._stories: dict[tuple[int, int], tuple[float, float]] = {}
        self._marks: tuple[Mark | None, Mark | None, int, int] | None = None
        self._pages = 0.0

    def __call__(self, one: Candidate) -> float:
        leaving, landing, first, second = one
        stories = self._stories.get((first, second))
        if stories is None:
            stories = self._stories[first, second] = self._of_stories(first, second)
        # Candidates of the same marks come one after the other.
        sheet_of = self._evidence.edition.sheet_of
        marks = leaving, landing, sheet_of[first], sheet_of[second]
        if marks != self._marks:
            self._marks, self._pages = marks, weigh(self._evidence.pages(one), self._weights)
        return stories[leaving is not None and leaving.story != first] + self._pages

    def _of_stories(self, first: int, second: int) -> tuple[float, float]:
        """What two stories say, and what they do if the leaving mark was read into another one."""
        evidence, weights = self._evidence, self._weights
        titles = evidence.headlines(first, second)
        shared, nearest = evidence.shared(first, second)
        worth = self._seams + self._words * shared + self._nearest * nearest
        worth += self._fresh * evidence.part(second).fresh
        worth += sum([weights.get(name, 0.0) for name in titles])
        return worth, worth + weights.get(_elsewhere(titles), 0.0)


_SEAMS = ("seam.joins", "seam.parts", "seam.none", "leaving.other_joins")


def _elsewhere(row: Features) -> str:
    """What it is called that the leaving mark was read into another story."""
    known = "headline.same" in row or "headline.shortened" in row
    return "leaving.elsewhere.known" if known else "leaving.elsewhere"


def headline_features(first: str, second: str) -> Features:
    """Whether the part that lands has the first one's headline; both as keys."""
    if not second:
        return {"headline.missing": 1.0}
    if not first:
        return {"headline.none_above": 1.0}
    if same_title(first, second):
        return {"headline.same": 1.0}
    if shortened(first, second):
        return {"headline.shortened": 1.0}
    return {"headline.other": 1.0}


def same_title(one: str, other: str) -> bool:
    """Whether two headlines are one, some characters misread."""
    return one == other or fuzz.ratio(one, other) >= SAME


def shortened(whole: str, part: str) -> bool:
    """Whether ``part`` is a piece of the headline ``whole``."""
    return _SHORTEST <= len(part) <= len(whole) and fuzz.partial_ratio(whole, part) >= _SHORTENED


def weigh(row: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """The log-odds of a candidate."""
    total = 0.0
    for name, value in row.items():
        total += weights.get(name, 0.0) * value
    return weights.get("bias", 0.0) + total
