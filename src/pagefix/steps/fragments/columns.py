"""Columns: a story that was read across them is put back into their order.

A recogniser that does not see the columns reads a story in bands: the upper lines of the first
column, those of the second, and so on, then what stands below, again from the left.  Then each
column's text goes on not in the next block but so many blocks further down, the same number for
all of them.  One such seam is easily missed; together they show how the story was set.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise
from statistics import mode
from typing import NamedTuple

import numpy as np

from pagefix.evidence.ends import Floats, ends_sentence
from pagefix.evidence.printed import first_line, is_short, line_widths, set_width
from pagefix.evidence.seams import Weights, log_odds
from pagefix.matching.assigning import best_pairs
from pagefix.matching.keys import fold
from pagefix.model import Block, Role, Trimmed
from pagefix.rules import Rules

# What is set in columns; a picture with its words may stand across them.
_SET = (Role.BODY, Role.CROSSHEAD)
# A story is set in two columns and more, hardly over more than a page has.
_COLUMNS = range(2, 8)
# So much of a story must be printed lines.
_LINES = 0.4
# A longer one is left as it was read: the work grows with the square of its blocks.
_LONGEST = 90
# How many readings are followed at a time: with half as many, one that was worth more was lost on a story of
# four columns; fifteen times as many took five times as long and decided no story otherwise.
_FOLLOWED = 400
# The log-odds of one seam never count for more than this, as single words mislead.
_AT_MOST = 4.0
# A sentence ends with its block: any block may follow, the less the more it looks like a rest.
_AFTER_STOP = 0.5
# What each change of column costs, in log-odds: one that explains nothing is not made.
_CHANGE = 0.6
# All columns of a band are equally high but for a line; a picture may take some of one's lines.
_UNEVEN, _HIGHEST, _LINE_MORE = 0.5, 3.0, 0.5
# Fewer open ends that do not go on in the next block than these are no sign of columns.
_ASTRAY, _NOT_NEXT = 2, -1.0
# Sums of the same numbers in another order differ by less.
_ROUNDED = 1e-9


def in_columns(trimmed: Trimmed, rules: Rules) -> Trimmed:
    """The page with the blocks of each story that was read across in the order of its columns.

    Only text changes places, between one headline and the next; pictures and the like stay.
    """
    blocks = list(trimmed.blocks)
    set_in = [at for at, block in enumerate(blocks) if block.role in _SET]
    widths = dict(zip(set_in, line_widths([fold(blocks[at].text) for at in set_in]), strict=True))
    # Whole paragraphs show no columns: on damaged pages of such some seams fit bands by chance.
    if not any(widths.values()):
        return trimmed
    weights = Weights.read(rules.weights, rules.words)
    gain = rules.number("seams.least_for_columns")
    for story in _stories(blocks):
        lines = [widths[at] for at in story if widths[at]]
        if not 2 * _COLUMNS[0] <= len(story) <= _LONGEST or _LINES * len(story) > len(lines):
            continue
        order = _order([fold(blocks[at].text) for at in story], weights, mode(lines), gain)
        text = [blocks[at] for at in story]
        for at, n in zip(story, order, strict=True):
            blocks[at] = text[n]
    return replace(trimmed, blocks=tuple(blocks))


def _stories(blocks: Sequence[Block]) -> Iterator[list[int]]:
    """Where the text between two headlines stands."""
    story: list[int] = []
    for at, block in enumerate(blocks):
        if block.role is Role.HEADLINE:
            yield story
            story = []
        elif block.role in _SET:
            story.append(at)
    yield story


def _order(texts: Sequence[str], weights: Weights, width: float, gain: float) -> Sequence[int]:
    """The order in which the texts were set, in lines of ``width`` characters."""
    as_read = range(len(texts))
    is_open = [not ends_sentence(text) for text in texts]
    next_odds = log_odds(list(pairwise(texts)), weights)
    astray = sum(odds < _NOT_NEXT for odds, goes_on in zip(next_odds, is_open, strict=False) if goes_on)
    if astray < _ASTRAY:
        return as_read
    follows = _follows(texts, is_open, weights, width)
    before = sum(follows[n, n + 1] for n in range(len(texts) - 1))
    if _at_best(follows) < before + gain:
        return as_read
    lines = [max(1.0, set_width(text) / width) for text in texts]
    best, least = None, before + gain
    for columns in _COLUMNS:
        if 2 * columns <= len(texts) and (found := _reading(follows, lines, columns, least - _ROUNDED)):
            best = max(best, found) if best else found
            least = max(least, best[0])
    if best is None or best[0] < before + gain:
        return as_read
    return _as_set(best[1], best[2], len(texts))


def _at_best(follows: Floats) -> float:
    """More than the worth of any reading: each text follows the one it follows best, no two the same one.

    Every reading is such an assignment in which some columns end higher than others.  It is found in
    a millisecond; on a page that showed that no bands could gain enough, these took sixty.
    """
    worth = follows - _CHANGE
    count = len(worth)
    as_read = np.arange(count - 1), np.arange(1, count)
    worth[as_read] = follows[as_read]
    return sum(float(worth[tail, head + 1]) for tail, head in best_pairs(worth[:, 1:])) + _ROUNDED


def _follows(texts: Sequence[str], is_open: Sequence[bool], weights: Weights, width: float) -> Floats:
    """How much likelier each text follows each other one than any text does, in log-odds."""
    count = len(texts)
    pairs = [(i, j) for i in range(count) for j in range(count) if i != j and is_open[i]]
    odds = np.full((count, count), -np.inf)
    odds[tuple(np.array(pairs).T)] = log_odds([(texts[i], texts[j]) for i, j in pairs], weights, width)
    opens = np.array(is_open)[:, None]
    usual = np.log(np.maximum(np.exp(odds).sum(axis=1), 1e-9) / (count - 1))
    better = np.clip(odds - usual[:, None], -_AT_MOST, _AT_MOST)
    rest = np.clip(np.where(opens, better, -_AT_MOST).max(axis=0), 0.0, _AT_MOST)
    first = np.array([first_line(text, width) for text in texts])
    short = np.array([is_short(text, width) for text in texts])[:, None]
    # The first line of a paragraph begins nothing but one; a full line goes on with nothing that has ended.
    better = np.where(first > 0, -_AT_MOST, better)
    behind = np.where(first > 0, 0.0, np.where(short & (first < 0), -_AT_MOST, -_AFTER_STOP * rest))
    return np.asarray(np.where(opens, better, behind), dtype=np.float64)


class _Path(NamedTuple):
    """A story read up to a block: what it is worth, and how it would have been set.

    ``column`` is the one that is read now, ``begins`` where each stretch of one column begins,
    ``above`` where the columns of the last band end and ``ends`` those of this one that are
    read; ``height`` is that of this band's first column, in lines.
    """

    worth: float
    column: int
    begins: tuple[int, ...]
    above: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()
    height: float = 0.0


def _reading(
    follows: Floats, lines: Sequence[float], columns: int, least: float
) -> tuple[float, int, tuple[int, ...]] | None:
    """The best way to read the story in bands of so many columns: its worth, and where stretches begin.

    None where no way found is worth the ``least``.
    """
    goes_on = follows.tolist()
    top = [0.0, *accumulate(lines)]
    hopes = _hopes(follows, columns)
    paths = [_Path(0.0, 0, (0,))]
    for at in range(1, len(lines)):
        # What cannot be worth enough any more is not followed: with it all took ten times as long.
        enough = least - hopes[at + 1]
        further = [
            path._replace(worth=worth)
            for path in paths
            if (worth := path.worth + goes_on[at - 1][at]) >= enough
        ]
        further += [
            changed
            for path in paths
            if (changed := _changed(path, at, goes_on, top, columns)).worth >= enough
        ]
        further.sort(key=lambda path: -path.worth)
        paths = list(_different(further, columns))
    whole = [
        (path.worth + sum(goes_on[end][begin] for end, begin in _wraps(path, len(lines), columns)), path)
        for path in paths
        if path.column == columns - 1 and path.above
    ]
    if not whole:
        return None
    worth, path = max(whole)
    return worth, columns, path.begins


def _hopes(follows: Floats, columns: int) -> list[float]:
    """For each block, and for the foot of the story, more than a path can still gain from there on.

    Each block goes on from the one above or from the foot of its column; the heads of the first band's
    columns are followed last.
    """
    best = np.maximum(follows.max(axis=0), 0.0)
    each = np.append(0.0, np.maximum(np.diagonal(follows, 1), best[1:] - _CHANGE))
    heads = np.sort(best)[len(best) - columns + 1 :].sum()
    return (np.append(each[::-1].cumsum()[::-1], 0.0) + heads).tolist()  # type: ignore[no-any-return]


def _changed(
    path: _Path, at: int, goes_on: Sequence[Sequence[float]], top: Sequence[float], columns: int
) -> _Path:
    """The path if another column begins at block ``at``: the next one, or the first of the next band."""
    height = top[at] - top[path.begins[-1]]
    uneven = max(0.0, abs(height - path.height) - _UNEVEN) if path.column else 0.0
    ends = (*path.ends, at - 1)
    below = len(ends) == columns
    above = ends if below else path.above
    column = 0 if below else path.column + 1
    seam = goes_on[above[column]][at] if above else 0.0
    return _Path(
        path.worth + seam - _CHANGE - min(_HIGHEST, _LINE_MORE * uneven),
        column,
        (*path.begins, at),
        above,
        () if below else ends,
        path.height if path.column else height,
    )


def _different(paths: Sequence[_Path], columns: int) -> Iterator[_Path]:
    """The best paths, of those with one future only the best."""
    seen = set()
    for path in paths:
        future = (path.column, path.begins[-1], path.begins[:columns], path.above, path.ends, path.height)
        if future not in seen:
            seen.add(future)
            yield path
            if len(seen) == _FOLLOWED:
                return


def _wraps(path: _Path, count: int, columns: int) -> Iterator[tuple[int, int]]:
    """Where each column ends at the foot of the story, and where the next one begins at its head."""
    return zip((*path.ends, count - 1), path.begins[1:columns], strict=False)


def _as_set(columns: int, begins: Sequence[int], count: int) -> list[int]:
    stretches = [range(first, last) for first, last in pairwise((*begins, count))]
    return [n for column in range(columns) for stretch in stretches[column::columns] for n in stretch]
