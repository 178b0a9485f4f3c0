"""Strays: paragraphs that were read inside another article, brought home.

The best path through a page weighs each paragraph against the others that it was first given
to, so that several that strayed together hold each other where they are.  Here a whole run of
them is weighed at once: the words that it shares with the article it would go to against
those that it shares with the rest of the one where it stands, what leaving and coming back
cost, and whether broken paragraphs find their other halves there or lose them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from pagefix.rules import Rules
from pagefix.steps.articles.pull import BEST, Likeness, pull_of
from pagefix.steps.articles.step import Link, Step

# No column holds so many paragraphs: a longer run is no stray.
_LONGEST = 40
# The share of an article's text that may go: what keeps less than a third is rather what has strayed.
_MOST = 2 / 3
# So many headlines up a stray's own one is looked for: a newspaper page has a dozen articles, and on
# longer texts the work stays in proportion to their length.
_REACH = 16
# Each round moves one run out of every article that none was moved to; pages need two or three.
_ROUNDS = 8
# A run without a word for the other article is given up when it has cost so much, in log-odds:
# no seam makes up for that.
_HOPELESS = -8.0
# What a move must gain: less is as likely chance.
_CLEARLY = 1.0
# What two paragraphs of different articles share by chance.
_CHANCE = 0.05


def bring_home(
    labels: Sequence[int], steps: Sequence[Step], likeness: Likeness, links: Sequence[Link], rules: Rules
) -> list[int]:
    """The articles of the steps, runs of them moved to another article where that is likelier.

    A run goes to an article that began above it or begins next, and leaves at least a
    third of the text where it stood.
    """
    page = _Page.of(steps, likeness, links, rules)
    now = list(labels)
    touched = set(labels)
    for _ in range(_ROUNDS):
        # Where nothing went away and nothing came, the answer would be the same again.
        changed, touched = touched, set()
        for move in sorted(
            _moves(page, now, changed), key=lambda move: (-move.gain, move.begin, move.target)
        ):
            both = {now[move.begin], move.target}
            if not both & touched:
                touched |= both
                now[move.begin : move.end] = [move.target] * (move.end - move.begin)
        if not touched:
            break
    return now


class _Move(NamedTuple):
    gain: float
    begin: int
    end: int
    target: int


@dataclass(frozen=True, slots=True)
class _Costs:
    """What it costs to go to another article, in log-odds (``articles.toml``)."""

    back: float
    home: float
    ahead: float
    afresh: float

    def of(self, before: int, then: int, step: Step, newest: int) -> float:
        """Of a step in article ``then`` below one in ``before``; ``newest`` has the last headline above."""
        if before == then or step.begins >= 0:
            return 0.0
        if then == newest:
            return self.home
        if then > newest:
            return self.afresh if step.fresh or newest < 0 else self.ahead
        return self.back


@dataclass(frozen=True, slots=True)
class _Page:
    """The steps of a page and what they share; nothing here changes when a run moves."""

    steps: Sequence[Step]
    likeness: Likeness
    weights: Sequence[float]
    sizes: Sequence[int]
    newest: Sequence[int]
    before: Sequence[int]
    after: Sequence[int]
    links: Mapping[tuple[int, int], float]
    costs: _Costs

    @classmethod
    def of(cls, steps: Sequence[Step], likeness: Likeness, links: Sequence[Link], rules: Rules) -> _Page:
        full = rules.number("articles.length_of_full_weight")
        weight = rules.number("articles.weight_of_strays_words")
        newest: list[int] = []
        pieces: dict[int, list[int]] = defaultdict(list)
        for at, step in enumerate(steps):
            newest.append(max(step.begins, newest[-1] if newest else -1))
            pieces[step.block].append(at)
        up = np.array(newest)
        likeness = likeness.only(np.abs(up[likeness.i] - up[likeness.j]) <= 2 * _REACH)
        before, after = [-1] * len(steps), [-1] * len(steps)
        for chain in pieces.values():
            for one, two in pairwise(chain):
                before[two], after[one] = one, two
        return cls(
            steps=steps,
            likeness=likeness,
            weights=[weight * min(1.0, len(step.text) / full) for step in steps],
            sizes=[0 if step.begins >= 0 else len(step.text) for step in steps],
            newest=newest,
            before=before,
            after=after,
            links={(tail, head): float(np.logaddexp(0.0, odds)) for tail, head, odds in links},
            costs=_Costs(
                rules.number("articles.cost_of_going_back"),
                rules.number("articles.cost_of_going_home"),
                rules.number("articles.cost_of_going_ahead"),
                rules.number("articles.cost_of_going_ahead_afresh"),
            ),
        )

    def is_free(self, at: int) -> bool:
        return self.steps[at].begins < 0 and self.steps[at].home < 0

    def spared(self, at: int, was: tuple[int, int], would: tuple[int, int]) -> float:
        """What it costs to come to a step from the one above, less what it would cost: their articles."""
        step, newest = self.steps[at], self.newest[at]
        return self.costs.of(*was, step, newest) - self.costs.of(*would, step, newest)


def _moves(page: _Page, labels: Sequence[int], changed: Collection[int]) -> Iterator[_Move]:
    """For each article and each other one that draws steps of it, the best move, if any.

    Only those are asked of which one has ``changed``.
    """
    pull = pull_of(labels, page.likeness)
    at = np.repeat(np.arange(len(labels)), np.diff(pull.first))
    newest = np.array(page.newest)[at]
    near = (pull.article <= newest + 1) & (pull.article > newest - _REACH)
    near &= np.array([page.is_free(n) for n in range(len(labels))])[at] & (
        pull.article != np.array(labels)[at]
    )
    drawn: dict[int, dict[int, float]] = defaultdict(dict)
    for step, article, strength in zip(
        at[near].tolist(), pull.article[near].tolist(), pull.strength[near].tolist(), strict=True
    ):
        drawn[article][step] = strength
    now = _Now(page, labels)
    for target, strengths in sorted(drawn.items()):
        best: dict[int, _Move] = {}
        for begin in sorted(strengths.keys() | {at + 1 for at in now.of_article.get(target, ())}):
            if begin == len(labels) or labels[begin] == target:
                continue
            if target in changed or labels[begin] in changed:
                for move in _from(page, now, begin, target, strengths):
                    article = labels[begin]
                    if article not in best or move.gain > best[article].gain:
                        best[article] = move
        yield from best.values()


class _Now:
    """The articles as they are now: what is asked again and again of one round's labels."""

    def __init__(self, page: _Page, labels: Sequence[int]) -> None:
        self.labels = labels
        self._articles = np.array(labels)
        self.of_article: dict[int, list[int]] = defaultdict(list)
        self.running: dict[int, list[int]] = defaultdict(list)
        self.sizes: dict[int, int] = defaultdict(int)
        for at, article in enumerate(labels):
            self.of_article[article].append(at)
            self.sizes[article] += page.sizes[at]
            if page.steps[at].runs:
                self.running[article].append(at)
        made = {pair for steps in self.running.values() for pair in pairwise(steps)}
        self.mendable = 3 * max((gain for link, gain in page.links.items() if link not in made), default=0.0)
        """The most that a move can gain by mending: at either end of the run, and where it stood."""
        self._page = page
        self._kin: dict[int, list[tuple[int, float]]] = {}
        self._held: dict[tuple[int, int], float] = {}

    def held(self, begin: int, end: int) -> float:
        """What holds a run in its article: the words it shares with those steps that are not in the run."""
        if (begin, end) not in self._held:
            self._held[begin, end] = sum(self._one(at, begin, end) for at in range(begin, end))
        return self._held[begin, end]

    def _one(self, at: int, begin: int, end: int) -> float:
        found, total = 0, 0.0
        for other, strength in self._kin_of(at):
            if not begin <= other < end:
                total += strength
                found += 1
                if found == BEST:
                    break
        return self._page.weights[at] * total / BEST

    def _kin_of(self, at: int) -> list[tuple[int, float]]:
        """The steps of its article that a step shares words with, the most alike first."""
        if at not in self._kin:
            others, strengths = self._page.likeness.of_step(at)
            mine = self._articles[others] == self.labels[at]
            others, strengths = others[mine], strengths[mine]
            order = np.argsort(-strengths, kind="stable")
            self._kin[at] = list(zip(others[order].tolist(), strengths[order].tolist(), strict=True))
        return self._kin[at]


def _from(page: _Page, now: _Now, begin: int, target: int, strengths: Mapping[int, float]) -> Iterator[_Move]:
    """The moves to ``target`` of runs that start at ``begin``, as far as they gain anything."""
    labels = now.labels
    article, size, drawn, hope, tells = labels[begin], 0, 0.0, 0.0, False
    if article < 0 or page.steps[begin].stays or page.newest[begin] + 1 < target:
        return
    entered = page.spared(begin, (labels[begin - 1], article), (labels[begin - 1], target)) if begin else 0.0
    for end in range(begin + 1, min(len(labels), begin + _LONGEST) + 1):
        last = end - 1
        # Who signs or dates a story begins it, and what began above goes on without him.
        begun = page.steps[last].fresh and target <= page.newest[last]
        if labels[last] != article or begun or not page.is_free(last):
            return
        size += page.sizes[last]
        drawn += page.weights[last] * strengths.get(last, 0.0)
        hope += page.weights[last] * (strengths.get(last, 0.0) - _CHANCE)
        tells = tells or (last in strengths and page.steps[last].tells)
        if hope < _HOPELESS or size > _MOST * now.sizes[article]:
            return
        glued = end < len(labels) and page.steps[end].stays and labels[end] == article
        if not tells or (glued and page.is_free(end)):
            continue
        gain = drawn + entered
        if end < len(labels):
            gain += page.spared(end, (article, labels[end]), (target, labels[end]))
        # What is dear to ask is asked last, and only while it can still matter.
        if gain + now.mendable <= _CLEARLY or not _whole(page, labels, begin, end, target):
            continue
        gain += _mended(page, now, begin, end, target)
        if gain > _CLEARLY and (gain := gain - now.held(begin, end)) > _CLEARLY:
            yield _Move(gain, begin, end, target)


def _whole(page: _Page, labels: Sequence[int], begin: int, end: int, target: int) -> bool:
    """Whether no paragraph is torn: what its other pieces outside the run are, are in ``target``."""
    return all(
        (page.before[at] < 0 or page.before[at] >= begin or labels[page.before[at]] == target)
        and (page.after[at] < end or labels[page.after[at]] == target)
        for at in range(begin, end)
    )


def _mended(page: _Page, now: _Now, begin: int, end: int, target: int) -> float:
    """How much likelier broken paragraphs find their other halves when the run has moved."""
    running = [at for at in range(begin, end) if page.steps[at].runs]
    if not running:
        return 0.0
    first, last = running[0], running[-1]
    mine = now.running.get(now.labels[begin], ())
    at = bisect_left(mine, first)
    above, below = (mine[at - 1] if at else -1), next(iter(mine[at + len(running) :][:1]), -1)
    theirs = now.running.get(target, ())
    at = bisect_left(theirs, first)
    over, under = (theirs[at - 1] if at else -1), next(iter(theirs[at : at + 1]), -1)
    link = page.links.get
    return (
        link((above, below), 0.0)
        - link((above, first), 0.0)
        - link((last, below), 0.0)
        + link((over, first), 0.0)
        + link((last, under), 0.0)
        - link((over, under), 0.0)
    )
