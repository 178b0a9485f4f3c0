"""Strays: paragraphs that were read inside another article, brought home.

The best path through a page weighs each paragraph against the others that it was first given
to, so that several that strayed together hold each other where they are.  Here a whole run of
them is weighed at once: the words that it shares with the article it would go to, beyond those
that the rest of its own article shares with that one, against those that hold it where it
stands, what leaving and coming back cost, and whether broken paragraphs find their other halves
there or lose them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np

from pagefix.rules import Rules
from pagefix.steps.articles.pull import BEST, Kinship, Likeness, Pull, drawn_by, pull_of
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
# What a move must gain, on pages of other papers and development pages: of 114 moves that gained less than 1
# 47 were right, of 32 that gained 1 to 2 22, of 199 that gained more 191.  A wrong one tears two stories.
_CLEARLY = 2.0
# What two paragraphs of different articles share by chance.
_CHANCE = drawn_by(0.05)
# What holds a run counts less than what draws it: fitted on 755 moves, 0.29 to 0.37.
_HELD = 0.6
# Where little is left of the article that a run would leave, the run itself also tells how near the two
# articles are: as much as a long paragraph and a half.
_ITSELF = 6.0


def bring_home(
    labels: Sequence[int], steps: Sequence[Step], likeness: Likeness, links: Sequence[Link], rules: Rules
) -> list[int]:
    """The articles of the steps, runs of them moved to another article where that is likelier.

    A run goes to an article that began above it or begins next, and leaves at least a
    third of the text where it stood.
    """
    page = _Page.of(steps, likeness, links, rules)
    if not any(page.weights):
        return list(labels)
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
    """The steps of a page and what they share; nothing here changes when a run moves.

    ``before`` and ``after`` are the pieces of the same paragraph next to a step, or -1;
    ``runs_from`` the first step of running text from a step on, ``runs_to`` the last one up to it.
    """

    steps: Sequence[Step]
    likeness: Likeness
    free: Sequence[bool]
    weights: Sequence[float]
    sizes: Sequence[int]
    newest: Sequence[int]
    before: Sequence[int]
    after: Sequence[int]
    runs_from: Sequence[int]
    runs_to: Sequence[int]
    links: Mapping[tuple[int, int], float]
    costs: _Costs

    @classmethod
    def of(cls, steps: Sequence[Step], likeness: Likeness, links: Sequence[Link], rules: Rules) -> _Page:
        full = rules.number("articles.length_of_full_weight")
        weight = rules.number("articles.weight_of_strays_words")
        pieces: dict[int, list[int]] = defaultdict(list)
        for at, step in enumerate(steps):
            pieces[step.block].append(at)
        before, after = [-1] * len(steps), [-1] * len(steps)
        for chain in pieces.values():
            for one, two in pairwise(chain):
                before[two], after[one] = one, two
        newest = list(accumulate((step.begins for step in steps), max))
        up = np.array(newest)
        running = [at if step.runs else -1 for at, step in enumerate(steps)]
        coming = [at if step.runs else len(steps) for at, step in enumerate(steps)]
        return cls(
            steps=steps,
            likeness=likeness.only(np.abs(up[likeness.i] - up[likeness.j]) <= 2 * _REACH),
            free=[step.begins < 0 and step.home < 0 for step in steps],
            weights=[weight * min(1.0, len(step.text) / full) for step in steps],
            sizes=[0 if step.begins >= 0 else len(step.text) for step in steps],
            newest=newest,
            before=before,
            after=after,
            runs_from=list(accumulate(reversed(coming), min))[::-1],
            runs_to=list(accumulate(running, max)),
            links={(tail, head): float(np.logaddexp(0.0, odds)) for tail, head, odds in links},
            costs=_Costs(
                rules.number("articles.cost_of_going_back"),
                rules.number("articles.cost_of_going_home"),
                rules.number("articles.cost_of_going_ahead"),
                rules.number("articles.cost_of_going_ahead_afresh"),
            ),
        )

    def coming(self, at: int, before: int, then: int) -> float:
        """What it costs to come to a step in article ``then`` from the one above in ``before``."""
        return self.costs.of(before, then, self.steps[at], self.newest[at])


def _moves(page: _Page, labels: Sequence[int], changed: Collection[int]) -> Iterator[_Move]:
    """For each article and each other one that draws steps of it, the best move, if any.

    Only those are asked of which one has ``changed``.
    """
    pull = pull_of(labels, page.likeness)
    at = np.repeat(np.arange(len(labels)), np.diff(pull.first))
    newest = np.array(page.newest)[at]
    near = (pull.article <= newest + 1) & (pull.article > newest - _REACH)
    near &= np.array(page.free)[at] & (pull.article != np.array(labels)[at])
    drawn: dict[int, dict[int, float]] = defaultdict(dict)
    for step, article, strength in zip(
        at[near].tolist(), pull.article[near].tolist(), pull.strength[near].tolist(), strict=True
    ):
        drawn[article][step] = strength
    now = _Now(page, labels, pull)
    for target, strengths in sorted(drawn.items()):
        best: dict[int, _Move] = {}
        for begin in sorted(strengths.keys() | {at + 1 for at in now.of_article.get(target, ())}):
            if begin == len(labels) or labels[begin] == target:
                continue
            article = labels[begin]
            if target in changed or article in changed:
                for move in _from(page, now, begin, target, strengths):
                    if article not in best or move.gain > best[article].gain:
                        best[article] = move
        yield from best.values()


class _Now:
    """The articles as they are now: what is asked again and again of one round's labels.

    ``stretch_end`` is for each step where the free steps of its article end that stand
    together with it; ``coming`` what it costs to come to it from another article; ``above`` and
    ``below`` the running text of its article next to it, or -1.
    """

    def __init__(self, page: _Page, labels: Sequence[int], pull: Pull) -> None:
        self.labels = labels
        self.kinship = Kinship(pull, labels, page.weights)
        self.of_article: dict[int, list[int]] = defaultdict(list)
        self.running: dict[int, list[int]] = defaultdict(list)
        self.sizes: dict[int, int] = defaultdict(int)
        for at, article in enumerate(labels):
            self.of_article[article].append(at)
            self.sizes[article] += page.sizes[at]
            if page.steps[at].runs:
                self.running[article].append(at)
        self.stretch_end = list(range(1, len(labels) + 1))
        for at in range(len(labels) - 2, -1, -1):
            if labels[at] == labels[at + 1] and page.free[at + 1]:
                self.stretch_end[at] = self.stretch_end[at + 1]
        self.coming = [page.coming(at, _ELSEWHERE, article) for at, article in enumerate(labels)]
        self.above, self.below = [-1] * len(labels), [-1] * len(labels)
        for steps in self.running.values():
            for one, two in pairwise(steps):
                self.above[two], self.below[one] = one, two
        self.mendable = 3 * max(
            (gain for (tail, head), gain in page.links.items() if self.below[tail] != head), default=0.0
        )
        """The most that a move can gain by mending: at either end of the run, and where it stood."""
        self._page = page
        articles = np.array(labels)
        self._kin = page.likeness.only(articles[page.likeness.i] == articles[page.likeness.j]).lists()

    def held(self, begin: int, end: int, gain: float) -> float:
        """What holds a run in its article: the words it shares with those steps that are not in the run.

        Nothing more is counted once it outweighs the ``gain`` of a move.
        """
        first, others, strengths = self._kin
        held = 0.0
        for at in range(begin, end):
            found, total = 0, 0.0
            for kin in range(first[at], first[at + 1]):
                if not begin <= others[kin] < end:
                    total += strengths[kin]
                    found += 1
                    if found == BEST:
                        break
            held += _HELD * self._page.weights[at] * drawn_by(total / BEST)
            if gain - held <= _CLEARLY:
                break
        return held

    def mended(self, begin: int, end: int, target: int) -> float:
        """How much likelier broken paragraphs find their other halves when a run has moved."""
        first, last = self._page.runs_from[begin], self._page.runs_to[end - 1]
        if first > last:
            return 0.0
        above, below = self.above[first], self.below[last]
        theirs = self.running.get(target, ())
        at = bisect_left(theirs, first)
        over, under = (theirs[at - 1] if at else -1), (theirs[at] if at < len(theirs) else -1)
        link = self._page.links.get
        return (
            link((above, below), 0.0)
            - link((above, first), 0.0)
            - link((last, below), 0.0)
            + link((over, first), 0.0)
            + link((last, under), 0.0)
            - link((over, under), 0.0)
        )


# No article's number: whoever comes from here comes from another one.
_ELSEWHERE = -2


def _from(page: _Page, now: _Now, begin: int, target: int, strengths: Mapping[int, float]) -> Iterator[_Move]:
    """The moves to ``target`` of runs that start at ``begin``, as far as they gain anything."""
    labels, steps, newest = now.labels, page.steps, page.newest
    article = labels[begin]
    if article < 0 or not page.free[begin] or steps[begin].stays or newest[begin] + 1 < target:
        return
    entered = 0.0
    if begin:
        above = labels[begin - 1]
        entered = (now.coming[begin] if above != article else 0.0) - page.coming(begin, above, target)
    most, stretch_end = _MOST * now.sizes[article], now.stretch_end[begin]
    size, drawn, weight, hope, tells, awaited = 0, 0.0, 0.0, 0.0, False, -1
    all_drawn, all_weight = now.kinship.between(article, target)
    for last in range(begin, min(stretch_end, begin + _LONGEST)):
        step, end = steps[last], last + 1
        # Who signs or dates a story begins it, and what began above goes on without him.
        if step.fresh and target <= newest[last]:
            return
        strength = strengths.get(last, 0.0)
        size += page.sizes[last]
        drawn += page.weights[last] * strength
        weight += page.weights[last]
        hope += page.weights[last] * (strength - _CHANCE)
        if hope < _HOPELESS or size > most:
            return
        # No paragraph is torn: its pieces outside the run are in the target.
        if 0 <= page.before[last] < begin and labels[page.before[last]] != target:
            return
        if page.after[last] > awaited and labels[page.after[last]] != target:
            awaited = page.after[last]
        tells = tells or (step.tells and last in strengths)
        glued = end < stretch_end and steps[end].stays
        if not tells or glued or awaited >= end:
            continue
        rest = (all_drawn - drawn + _ITSELF * all_drawn / all_weight) / (all_weight - weight + _ITSELF)
        gain = drawn - weight * rest + entered
        if end < len(labels):
            if labels[end] == article:
                gain -= now.coming[end]
            elif labels[end] == target:
                gain += now.coming[end]
        # What is dear to ask is asked last, and only while it can still matter.
        if gain + now.mendable <= _CLEARLY:
            continue
        gain += now.mended(begin, end, target)
        if gain > _CLEARLY and (gain := gain - now.held(begin, end, gain)) > _CLEARLY:
            yield _Move(gain, begin, end, target)
