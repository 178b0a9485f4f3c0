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
import numpy.typing as npt

from pagefix.evidence.ends import Floats, Ints, ends_sentence
from pagefix.evidence.printed import first_line, is_short, line_widths, set_width
from pagefix.evidence.seams import Weights, log_odds
from pagefix.matching.assigning import best_pairs
from pagefix.matching.keys import fold
from pagefix.model import Block, Role, Trimmed
from pagefix.rules import Rules

Flags = npt.NDArray[np.bool_]

# What is set in columns; a picture with its words may stand across them.
_SET = (Role.BODY, Role.CROSSHEAD)
# A story is set in two columns and more, hardly over more than a page has.
_COLUMNS = range(2, 8)
# So much of a story must be printed lines.
_LINES = 0.4
# A longer one is left as it was read: the work grows with the square of its blocks.
_LONGEST = 90
# How many readings are followed at a time: with half as many, one that was worth more was lost on a story of
# four columns; fifteen times as many decided no story otherwise.
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
    found = [_reading(follows, lines, columns) for columns in _COLUMNS if 2 * columns <= len(texts)]
    best = max((reading for reading in found if reading is not None), default=None)
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


class _Paths(NamedTuple):
    """Ways to read a story up to a block, an entry each: what each is worth, and how it would have been set.

    ``column`` is the one that is read now, ``last`` where it begins, ``heads`` where the first band's
    columns begin, ``above`` where the columns of the last band end and ``ends`` those of this one that are
    read, each as one number (`_packed`); ``height`` is that of this band's first column, in lines.
    """

    worth: Floats
    column: Ints
    last: Ints
    heads: Ints
    above: Ints
    ends: Ints
    height: Floats

    def of(self, where: Ints) -> _Paths:
        return _Paths._make(part[where] for part in self)


# Places in a story, one more than each, in so many bits of a number.
_BITS = _LONGEST.bit_length()


def _packed(at: int, place: Ints) -> Ints:
    """Block ``at`` as the entry number ``place`` of a row of blocks."""
    return (at + 1) << _BITS * place


def _unpacked(packed: Ints, place: Ints | int) -> Ints:
    """The entry number ``place`` of each row of blocks."""
    return (packed >> _BITS * place & (1 << _BITS) - 1) - 1


def _reading(
    follows: Floats, lines: Sequence[float], columns: int
) -> tuple[float, int, tuple[int, ...]] | None:
    """The best way to read the story in bands of so many columns: its worth, and where stretches begin."""
    top = np.array([0.0, *accumulate(lines)])
    nothing, zero = np.zeros(1, np.int64), np.zeros(1)
    paths = _Paths(zero, nothing, nothing, _packed(0, nothing), nothing, nothing, zero)
    # For each block which path each one came from, and whether a column begins here.
    came: list[tuple[Ints, Flags]] = []
    for at in range(1, len(lines)):
        on = paths._replace(worth=paths.worth + follows[at - 1, at])
        changed = _changed(paths, at, follows, top, columns)
        further = _Paths._make(np.concatenate(parts) for parts in zip(on, changed, strict=True))
        kept = _different(further)
        came.append((kept % len(paths.worth), kept >= len(paths.worth)))
        paths = further.of(kept)
    whole = np.flatnonzero((paths.column == columns - 1) & (paths.above > 0))
    if not len(whole):
        return None
    worth = paths.worth[whole]
    # The foot of each column goes on at the head of the next.
    for column in range(columns - 1):
        foot, head = _unpacked(paths.ends[whole], column), _unpacked(paths.heads[whole], column + 1)
        worth = worth + follows[foot, head]
    best = int(worth.argmax())
    return float(worth[best]), columns, _begins(came, int(whole[best]))


def _changed(paths: _Paths, at: int, follows: Floats, top: Floats, columns: int) -> _Paths:
    """The paths if another column begins at block ``at``: the next one, or the first of the next band."""
    worth, column, last, heads, above, ends, old_height = paths
    first = column == 0
    height = top[at] - top[last]
    uneven = np.where(first, 0.0, np.maximum(0.0, np.abs(height - old_height) - _UNEVEN))
    ends = ends | _packed(at - 1, column)
    below = column + 1 == columns
    heads = np.where((above == 0) & ~below, heads | _packed(at, column + 1), heads)
    above, ends, column = (
        np.where(below, ends, above),
        np.where(below, 0, ends),
        np.where(below, 0, column + 1),
    )
    seam = np.where(above > 0, follows[_unpacked(above, column), at], 0.0)
    worth = worth + seam - _CHANGE - np.minimum(_HIGHEST, _LINE_MORE * uneven)
    begins = np.full(len(worth), at, dtype=np.int64)
    return _Paths(worth, column, begins, heads, above, ends, np.where(first, height, old_height))


def _different(paths: _Paths) -> Ints:
    """The places of the best paths, of those with one future only the best."""
    order = np.argsort(-paths.worth, kind="stable")
    seen, kept = set(), []
    futures = zip(*(part[order].tolist() for part in paths[1:]), strict=True)
    for at, future in zip(order.tolist(), futures, strict=False):
        if future not in seen:
            seen.add(future)
            kept.append(at)
            if len(kept) == _FOLLOWED:
                break
    return np.array(kept, dtype=np.int64)


def _begins(came: Sequence[tuple[Ints, Flags]], path: int) -> tuple[int, ...]:
    """Where the stretches of the path begin that ends as number ``path``."""
    begins = []
    for at in range(len(came), 0, -1):
        origins, changed = came[at - 1]
        if changed[path]:
            begins.append(at)
        path = int(origins[path])
    return (0, *reversed(begins))


def _as_set(columns: int, begins: Sequence[int], count: int) -> list[int]:
    stretches = [range(first, last) for first, last in pairwise((*begins, count))]
    return [n for column in range(columns) for stretch in stretches[column::columns] for n in stretch]
