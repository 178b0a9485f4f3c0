"""What heading marks say, read by the page's own use of them.

One page has ``#`` for articles and ``##`` for crossheads, the next the other way round, a
third prints every heading bold.  So a mark counts by its rank among the levels that the
page has, and by what the page's other blocks of that level do: whether they open stories
(an author, a deck or a dateline below, a kicker above) and whether the words change there.
"""

from __future__ import annotations

from collections.abc import Sequence

from pagefix.steps.blocks.drafts import Draft, Features

_BOLD = 4
# What stands next to a block that opens a story.
_OPENS = frozenset({
    "before.kicker", "before.edge", "before.signs_off", "before.note",
    "after.byline", "after.deck", "after.dateline", "after.jump",
})  # fmt: skip
# How much changes where the words above and below a block differ, by their likeness.
_SPEAK = ("near.across", "near.above", "near.below")


def mark_features(drafts: Sequence[Draft], rows: Sequence[Features | None]) -> dict[int, Features]:
    """The features of the marks, for every position that has a row."""
    levels: dict[int, list[int]] = {}
    for at, row in enumerate(rows):
        if row is not None and drafts[at].level:
            levels.setdefault(drafts[at].level, []).append(at)
    marked = sorted(at for members in levels.values() for at in members)
    return {at: _marks(drafts, rows, at, levels, marked) for at, row in enumerate(rows) if row is not None}


def _marks(
    drafts: Sequence[Draft],
    rows: Sequence[Features | None],
    at: int,
    levels: dict[int, list[int]],
    marked: Sequence[int],
) -> Features:
    level = drafts[at].level
    if not level:
        return {"page.marked": float(bool(marked)), "level.none_on_marked_page": float(bool(marked))}
    others = [n for n in levels[level] if n != at]
    rest = [_votes(rows, members) for other, members in levels.items() if other != level]
    features: Features = {
        "page.marked": 1.0,
        f"level.rank_{min(sorted(levels).index(level), 2)}": 1.0,
        "level.only": float(len(levels) == 1),
        "level.bold": float(level == _BOLD),
        "level.share": len(levels[level]) / len(marked),
        "level.first": float(drafts[marked[0]].level == level),
        "level.opens": _votes(rows, others),
        "level.others_open": max(rest, default=0.0),
        "level.alone": float(not others),
        # A page has a headline before it has crossheads.
        "level.only_first": float(len(levels) == 1 and at == marked[0]),
    }
    for name in _SPEAK:
        features[f"level.{name}"] = _mean(rows, others, name)
    for side, near in (("before", at - 1), ("after", at + 1)):
        beside = drafts[near].level if 0 <= near < len(drafts) else 0
        if beside:
            features[f"{side}.marked_same" if beside == level else f"{side}.marked_other"] = 1.0
            features[f"{side}.marked_higher"] = float(beside < level)
    return features


def _votes(rows: Sequence[Features | None], members: Sequence[int]) -> float:
    """The share of blocks that open a story, as if one more had that does not."""
    opening = sum(1 for n in members if not _OPENS.isdisjoint(rows[n] or ()))
    return opening / (len(members) + 1)


def _mean(rows: Sequence[Features | None], members: Sequence[int], name: str) -> float:
    return sum((rows[n] or {}).get(name, 0.0) for n in members) / (len(members) + 1)
