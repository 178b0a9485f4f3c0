"""Strays: paragraphs that were read inside another article, brought home.

The best path through a page weighs each paragraph against the others that it was first given
to, so that several that strayed together hold each other where they are.  Here a whole run of
them is weighed at once: the words that it shares with the article it would go to, beyond those
that the rest of its own article shares with that one, against those that hold it where it
stands, what leaving and coming back cost, and whether broken paragraphs find their other halves
there or lose them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from pagefix.evidence.affinity import Floats, Ints
from pagefix.rules import Rules
from pagefix.steps.articles.pull import BEST, Kinship, Likeness, Pull, drawn_by, pull_of
from pagefix.steps.articles.step import Link, Step

Flags: TypeAlias = npt.NDArray[np.bool_]

# No column holds so many paragraphs: a longer run is no stray.
_LONGEST = 40
# The share of an article's text that may go: what keeps less than a third is rather what has strayed.
_MOST = 2 / 3
# So many headlines up a stray's own one is looked for: a newspaper page has a dozen articles, and on
# longer texts the work stays in proportion to their length.
_REACH = 16
# Each round moves one run out of every article that none was moved to; pages need two or three.
_ROUNDS = 8
# Runs weighed together, as far as they go: a page's at once, of longer texts some megabytes.
_CELLS = 1 << 16
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
    if not page.weights.any():
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


@dataclass(frozen=True, slots=True, eq=False)
class _Page:
    """The steps of a page and what they share; nothing here changes when a run moves.

    ``free`` are the steps that may move, ``newest`` has for each the last headline above it, ``before`` and
    ``after`` the pieces of the same paragraph next to it, or -1; ``runs_from`` is the first step of running
    text from a step on, ``runs_to`` the last one up to it; ``links`` are the linked pairs' numbers, rising.
    """

    likeness: Likeness
    free: Flags
    begins: Flags
    fresh: Flags
    stays: Flags
    tells: Flags
    runs: Flags
    weights: Floats
    sizes: Ints
    newest: Ints
    before: Ints
    after: Ints
    runs_from: Ints
    runs_to: Ints
    links: Ints
    gains: Floats
    costs: _Costs

    def __len__(self) -> int:
        return len(self.sizes)

    @classmethod
    def of(cls, steps: Sequence[Step], likeness: Likeness, links: Sequence[Link], rules: Rules) -> _Page:
        full = rules.number("articles.length_of_full_weight")
        weight = rules.number("articles.weight_of_strays_words")
        pieces: dict[int, list[int]] = defaultdict(list)
        for at, step in enumerate(steps):
            pieces[step.block].append(at)
        before, after = np.full((2, len(steps)), -1)
        for chain in pieces.values():
            for one, two in pairwise(chain):
                before[two], after[one] = one, two
        newest = np.array(list(accumulate((step.begins for step in steps), max)))
        running = [at if step.runs else -1 for at, step in enumerate(steps)]
        coming = [at if step.runs else len(steps) for at, step in enumerate(steps)]
        odds = {tail * (len(steps) + 1) + head: odds for tail, head, odds in links}
        linked = sorted(odds)
        return cls(
            likeness=likeness.only(np.abs(newest[likeness.i] - newest[likeness.j]) <= 2 * _REACH),
            free=np.array([step.begins < 0 and step.home < 0 for step in steps]),
            begins=np.array([step.begins >= 0 for step in steps]),
            fresh=np.array([step.fresh for step in steps]),
            stays=np.array([*(step.stays for step in steps), False]),
            tells=np.array([step.tells for step in steps]),
            runs=np.array([step.runs for step in steps]),
            weights=np.array([weight * min(1.0, len(step.text) / full) for step in steps]),
            sizes=np.array([0 if step.begins >= 0 else len(step.text) for step in steps]),
            newest=newest,
            before=before,
            after=after,
            runs_from=np.array(list(accumulate(reversed(coming), min))[::-1]),
            runs_to=np.array(list(accumulate(running, max))),
            links=np.array(linked, dtype=np.int64),
            gains=np.logaddexp(0.0, [odds[pair] for pair in linked]),
            costs=_Costs(
                rules.number("articles.cost_of_going_back"),
                rules.number("articles.cost_of_going_home"),
                rules.number("articles.cost_of_going_ahead"),
                rules.number("articles.cost_of_going_ahead_afresh"),
            ),
        )

    def coming(self, at: Ints, then: Ints) -> Floats:
        """What it costs to come to steps in article ``then`` from one above in another article."""
        newest, costs = self.newest[at], self.costs
        ahead = np.where(self.fresh[at] | (newest < 0), costs.afresh, costs.ahead)
        away = np.where(then == newest, costs.home, np.where(then > newest, ahead, costs.back))
        return np.where(self.begins[at], 0.0, away)

    def link(self, tail: Ints, head: Ints) -> Floats:
        """How likely each ``head`` goes on where the ``tail`` stops; nothing where one of them is -1."""
        if not len(self.links):
            return np.zeros(len(tail))
        pair = tail * (len(self) + 1) + head
        at = np.minimum(np.searchsorted(self.links, pair), len(self.links) - 1)
        return np.where(self.links[at] == pair, self.gains[at], 0.0)


def _moves(page: _Page, labels: Sequence[int], changed: Collection[int]) -> Iterator[_Move]:
    """For each article and each other one that draws steps of it, the best move, if any.

    Only those are asked of which one has ``changed``.
    """
    now = _Now(page, labels, pull_of(labels, page.likeness))
    begin, target = _starts(page, now, changed)
    best: dict[tuple[int, int], _Move] = {}
    for low in range(0, len(begin), _CELLS // _LONGEST):
        some = slice(low, low + _CELLS // _LONGEST)
        for move in _from(page, now, begin[some], target[some]):
            between = labels[move.begin], move.target
            if between not in best or move.gain > best[between].gain:
                best[between] = move
    yield from best.values()


class _Now:
    """The articles as they are now: what is asked again and again of one round's labels.

    ``labels`` has one entry more, of no article; ``stretch_end`` is for each step where the free steps of
    its article end that stand together with it; ``coming`` what it costs to come to it from another
    article; ``above`` and ``below`` the running text of its article next to it, or -1; ``drawn`` has the
    numbers of the pulls that may move a step, rising, and ``strength`` how strong they are.
    """

    def __init__(self, page: _Page, labels: Sequence[int], pull: Pull) -> None:
        count, own = len(labels), np.array(labels)
        self.labels = np.append(own, _NONE)
        self.kinship = Kinship(pull, labels, page.weights)
        self.sizes = np.bincount(own + 1, page.sizes)[1:]
        parted = np.append((own[1:] != own[:-1]) | ~page.free[1:], True)
        ends = np.flatnonzero(parted) + 1
        self.stretch_end = np.repeat(ends, np.diff(ends, prepend=0))
        self.coming = np.append(page.coming(np.arange(count), own), 0.0)
        running = np.flatnonzero(page.runs)
        self._running = np.sort(own[running] * count + running)
        self.above, self.below = np.full((2, count), -1)
        of, steps = np.divmod(self._running, count)
        beside = of[1:] == of[:-1]
        self.above[steps[1:][beside]], self.below[steps[:-1][beside]] = steps[:-1][beside], steps[1:][beside]
        self._page = page
        at = np.repeat(np.arange(count), np.diff(pull.first))
        near = (pull.article <= page.newest[at] + 1) & (pull.article > page.newest[at] - _REACH)
        near &= page.free[at] & (pull.article != own[at])
        drawn = pull.article[near] * count + at[near]
        order = np.argsort(drawn)
        self.drawn, self._strength = drawn[order], pull.strength[near][order]
        self._kin = page.likeness.only(own[page.likeness.i] == own[page.likeness.j]).lists()

    def draws(self, target: Ints, steps: Ints) -> Floats:
        """How much the ``target`` draws each of the ``steps``; nothing where it may not move them."""
        pull = target * len(self._page) + steps
        at = np.minimum(np.searchsorted(self.drawn, pull), len(self.drawn) - 1)
        return np.where(self.drawn[at] == pull, self._strength[at], 0.0)

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
            held += _HELD * float(self._page.weights[at]) * drawn_by(total / BEST)
            if gain - held <= _CLEARLY:
                break
        return held

    def mended(self, begin: Ints, end: Ints, target: Ints) -> Floats:
        """How much likelier broken paragraphs find their other halves when a run has moved."""
        page, count = self._page, len(self._page)
        first, last = page.runs_from[begin], page.runs_to[end - 1]
        some = first <= last
        first, last = np.where(some, first, -1), np.where(some, last, -1)
        above, below = self.above[first], self.below[last]
        theirs = np.searchsorted(self._running, target * count + first)
        around = np.concatenate([[-count], self._running, [-count]])
        over, under = around[theirs] - target * count, around[theirs + 1] - target * count
        over = np.where(over >= 0, over, -1)
        under = np.where((under >= 0) & (under < count), under, -1)
        gain = (
            page.link(above, below)
            - page.link(above, first)
            - page.link(last, below)
            + page.link(over, first)
            + page.link(last, under)
            - page.link(over, under)
        )
        return np.where(some, gain, 0.0)


# No article's number.
_NONE = -2


def _starts(page: _Page, now: _Now, changed: Collection[int]) -> tuple[Ints, Ints]:
    """Where a run may start that goes, and the article it would go to, by the latter.

    It starts at a step that is drawn there, or right below one that is there.
    """
    count, own = len(page), now.labels[:-1]
    # Articles counted from nobody's on.
    drawing, asked = np.zeros(
        (2, max(own.max(), *changed, now.drawn.max(initial=0) // count) + 2), dtype=bool
    )
    drawing[now.drawn // count + 1] = asked[np.array(list(changed)) + 1] = True
    below = (own[:-1] * count + np.arange(1, count))[drawing[own[:-1] + 1]]
    start = np.sort(np.concatenate([now.drawn, below]))
    target, begin = np.divmod(start[np.diff(start, prepend=-1) > 0], count)
    article = own[begin]
    may = (article != target) & (article >= 0) & page.free[begin] & ~page.stays[begin]
    may &= (target <= page.newest[begin] + 1) & (asked[article + 1] | asked[target + 1])
    return begin[may], target[may]


def _from(page: _Page, now: _Now, begin: Ints, target: Ints) -> Iterator[_Move]:
    """The moves to each ``target`` of runs that start at each ``begin``, as far as they gain anything.

    A row of the tables is a start, a column the step that a run would end with: asked together they
    take a third of the time that each takes alone.
    """
    if not len(begin):
        return
    labels, article = now.labels, now.labels[begin]
    stretch_end = now.stretch_end[begin]
    last = begin[:, None] + np.arange(min(_LONGEST, int((stretch_end - begin).max())))
    ended = last >= stretch_end[:, None]
    last = np.minimum(last, len(page) - 1)
    first, there = begin[:, None], target[:, None]
    weights, strength = page.weights[last], now.draws(there, last)
    drawn, weight = np.cumsum(weights * strength, axis=1), np.cumsum(weights, axis=1)
    hope = np.cumsum(weights * (strength - _CHANCE), axis=1)
    ended |= (hope < _HOPELESS) | (np.cumsum(page.sizes[last], axis=1) > _MOST * now.sizes[article][:, None])
    # Who signs or dates a story begins it, and what began above goes on without him.
    ended |= page.fresh[last] & (there <= page.newest[last])
    # No paragraph is torn: its pieces outside the run are in the target.
    before, after = page.before[last], page.after[last]
    ended |= (before >= 0) & (before < first) & (labels[before] != there)
    awaited = np.maximum.accumulate(np.where(labels[after] != there, after, -1), axis=1)
    tells = np.logical_or.accumulate(page.tells[last] & (strength > 0), axis=1)
    glued = page.stays[last + 1] & (last + 1 < stretch_end[:, None])
    may = tells & ~glued & (awaited <= last) & ~np.logical_or.accumulate(ended, axis=1)
    row, column = np.nonzero(may)
    if not len(row):
        return
    drawn, weight = drawn[may], weight[may]
    begin, target, article = begin[row], target[row], article[row]
    end = begin + column + 1
    all_drawn, all_weight = now.kinship.each(article, target)
    rest = (all_drawn - drawn + _ITSELF * all_drawn / all_weight) / (all_weight - weight + _ITSELF)
    above = np.where(begin > 0, labels[begin - 1], target)
    left = np.where((above != article) & (begin > 0), now.coming[begin], 0.0)
    entered = left - np.where(above != target, page.coming(begin, target), 0.0)
    gain = drawn - weight * rest + entered
    gain -= np.where(labels[end] == article, now.coming[end], 0.0)
    gain += np.where(labels[end] == target, now.coming[end], 0.0)
    gain += now.mended(begin, end, target)
    # What is dear to ask is asked last, and only while it can still matter.
    for at in np.flatnonzero(gain > _CLEARLY).tolist():
        gained, run = float(gain[at]), (int(begin[at]), int(end[at]))
        if (gained := gained - now.held(*run, gained)) > _CLEARLY:
            yield _Move(gained, *run, int(target[at]))
