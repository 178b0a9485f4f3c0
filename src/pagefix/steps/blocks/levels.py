"""What heading marks say, read by the page's own use of them.

One page has ``#`` for articles and ``##`` for crossheads, the next the other way round, a
third prints every heading bold.  So a mark counts by its rank among the levels that the
page has, and by what the page's other blocks of that level do: whether they open stories
(an author, a deck or a dateline below, a kicker above) and whether the words change there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pagefix.model import Role
from pagefix.steps.blocks.drafts import Draft, Features

_BOLD = 4
# The length of a headline in two printed lines (what is shorter than five characters may be anything),
# and what no headline ends with.
_HEADLINE = range(5, 31)
_ENDS = "。！？，；：）)"
_BELOW_HEADLINES = frozenset({Role.DECK, Role.BYLINE, Role.DATELINE, Role.JUMP})
_PROSE = 40
# What stands next to a block that opens a story.
_OPENS = frozenset({
    "before.kicker", "before.edge", "before.signs_off", "before.note",
    "after.byline", "after.deck", "after.dateline", "after.jump",
})  # fmt: skip
# How much changes where the words above and below a block differ, by their likeness.
_SPEAK = ("near.across", "near.above", "near.below")


@dataclass(frozen=True, slots=True)
class _Level:
    """The blocks of one level: how many, how many of them open a story, and what they sum up to."""

    size: int
    opening: int
    sums: Features


def mark_features(drafts: Sequence[Draft], rows: Sequence[Features | None]) -> dict[int, Features]:
    """The features of the marks, for every position that has a row."""
    members: dict[int, list[Features]] = {}
    first = -1
    for at, row in enumerate(rows):
        if row is not None and drafts[at].level:
            members.setdefault(drafts[at].level, []).append(row)
            first = at if first < 0 else first
    levels = {level: _level(members[level]) for level in sorted(members)}
    bare: Features = {"page.marked": 1.0, "level.none_on_marked_page": 1.0} if levels else _UNMARKED
    found = {
        at: _marks(drafts, row, at, levels, first) if drafts[at].level else bare
        for at, row in enumerate(rows)
        if row is not None
    }
    if levels and 0 in found and _bare_top(drafts):
        found = {at: _DOUBTFUL if row is bare else row for at, row in found.items()} | {0: _UNMARKED}
    elif levels and (opening := _bare_openings(drafts, rows)) > sum(each.opening for each in levels.values()):
        # Where even all marks together are fewer, they say nothing.
        few = sum(each.size for each in levels.values()) < opening
        found = {at: (_UNMARKED if few else _DOUBTFUL) if row is bare else row for at, row in found.items()}
    return found


# What it says of a line that it has no mark: where the page has none, and where those that it has are not,
# or not all, for headlines.
_UNMARKED: Features = {"page.marked": 0.0}
_DOUBTFUL: Features = {"page.marked": 1.0, "level.none_below_bare_top": 1.0}


def _bare_openings(drafts: Sequence[Draft], rows: Sequence[Features | None]) -> int:
    """How many lines without a mark look like headlines and open a story.

    More of them than of marked ones: the marks are for crossheads, or for what is bold.
    """
    return sum(
        not draft.level and row is not None and _is_headline_like(draft.text) and _opens(row)
        for draft, row in zip(drafts, rows, strict=True)
    )


def _is_headline_like(text: str) -> bool:
    return len(text) in _HEADLINE and text[-1] not in _ENDS


def _bare_top(drafts: Sequence[Draft]) -> bool:
    """Whether the page begins with a line that looks like a headline above its story and has no mark.

    Then the marks farther down say little of headlines: they are for crossheads, or for what is
    bold.  A line above another line may be the page's own name.
    """
    top, below = drafts[0], drafts[1] if len(drafts) > 1 else drafts[0]
    heads = below.role in _BELOW_HEADLINES or (below.role in (None, Role.BODY) and len(below.text) > _PROSE)
    return not top.level and heads and _is_headline_like(top.text)


def _level(rows: Sequence[Features]) -> _Level:
    sums = {name: sum(row.get(name, 0.0) for row in rows) for name in _SPEAK}
    return _Level(len(rows), sum(map(_opens, rows)), sums)


def _opens(row: Features) -> bool:
    return not _OPENS.isdisjoint(row)


def _marks(
    drafts: Sequence[Draft], row: Features, at: int, levels: Mapping[int, _Level], first: int
) -> Features:
    """``first`` is the place of the first marked block."""
    level = drafts[at].level
    mine = levels[level]
    # A share of opening blocks counts one more that opens none; without the block itself that is one for it.
    rest = [other.opening / (other.size + 1) for number, other in levels.items() if number != level]
    features: Features = {
        "page.marked": 1.0,
        f"level.rank_{min(list(levels).index(level), 2)}": 1.0,
        "level.only": float(len(levels) == 1),
        "level.bold": float(level == _BOLD),
        "level.share": mine.size / sum(each.size for each in levels.values()),
        "level.first": float(drafts[first].level == level),
        "level.opens": (mine.opening - _opens(row)) / mine.size,
        "level.others_open": max(rest, default=0.0),
        "level.alone": float(mine.size == 1),
        # A page has a headline before it has crossheads.
        "level.only_first": float(len(levels) == 1 and at == first),
    }
    for name in _SPEAK:
        features[f"level.{name}"] = (mine.sums[name] - row.get(name, 0.0)) / mine.size
    for side, near in (("before", at - 1), ("after", at + 1)):
        beside = drafts[near].level if 0 <= near < len(drafts) else 0
        if beside:
            features[f"{side}.marked_same" if beside == level else f"{side}.marked_other"] = 1.0
            features[f"{side}.marked_higher"] = float(beside < level)
    return features
