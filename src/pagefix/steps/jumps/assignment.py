"""One assignment an edition: every mark and every part is used once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from pagefix.matching.assigning import best_pairs
from pagefix.model import Way
from pagefix.steps.jumps.ends import Edition, Mark
from pagefix.steps.jumps.evidence import AtBest, Candidate, Evidence, weigh

Key = TypeVar("Key")

# A folder of more pages than this is no edition: labels that name no page of it say nothing.
_LARGEST_EDITION = 64
# Sums of the same numbers in another order differ by less.
_ROUNDED = 1e-9


@dataclass(frozen=True, slots=True)
class Link:
    """A jump that was followed, with its log-odds."""

    jump: Candidate
    score: float


def candidates(edition: Edition) -> Iterator[Candidate]:
    """Every jump that a mark suggests.

    A leaving mark may have been read into another story of its page, so each story there
    may be the one that jumps.  Where only one end's mark was found the other end may be
    any story of the page that it points to.
    """
    leaving = [mark for mark in edition.marks if mark.way is Way.TO]
    landing = [mark for mark in edition.marks if mark.way is Way.FROM]
    landed = {mark.story for mark in landing}
    on = {sheet: edition.stories_on(sheet) for sheet in {mark.sheet for mark in edition.marks}}
    for here in leaving:
        for there in landing:
            if _may_meet(edition, here, there):
                yield from (
                    Candidate(here, there, first, there.story)
                    for first in on[here.sheet]
                    if first != there.story
                )
        for sheet in edition.sheets(here.points_to):
            if sheet != here.sheet:
                second = [n for n in edition.stories_on(sheet) if n not in landed]
                yield from (Candidate(here, None, first, n) for first in on[here.sheet] for n in second)
    for there in landing:
        # A story that has a mark to that page needs no lost one.
        marked = {here.story for here in leaving if there.sheet in edition.sheets(here.points_to)}
        for sheet in edition.sheets(there.points_to):
            if sheet != there.sheet:
                bare = [n for n in edition.stories_on(sheet) if n not in marked]
                yield from (Candidate(None, there, n, there.story) for n in bare)


def _may_meet(edition: Edition, leaving: Mark, landing: Mark) -> bool:
    if leaving.sheet == landing.sheet:
        return False
    to, back = edition.sheets(leaving.points_to), edition.sheets(landing.points_to)
    if to or back:
        return landing.sheet in to or leaving.sheet in back
    return len(edition.pages) <= _LARGEST_EDITION


def assign(edition: Edition, evidence: Evidence, weights: Mapping[str, float]) -> list[Link]:
    """The jumps that together are likeliest; what is less likely than not stays open."""
    weights = dict(weights)  # asked a thousand times: a view takes twice as long
    # Few may be likelier than not, 450 of 13,800 in sixty editions: only their sentences are weighed.
    at_best = AtBest(evidence, weights)
    suggested = [one for one in candidates(edition) if at_best(one) > -_ROUNDED]
    evidence.prepare(suggested)
    scores = [weigh(evidence.features(one), weights) for one in suggested]
    return choose([Link(one, score) for one, score in zip(suggested, scores, strict=True) if score > 0])


def choose(links: Sequence[Link]) -> list[Link]:
    """Of jumps with positive log-odds those that use every mark and every part once."""
    paired = _best_of(links, [_leaving(k.jump) for k in links], [_landing(k.jump) for k in links])
    pairs = {(_leaving(k.jump), _landing(k.jump)) for k in paired}
    # Which story jumps there is decided apart: two marks of a page may have one favourite.
    left = [k for k in links if (_leaving(k.jump), _landing(k.jump)) in pairs]
    return _best_of(left, [(_leaving(k.jump), _landing(k.jump)) for k in left], [k.jump.first for k in left])


def _leaving(jump: Candidate) -> tuple[int, int, int]:
    mark = jump.leaving
    return (jump.first, -1, -1) if mark is None else (mark.sheet, mark.story, mark.at)


def _landing(jump: Candidate) -> tuple[int, int, int]:
    mark = jump.landing
    return (jump.second, -1, -1) if mark is None else (mark.sheet, mark.story, mark.at)


def _best_of(links: Sequence[Link], rows: Sequence[Key], columns: Sequence[Key | int]) -> list[Link]:
    if not links:
        return []
    row_of = {key: n for n, key in enumerate(dict.fromkeys(rows))}
    column_of = {key: n for n, key in enumerate(dict.fromkeys(columns))}
    gain = np.zeros((len(row_of), len(column_of)))
    best: dict[tuple[int, int], Link] = {}
    for link, row, column in zip(links, rows, columns, strict=True):
        at = row_of[row], column_of[column]
        if link.score > gain[at]:
            gain[at] = link.score
            best[at] = link
    return [best[at] for at in best_pairs(gain) if at in best]
