"""Which article does each block belong to: threads that the page may interleave.

A page is read column by column, and a column may hold a piece of one article, then of
another, then the rest of the first.  The blocks are labelled with their article by the
best path through the page (Viterbi): staying with the article at hand costs nothing,
beginning a new one at its headline costs nothing, going back to an earlier one costs
what ``articles.toml`` says; words shared with the rest of an article pay for it, and a
paragraph whose halves lie apart pulls the thread along.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pagefix.evidence.affinity import Affinity, Floats
from pagefix.rules import Rules


@dataclass(frozen=True, slots=True)
class Step:
    """One fragment on the way down the page.

    ``block`` is the paragraph it is a piece of; ``begins`` the article that it begins, or
    -1; ``ends`` is true where the article says that it ends here or goes on elsewhere;
    ``stays`` where it can only belong with the step above (a byline under its headline,
    a mark glued to its paragraph); ``text`` is folded.
    """

    block: int
    text: str
    begins: int = -1
    ends: bool = False
    stays: bool = False


def label(steps: Sequence[Step], articles: int, rules: Rules) -> list[int]:
    """The article of each step; -1 for what stands above the first article."""
    if not steps:
        return []
    affinity = _affinity_table(steps)
    labels = _regions(steps)
    for _ in range(2):
        better = _best_path(steps, articles, _pull(labels, affinity, articles), labels, rules)
        if better == labels:
            break
        labels = better
    return labels


def _regions(steps: Sequence[Step]) -> list[int]:
    """The first guess: everything belongs to the headline above it, halves to their beginnings."""
    labels, current = [], -1
    home: dict[int, int] = {}
    for step in steps:
        if step.begins >= 0:
            current = step.begins
        labels.append(home.setdefault(step.block, current))
    return labels


def _affinity_table(steps: Sequence[Step]) -> Floats:
    n = len(steps)
    affinity = Affinity([step.text for step in steps])
    grid = np.arange(n, dtype=np.int64)
    table = affinity(np.repeat(grid, n), np.tile(grid, n)).reshape(n, n)
    np.fill_diagonal(table, 0.0)
    return table


def _pull(labels: Sequence[int], affinity: Floats, articles: int) -> Floats:
    """How much each step is drawn to each article: the mean of its three best likenesses there."""
    pull = np.zeros((len(labels), articles))
    at = np.array(labels)
    for article in range(articles):
        members = np.flatnonzero(at == article)
        if len(members):
            best = np.sort(affinity[:, members], axis=1)[:, -3:]
            pull[:, article] = best.sum(axis=1) / 3
    return pull


def _best_path(
    steps: Sequence[Step], articles: int, pull: Floats, before: Sequence[int], rules: Rules
) -> list[int]:
    go_back = rules.number("articles.cost_of_going_back")
    go_home = rules.number("articles.cost_of_going_home")
    weight = rules.number("articles.weight_of_shared_words")
    home: dict[int, int] = {}
    for at, step in enumerate(steps):
        home.setdefault(step.block, before[at])
    first_piece = {step.block: at for at, step in reversed(list(enumerate(steps)))}
    best = np.full(articles, -np.inf)
    trail: list[np.ndarray[tuple[int], np.dtype[np.int64]]] = []
    newest, ended, open_articles = -1, False, np.zeros(articles, dtype=bool)
    for at, step in enumerate(steps):
        came_from = np.arange(articles, dtype=np.int64)
        if newest < 0 and step.begins < 0:
            trail.append(came_from)
            continue
        if step.begins >= 0:
            top = int(np.argmax(best)) if newest >= 0 else step.begins
            value = best[top] if newest >= 0 else 0.0
            best = np.full(articles, -np.inf)
            best[step.begins] = value
            came_from[:] = top
            newest = step.begins
            open_articles[newest] = True
        elif not step.stays:
            if ended:
                best[int(np.argmax(best))] -= go_back
            top = int(np.argmax(best))
            # Home is the article whose headline stands above: it was only interrupted.
            costs = np.full(articles, go_back)
            costs[newest] = go_home
            reach = np.where(open_articles, best[top] - costs, -np.inf)
            moved = reach > best
            came_from[moved] = top
            best = np.maximum(best, reach) + weight * pull[at]
            if first_piece[step.block] != at and home[step.block] >= 0:
                forced = home[step.block]
                value, origin = best[forced], came_from[forced]
                if not np.isfinite(value):
                    value, origin = best[top] - go_back, top
                best = np.full(articles, -np.inf)
                best[forced] = value
                came_from[:] = origin
        ended = step.ends
        trail.append(came_from)
    return _walk_back(steps, trail, best, newest)


def _walk_back(
    steps: Sequence[Step],
    trail: Sequence[np.ndarray[tuple[int], np.dtype[np.int64]]],
    best: Floats,
    newest: int,
) -> list[int]:
    if newest < 0:
        return [-1] * len(steps)
    labels = [-1] * len(steps)
    current = int(np.argmax(best))
    begun = [at for at, step in enumerate(steps) if step.begins >= 0]
    for at in range(len(steps) - 1, begun[0] - 1, -1):
        labels[at] = current
        current = int(trail[at][current])
    return labels
