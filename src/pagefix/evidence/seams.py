"""How likely does this head continue that tail: named features, weighed and summed.

Tail features look at how a fragment ends, head features at how one begins, pair features
at what lies between the two; the weights are fitted (``rules/seams.toml``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

import numpy as np

from pagefix.evidence.affinity import likeness_of
from pagefix.evidence.between import Places, affinity_columns, character_columns, pair_columns, word_columns
from pagefix.evidence.characters import Characters, characters_of
from pagefix.evidence.ends import (
    Columns,
    Floats,
    Fragment,
    Ints,
    fragment_columns,
    lone_columns,
    tail_features,
)
from pagefix.evidence.printed import line_widths

# How far a paragraph's other half may lie, in body blocks: two interleaved long articles reach
# about 40, a page read in bands a dozen upwards.
_FORWARD, _BACK = 60, 12
_WORDS = (
    "pair.word",
    "pair.long_word",
    "pair.far_word",
    "pair.known_two",
    "pair.known_three",
    "pair.known_four",
)


BENT = (
    "pair.affinity",
    "pair.affinity_around",
    "pair.affinity_next",
    "pair.far_closes",
    "pair.runs_on",
    "pair.title",
    "tail.closes",
    "head.opens",
)
"""Features that do not count in proportion: their weights change at some values.

Fitted so on one half of the articles, seams' F1 on the other half rose from 0.920 to 0.927,
and from 0.930 to 0.939 the other way round.
"""


@dataclass(frozen=True, slots=True)
class Counts:
    """What each feature counts; ``bends`` are values from which on it counts more, or less, by how much."""

    values: Mapping[str, float]
    bends: Mapping[str, Sequence[tuple[float, float]]]

    @classmethod
    def read(cls, values: Mapping[str, float]) -> Counts:
        """From fitted weights: that of ``name>value`` is added to that of ``name`` above the value."""
        bends: dict[str, list[tuple[float, float]]] = {}
        for name, count in values.items():
            base, bent, value = name.partition(">")
            if bent:
                bends.setdefault(base, []).append((float(value), count))
        return cls({name: count for name, count in values.items() if ">" not in name}, bends)

    def sum(self, columns: Columns, size: int) -> Floats:
        """What the features of ``columns`` count together, in each of ``size`` rows."""
        total, part = np.zeros(size), np.empty(size)
        for name, column in columns.items():
            if count := self.values.get(name):
                total += np.multiply(column, count, out=part)
            for value, count in self.bends.get(name, ()):
                total += count * np.maximum(0.0, column - value)
        return total


@dataclass(frozen=True, slots=True)
class Weights:
    """What the features count: fitted weights, and those of evidence that is too rare to be fitted.

    ``prose`` holds where blocks are paragraphs, ``lines`` where they are printed lines (an
    open end is the rule there); ``characters`` tell which of them follow each other, and
    begin and end paragraphs.  ``shift`` and ``slope`` make log-odds of paragraphs those that hold
    (``seams.said``).
    """

    prose: Counts
    lines: Counts
    characters: Characters
    shift: float
    slope: float

    @classmethod
    @lru_cache(maxsize=4)
    def read(
        cls, weights: Callable[[str], Mapping[str, float]], words: Callable[[str], tuple[str, ...]]
    ) -> Weights:
        """From the rules: ``weights`` gives the values of an id, ``words`` its list.

        Read once for a set of rules: a page asks a dozen times.
        """
        rare, said = weights("seams.rare"), weights("seams.said")
        return cls(
            Counts.read({**weights("seams.pair"), **rare, **weights("seams.pair.rare")}),
            Counts.read({**weights("seams.lines"), **rare}),
            characters_of(words("seams.characters")),
            said["shift"],
            said["slope"],
        )

    def says(self, score: float, printed: bool) -> float:
        """The probability that a seam of these log-odds is right; ``printed``: between printed lines."""
        return odds(score if printed else self.shift + self.slope * score)


def weigh(fragments: Sequence[Fragment], weights: Weights, known: str = "") -> tuple[Ints, Ints, Floats]:
    """Candidate pairs (tail, head) and the log-odds of each against staying open.

    ``known`` is the page's own text, in which is looked up what a seam would put together.
    """
    prose, lines = weights.prose, weights.lines
    texts = [fragment.text for fragment in fragments]
    widths = line_widths(texts)
    i, j = pairs_of(fragments, widths)
    if not len(i):
        return i, j, np.zeros(0)
    edges = weights.characters.edges(texts)
    tails, heads = fragment_columns(fragments, edges, widths)
    between = (
        pair_columns(Places.of(fragments), i, j, tails, heads)
        | character_columns(edges, i, j, tails)
        | affinity_columns(fragments, i, j)
    )
    printed = np.array(widths, dtype=bool)
    scores = _scores(prose, tails, heads, between, i, j)
    if printed.any():
        scores = np.where(printed[i], _scores(lines, tails, heads, between, i, j), scores)
    # Looking words up is the dearest evidence: only where it could still tip the balance.
    most = max(_most(prose), _most(lines))
    close = np.flatnonzero(scores + most > -1.0)
    found = word_columns(texts, i[close], j[close], tails, known)
    for counts, mine in ((prose, ~printed[i[close]]), (lines, printed[i[close]])):
        scores[close] += np.where(mine, counts.sum(found, len(close)), 0.0)
    return i, j, scores


def _most(counts: Counts) -> float:
    """How much the words at a seam can speak for it at the most."""
    return sum(max(0.0, counts.values.get(name, 0.0)) for name in _WORDS)


def _scores(counts: Counts, tails: Columns, heads: Columns, between: Columns, i: Ints, j: Ints) -> Floats:
    size = len(next(iter(tails.values())))
    scores = counts.values.get("bias", 0.0) + counts.sum(between, len(i))
    return np.asarray(scores + counts.sum(tails, size)[i] + counts.sum(heads, size)[j])


def rows_of(fragments: Sequence[Fragment], i: Ints, j: Ints, weights: Weights, known: str = "") -> Columns:
    """Every feature of every pair, for fitting: what :func:`weigh` sums up, unsummed."""
    texts = [fragment.text for fragment in fragments]
    widths, edges = line_widths(texts), weights.characters.edges(texts)
    tails, heads = fragment_columns(fragments, edges, widths)
    return (
        {name: column[i] for name, column in tails.items()}
        | {name: column[j] for name, column in heads.items()}
        | pair_columns(Places.of(fragments), i, j, tails, heads)
        | character_columns(edges, i, j, tails)
        | affinity_columns(fragments, i, j)
        | word_columns(texts, i, j, tails, known)
    )


def pairs_of(fragments: Sequence[Fragment], widths: Sequence[float]) -> tuple[Ints, Ints]:
    """Every tail with every head within reach; a paragraph that ends with a stop only with the next.

    Of 920,558 others on 932 pages, two in three of all pairs, none had log-odds above -4.  Printed
    lines (those that have a width) end with a stop by chance.
    """
    n = len(fragments)
    steps = np.array([*range(-_BACK, 0), *range(1, _FORWARD + 1)], dtype=np.int64)
    i = np.repeat(np.arange(n, dtype=np.int64), len(steps))
    j = i + np.tile(steps, n)
    sealed_tail = np.array([f.sealed_tail for f in fragments], dtype=bool)
    sealed_head = np.array([f.sealed_head for f in fragments], dtype=bool)
    inside = (j >= 0) & (j < n)
    i, j = i[inside], j[inside]
    open_both = ~sealed_tail[i] & ~sealed_head[j]
    stops = ["tail.stop" in tail_features(fragment.text) for fragment in fragments]
    ended = np.array(stops, dtype=bool) & ~np.array(widths, dtype=bool)
    asked = open_both & (~ended[i] | (j - i == 1))
    return i[asked], j[asked]


def odds(score: float) -> float:
    """Log-odds as a probability, to four digits."""
    return round(1.0 / (1.0 + float(np.exp(-score))), 4)


def log_odds(pairs: Sequence[tuple[str, str]], weights: Weights, width: float = 0.0) -> list[float]:
    """How likely each head goes on where its tail stops, if nothing lay between them.

    ``pairs`` are tails and heads, folded; the answers are in log-odds against two paragraphs.
    Each pair is judged as if it were a page of its own, all of them at once.  ``width`` is that
    of the lines in characters where the texts are printed lines, else 0.
    """
    if not pairs:
        return []
    counts = weights.lines if width else weights.prose
    texts = list(chain.from_iterable(pairs))
    tails, heads, edges = lone_columns(pairs, weights.characters, width)
    i = np.arange(0, len(texts), 2, dtype=np.int64)
    j = i + 1
    between = (
        pair_columns(Places.of_pairs(texts[1::2]), i, j, tails, heads)
        | character_columns(edges, i, j, tails)
        | {"pair.affinity_next": likeness_of(pairs)}
    )
    scores = _scores(counts, tails, heads, between, i, j)
    close = np.flatnonzero(scores + _most(counts) > -1.0)
    found = word_columns(texts, i[close], j[close], tails, "")
    scores[close] += counts.sum(found, len(close))
    return list(map(float, scores))
