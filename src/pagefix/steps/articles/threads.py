"""Which article does each block belong to: threads that the page may interleave.

A page is read column by column, and a column may hold a piece of one article, then of
another, then the rest of the first.  The blocks are labelled with their article by the
best path through the page (Viterbi): staying with the article at hand costs nothing,
beginning a new one at its headline costs nothing, going back to an earlier one, or ahead
to one whose headline is still to come, costs what ``articles.toml`` says; words shared with
the rest of an article pay for it, and a paragraph whose halves lie apart pulls the thread
along.  What stands above the first headline may belong to nobody.  Where stories began
above their headlines (`guess`) they stand side by side, and going back to them costs less.
Last, runs that strayed together are brought home (`strays`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from pagefix.evidence.affinity import Affinity
from pagefix.rules import Rules
from pagefix.steps.articles.guess import first_guess
from pagefix.steps.articles.pull import STRANGERS, Likeness, Pull, beyond_kinship, pull_of
from pagefix.steps.articles.step import Link, Step
from pagefix.steps.articles.strays import bring_home

Flags = npt.NDArray[np.bool_]


def label(
    steps: Sequence[Step],
    articles: int,
    links: Sequence[Link],
    affinity: Affinity,
    likeness: Likeness,
    rules: Rules,
) -> list[int]:
    """The article of each step; -1 for what stands above the first article.

    ``links`` are the seams that are likely enough to be asked, made or not; ``affinity`` and
    ``likeness`` tell what the steps share.
    """
    labels = first_guess(steps, affinity)
    beside = _side_by_side(steps, labels, articles)
    for _ in range(2):
        pull = beyond_kinship(pull_of(labels, likeness), labels)
        better = _best_path(steps, articles, pull, labels, beside, rules)
        if better == labels:
            break
        labels = better
    return bring_home(labels, steps, likeness, links, rules)


def _side_by_side(steps: Sequence[Step], labels: Sequence[int], articles: int) -> Flags:
    """For each article whether it begins above its headline, below another one's."""
    beside = np.zeros(articles, dtype=bool)
    newest = -1
    for step, article in zip(steps, labels, strict=True):
        newest = max(newest, step.begins)
        if article > newest >= 0:
            beside[article] = True
    return beside


def _best_path(
    steps: Sequence[Step], articles: int, pull: Pull, before: Sequence[int], beside: Flags, rules: Rules
) -> list[int]:
    go_back = rules.number("articles.cost_of_going_back")
    go_beside = rules.number("articles.cost_of_going_back_beside")
    apart = rules.number("articles.apart_inside_a_paragraph")
    go_home = rules.number("articles.cost_of_going_home")
    go_ahead = rules.number("articles.cost_of_going_ahead")
    go_ahead_fresh = rules.number("articles.cost_of_going_ahead_afresh")
    further = rules.number("articles.cost_of_each_headline_further")
    weight = rules.number("articles.weight_of_shared_words")
    home: dict[int, int] = {}
    for at, step in enumerate(steps):
        home.setdefault(step.block, before[at])
    first_piece = {step.block: at for at, step in reversed(list(enumerate(steps)))}
    inside = _inside(steps) if beside.any() else {}
    nobody = articles
    nowhere = np.full(articles + 1, -np.inf)
    best = nowhere.copy()
    best[nobody] = 0.0
    stayed = np.arange(articles + 1, dtype=np.int32)
    costs = np.full(articles + 1, np.inf)
    # Where each article's best way came from: one number where all came from the same.
    trail: list[npt.NDArray[np.int32] | int] = []
    newest, ended = -1, False
    signed = [False] * articles
    for step in steps:
        if step.begins >= 0:
            signed[step.begins] = step.signed
    for at, (step, drawn) in enumerate(zip(steps, pull.rows(articles, STRANGERS), strict=True)):
        came_from: npt.NDArray[np.int32] | int = stayed
        if step.begins >= 0:
            top = int(best.argmax())
            value = best[top]
            best = nowhere.copy()
            best[step.begins] = value
            came_from = top
            newest = step.begins
            costs[:] = np.inf
            costs[:newest] = np.where(beside[:newest], go_beside, go_back)
            # Home is the article whose headline stands above: it was only interrupted.
            costs[newest] = go_home
        elif not step.stays:
            top = int(best.argmax())
            peak = best[top]
            if ended:
                best[top] -= go_back
            ahead = go_ahead_fresh if step.fresh or newest < 0 else go_ahead
            for far, article in enumerate(range(newest + 1, min(newest + 1 + _AHEAD, articles))):
                costs[article] = ahead + far * further if not (far and signed[article]) else np.inf
            if step.fresh:
                # Who signs or dates a story gives it to somebody.
                drawn[nobody] = -STRANGERS
                if before[at] > newest:
                    costs[before[at]] = min(costs[before[at]], go_ahead_fresh)
            reach = peak - costs
            origins = stayed.copy()
            origins[reach > best] = top
            came_from = origins
            for block in inside.get(at, ()):
                if home[block] >= 0:
                    drawn[home[block]] -= apart
            best = np.maximum(best, reach) + weight * drawn
            follows = home[step.block] if first_piece[step.block] != at else -1
            forced = step.home if 0 <= step.home <= newest else follows
            if forced >= 0:
                value, came_from = best[forced], int(origins[forced])
                if not math.isfinite(value):
                    value, came_from = best[top] - go_back, top
                best = nowhere.copy()
                best[forced] = value
        ended = step.ends
        trail.append(came_from)
    current, labels = int(np.argmax(best)), [-1] * len(steps)
    for at in range(len(steps) - 1, -1, -1):
        labels[at] = current if current != nobody else -1
        origin = trail[at]
        current = origin if isinstance(origin, int) else int(origin[current])
    return labels


# How many headlines ahead a story may begin.
_AHEAD = 3


def _inside(steps: Sequence[Step]) -> dict[int, list[int]]:
    """For whole paragraphs that stand between the halves of others: the blocks of these."""
    pieces: dict[int, list[int]] = {}
    for at, step in enumerate(steps):
        pieces.setdefault(step.block, []).append(at)
    inside: dict[int, list[int]] = {}
    for block, mine in pieces.items():
        for first, second in pairwise(mine):
            if second - first > _APART:
                continue
            for at in range(first + 1, second):
                if len(pieces[steps[at].block]) == 1 and steps[at].tells and len(steps[at].text) > _PROSE:
                    inside.setdefault(at, []).append(block)
    return inside


# Halves farther apart than so many pieces say little of what stands between them.
_APART = 8
_PROSE = 20
