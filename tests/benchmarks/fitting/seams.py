"""Seams: a softmax over heads for each tail and over tails for each head."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from pagefix.evidence.characters import Characters
from pagefix.evidence.ends import Fragment
from pagefix.evidence.printed import line_widths
from pagefix.evidence.seams import BENT, Weights, rows_of, weigh
from pagefix.matching.keys import fold
from pagefix.model import Block, Role, Span
from pagefix.rules import Rules
from pagefix.steps.blocks import find_blocks
from pagefix.steps.fragments import fragments_of
from pagefix.steps.fragments.assignment import assign
from tests.benchmarks.fitting.characters import Article, count
from tests.benchmarks.fitting.gold import GoldPage
from tests.benchmarks.fitting.tables import Floats, Ints, folds, minimum, today, toml_weights


@dataclass(frozen=True)
class SeamPage:
    """The pairs of one page: feature rows, true pairs, and which tail and head each has.

    ``counts`` says how many pairs each stands for.
    """

    edition: str
    i: Ints
    j: Ints
    columns: Mapping[str, Floats]
    true: npt.NDArray[np.bool_]
    counts: Floats
    missing: int
    shown: tuple[str, ...]
    lines: bool


def stops_lost(gold: GoldPage, fragments: Sequence[Fragment]) -> list[Fragment]:
    """Fragments as a reader leaves them that misses small stops at paragraphs' ends, on one page in six."""
    dice = random.Random(f"{gold.edition}/{gold.page.path}")
    often = dice.choice((0.0, 0.0, 0.0, 0.0, 0.0, 0.12))
    return [
        f._replace(text=f.text[:-1])
        if f.text[-1:] == "。" and len(f.text) > 1 and dice.random() < often
        else f
        for f in fragments
    ]


@dataclass(frozen=True)
class Halves:
    """The articles in two halves, and for each of these what the other one teaches of characters."""

    stories: Mapping[Article, int]
    taught: tuple[Weights, Weights]

    @classmethod
    def of(
        cls, articles: Mapping[Article, Sequence[str]], stories: Mapping[Article, int], weights: Weights
    ) -> Halves:
        first, second = (
            Characters(count({a: text for a, text in articles.items() if stories[a] % 2 != half}, stories))
            for half in (0, 1)
        )
        return cls(stories, (replace(weights, characters=first), replace(weights, characters=second)))

    def half(self, edition: str, article: str) -> int:
        return self.stories.get((edition, article), 0) % 2


def seam_pages(gold: GoldPage, rules: Rules, halves: Halves) -> list[SeamPage]:
    """The seams of one page: those of its paragraphs, and those of its printed lines."""
    blocks = without_repeats(gold, find_blocks(gold.page, rules).blocks)
    bodies = [at for at, block in enumerate(blocks) if block.role is Role.BODY]
    fragments = stops_lost(gold, fragments_of(blocks, bodies, gold.lost))
    i, j, likely = weigh(fragments, halves.taught[0], fold(gold.page.text))
    if not len(i):
        return []
    ends = [_edge(gold, blocks[at], last=True) for at in bodies]
    starts = [_edge(gold, blocks[at], last=False) for at in bodies]
    follows: dict[tuple[str, int], list[tuple[int, int]]] = {}
    for at, (article, number, place) in enumerate(starts):
        follows.setdefault((article, number), []).append((place, at))
    wanted = set()
    for at, (article, number, place) in enumerate(ends):
        later = [(p, n) for p, n in follows.get((article, number), []) if p > place and n != at]
        if article and later:
            wanted.add((at, min(later)[1]))
    true = np.array([(a, b) in wanted for a, b in zip(i.tolist(), j.tolist(), strict=True)])
    # What today's weights hold to be out of the question would only slow the fit: a sample of
    # it stands for the rest, so that the fit still knows why it is out of the question.
    counts = np.where(true | (likely > _OUT_OF_THE_QUESTION), 1.0, 0.0)
    counts[np.flatnonzero(counts == 0)[::_SAMPLE]] = _SAMPLE
    kept = counts > 0
    i, j, true, counts = i[kept], j[kept], true[kept], counts[kept]
    columns = _columns(gold, fragments, i, j, (ends, starts), halves)
    printed = np.array(line_widths([f.text for f in fragments]), dtype=bool)
    shown = tuple(fragment.text for fragment in fragments)
    pages = []
    # Where some blocks are printed lines, most of the others are lines too, only too few to be told:
    # they would teach that verse runs on.
    for lines in (True,) if printed.any() else (False,):
        mine = printed[i] == lines
        if mine.any():
            part = {name: column[mine] for name, column in columns.items()}
            missing = sum(bool(printed[a]) == lines for a, _ in wanted) - int(true[mine].sum())
            pages.append(
                SeamPage(
                    gold.edition, i[mine], j[mine], part, true[mine], counts[mine], missing, shown, lines
                )
            )
    return pages


def _columns(
    gold: GoldPage,
    fragments: Sequence[Fragment],
    i: Ints,
    j: Ints,
    edges: tuple[Sequence[tuple[str, int, int]], Sequence[tuple[str, int, int]]],
    halves: Halves,
) -> dict[str, Floats]:
    """The features of the pairs, each told by what the other half of the articles teaches."""
    first, second = (rows_of(fragments, i, j, taught, fold(gold.page.text)) for taught in halves.taught)
    of_tail, of_head = (
        np.array([halves.half(gold.edition, article) for article, _, _ in edge], dtype=bool) for edge in edges
    )
    return {
        name: np.where(of_head[j] if name.startswith("head.") else of_tail[i], second[name], column)
        for name, column in first.items()
    }


# In log-odds: all heads of a page together weigh less than half against staying open.
_OUT_OF_THE_QUESTION = -5.0
_SAMPLE = 12


def without_repeats(gold: GoldPage, blocks: Sequence[Block]) -> list[Block]:
    kept = []
    for block in blocks:
        pieces: list[Span] = []
        for page, start, end in block.pieces:
            at = start
            for n in range(start, end + 1):
                if n == end or n in gold.repeated:
                    if n > at:
                        pieces.append(Span(page, at, n))
                    at = n + 1
        text = "".join(gold.page.text[p.start : p.end] for p in pieces)
        if any(map(str.isalnum, text)):
            kept.append(replace(block, pieces=tuple(pieces), text=text))
    return kept


def _edge(gold: GoldPage, block: Block, *, last: bool) -> tuple[str, int, int]:
    offsets = [
        at for piece in block.pieces for at in range(piece.start, piece.end) if gold.page.text[at].isalnum()
    ]
    for at in reversed(offsets) if last else offsets:
        if at in gold.truth and gold.truth[at][0] == "body":
            _, article, number, place = gold.truth[at]
            return article, number, place
    return "", -1, -1


# Evidence that can speak one way only, whatever else is correlated with it in the data at hand.
_SIGNS = {
    **dict.fromkeys(
        (
            "tail.stop", "tail.quote_end", "tail.semicolon", "tail.bracket", "tail.verse", "tail.short_line",
            "head.verse", "head.new_paragraph", "head.quote", "head.after_headline", "pair.verse",
            "pair.back", "pair.quote_astray", "tail.closes", "head.opens",
            "tail.line_below_headline", "head.indented",
            "pair.same_far", "pair.over_one_far", "pair.over_more_far", "pair.single_without_word",
        ),
        -1,
    ),
    **dict.fromkeys(
        (
            "tail.unclosed", "tail.dangling", "tail.full_line", "head.flush", "head.never_first", "pair.word",
            "pair.long_word", "pair.far_word", "pair.known_two", "pair.known_three", "pair.known_four",
            "pair.affinity", "pair.affinity_around", "pair.affinity_next", "pair.title",
            "pair.touching_prose", "pair.quote_closes", "pair.stop_quote_closes", "pair.runs_on",
        ),
        1,
    ),
}  # fmt: skip


def fit_pairs(pages: Sequence[SeamPage], ridge: float, near: Mapping[str, float]) -> dict[str, float]:
    """The weights; the ridge draws them to ``near``, which may hold what other data have taught."""
    names = ["bias", *sorted({name for page in pages for name in page.columns})]
    x = np.concatenate([_stack(page, names).astype(np.float32) for page in pages])
    y = np.concatenate([page.true for page in pages]).astype(float)
    tails, heads, offset = [], [], 0
    for page in pages:
        tails.append(page.i + offset)
        heads.append(page.j + offset)
        offset += len(page.shown)
    i, j = np.concatenate(tails), np.concatenate(heads)
    start = np.array([near.get(name, 0.0) for name in names])
    counts = np.concatenate([page.counts for page in pages])

    def loss(w: Floats) -> tuple[float, Floats]:
        scores = np.clip(x @ w, -30, 30)
        e = counts * np.exp(scores)
        by_tail, by_head = 1 + np.bincount(i, e, offset), 1 + np.bincount(j, e, offset)
        value = np.log(by_tail).sum() + np.log(by_head).sum() - 2 * (scores * y).sum()
        slope = x.T @ (e / by_tail[i] + e / by_head[j] - 2 * y)
        off = w - start
        return float(value + ridge * (off @ off) / 2), slope + ridge * off

    return dict(
        zip(names, map(float, minimum(loss, start, [_SIGNS.get(name, 0) for name in names])), strict=True)
    )


def calibration(pages: Sequence[tuple[SeamPage, Floats]]) -> float:
    """The slope that makes scores of pages the fit has not seen log-odds (Platt 1999).

    Asked are the pairs that the assignment would choose if seams were much likelier, so that
    the doubtful ones count.  The shift that goes with it decides nothing: it makes scores bolder, which
    fits these pages, but on the editions of ``fixtures/``, other papers and years, whole paragraphs
    were joined then.  What a seam that was made says of itself has a shift (``seams.said``, measured
    with ``tests.benchmarks.calibration``).
    """
    score, true = [], []
    for page, scores in pages:
        chosen = assign(page.i, page.j, scores + _LENIENT)
        score.append(scores[chosen])
        true.append(page.true[chosen])
    x, y = np.concatenate(score), np.concatenate(true).astype(float)

    def loss(w: Floats) -> tuple[float, Floats]:
        odds = w[0] * x + w[1]
        off = 1 / (1 + np.exp(-odds)) - y
        return float(np.logaddexp(0, odds).sum() - odds @ y), np.array([off @ x, off.sum()])

    slope, _ = minimum(loss, np.array([1.0, 0.0]))
    return float(slope)


_LENIENT = 2.0


def seam_figures(pages: Sequence[tuple[SeamPage, Floats]], show: bool = False) -> dict[str, float]:
    """Precision, recall and F1 of the assignments by these scores."""
    found = said = true = 0
    for page, scores in pages:
        chosen = assign(page.i, page.j, scores)
        found += int(page.true[chosen].sum())
        said += len(chosen)
        true += int(page.true.sum()) + page.missing
        if show:
            for p in sorted({*chosen, *np.flatnonzero(page.true).tolist()}):
                if (p in chosen) != bool(page.true[p]):
                    what, far = "said" if p in chosen else "missed", int(page.j[p] - page.i[p])
                    tail, head = page.shown[page.i[p]][-22:], page.shown[page.j[p]][:22]
                    print(what, round(float(scores[p]), 2), far, tail, "|", head)
    rounded = {
        "precision": found / max(1, said),
        "recall": found / max(1, true),
        "F1": 2 * found / max(1, said + true),
    }
    return {name: round(value, 4) for name, value in rounded.items()}


def _score(page: SeamPage, weights: Mapping[str, float]) -> Floats:
    return np.asarray(_stack(page, list(weights)) @ np.array(list(weights.values())))


def _stack(page: SeamPage, names: Sequence[str]) -> Floats:
    zero = np.zeros(len(page.i))
    return np.column_stack(
        [np.ones(len(page.i)) if n == "bias" else page.columns.get(n, zero) for n in names]
    )


def bent(pages: Sequence[SeamPage]) -> list[SeamPage]:
    """The pages with columns that tell how far the features of ``BENT`` exceed usual values of true seams."""
    values: dict[str, list[float]] = {}
    for name in BENT:
        seen = np.concatenate([p.columns[name][p.true] for p in pages if name in p.columns])
        values[name] = sorted({float(v) for v in np.quantile(seen[seen != 0], _SHARES).round(2)})
    return [
        replace(
            page,
            columns={**page.columns}
            | {
                f"{name}>{value}": np.maximum(0.0, page.columns[name] - value)
                for name in BENT
                if name in page.columns
                for value in values[name]
            },
        )
        for page in pages
    ]


# Where the values of true seams are parted: five pieces are about as many as the fewest values bear.
_SHARES = (0.1, 0.3, 0.5, 0.7, 0.9)

# How strongly the weights hold on to those in force, which other data have taught.
_RIDGE = 3.0


# How far the weights go from those in force to those fitted: the mean of two fits errs less on what
# neither has seen (seams' F1 on our own editions without marks 0.780 by either, 0.788 by the mean).
_STEP = 0.5


def fit_seams(pages: Sequence[SeamPage], lines: bool, rules: Rules, data: str, show: bool) -> str:
    identity = "seams.lines" if lines else "seams.pair"
    before = rules.weights(identity)
    if not lines:
        pages = bent(pages)
    held_out: list[tuple[SeamPage, Floats]] = []
    for held in folds([page.edition for page in pages]):
        fitted = fit_pairs([page for page in pages if page.edition not in held], _RIDGE, before)
        held_out += [(page, _score(page, fitted)) for page in pages if page.edition in held]
    slope = calibration(held_out)
    fitted = {name: slope * value for name, value in fit_pairs(pages, _RIDGE, before).items()}
    weights = {
        name: (1 - _STEP) * before.get(name, 0.0) + _STEP * fitted.get(name, 0.0)
        for name in {**before, **fitted}
    }
    figures = seam_figures([(page, slope * scores) for page, scores in held_out], show)
    count = sum(int(page.true.sum()) for page in pages)
    print("seams of lines" if lines else "seams", count, figures, "slope", round(slope, 3))
    note = {"date": today(), "data": data, "seams": count, **figures}
    reason = "Log-odds of a seam against staying open; evidence.seams names the features."
    if lines:
        reason += "  For pages whose blocks are printed lines."
    return toml_weights(identity, reason, weights, note)
