"""Which article does each block belong to: threads that the page may interleave.

A page is read column by column, and a column may hold a piece of one article, then of
another, then the rest of the first.  The blocks are labelled with their article by the
best path through the page (Viterbi): staying with the article at hand costs nothing,
beginning a new one at its headline costs nothing, going back to an earlier one, or ahead
to the one whose headline comes next, costs what ``articles.toml`` says; words shared with
the rest of an article pay for it, and a paragraph whose halves lie apart pulls the thread
along.  What stands above the first headline may belong to nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from pagefix.evidence.affinity import Affinity
from pagefix.rules import Rules
from pagefix.steps.articles.pull import Pull, pull_of


class Step(NamedTuple):
    """One fragment on the way down the page.

    ``block`` is the paragraph it is a piece of; ``begins`` the article that it begins, or
    -1; ``ends`` is true where the article says that it ends here or goes on elsewhere;
    ``stays`` where it can only belong with the step above (a byline under its headline,
    a mark glued to its paragraph); ``fresh`` where a story seems to begin although no
    headline stands above (its author's name, or what follows another story's signature);
    ``home`` the article that it is known to belong to, or -1; ``text`` is folded.
    """

    block: int
    text: str
    begins: int = -1
    ends: bool = False
    stays: bool = False
    fresh: bool = False
    home: int = -1


def label(steps: Sequence[Step], articles: int, rules: Rules) -> list[int]:
    """The article of each step; -1 for what stands above the first article."""
    if not steps:
        return []
    i, j, likeness = Affinity([step.text for step in steps]).pairs()
    labels = _regions(steps)
    for _ in range(2):
        better = _best_path(steps, articles, pull_of(labels, i, j, likeness), labels, rules)
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


def _best_path(
    steps: Sequence[Step], articles: int, pull: Pull, before: Sequence[int], rules: Rules
) -> list[int]:
    go_back = rules.number("articles.cost_of_going_back")
    go_home = rules.number("articles.cost_of_going_home")
    go_ahead = rules.number("articles.cost_of_going_ahead")
    go_ahead_fresh = rules.number("articles.cost_of_going_ahead_afresh")
    weight = rules.number("articles.weight_of_shared_words")
    home: dict[int, int] = {}
    for at, step in enumerate(steps):
        home.setdefault(step.block, before[at])
    first_piece = {step.block: at for at, step in reversed(list(enumerate(steps)))}
    nobody = articles
    best = np.full(articles + 1, -np.inf)
    best[nobody] = 0.0
    stayed = np.arange(articles + 1, dtype=np.int32)
    costs = np.full(articles + 1, np.inf)
    trail: list[np.ndarray[tuple[int], np.dtype[np.int32]]] = []
    newest, ended = -1, False
    for at, (step, drawn) in enumerate(zip(steps, pull.rows(articles, _STRANGERS), strict=True)):
        came_from = stayed
        top = int(best.argmax())
        if step.begins >= 0:
            value = best[top]
            best = np.full(articles + 1, -np.inf)
            best[step.begins] = value
            came_from = np.full(articles + 1, top, dtype=np.int32)
            newest = step.begins
            costs[:] = np.inf
            costs[:newest] = go_back
            # Home is the article whose headline stands above: it was only interrupted.
            costs[newest] = go_home
        elif not step.stays:
            if ended:
                best[top] -= go_back
                top = int(best.argmax())
            if newest + 1 < articles:
                costs[newest + 1] = go_ahead_fresh if step.fresh or newest < 0 else go_ahead
            reach = best[top] - costs
            came_from = np.where(reach > best, np.int32(top), stayed)
            best = np.maximum(best, reach) + weight * drawn
            follows = home[step.block] if first_piece[step.block] != at else -1
            forced = step.home if 0 <= step.home <= newest else follows
            if forced >= 0:
                value, origin = best[forced], came_from[forced]
                if not np.isfinite(value):
                    value, origin = best[top] - go_back, top
                best = np.full(articles + 1, -np.inf)
                best[forced] = value
                came_from = np.full(articles + 1, origin, dtype=np.int32)
        ended = step.ends
        trail.append(came_from)
    current, labels = int(np.argmax(best)), [-1] * len(steps)
    for at in range(len(steps) - 1, -1, -1):
        labels[at] = current if current != nobody else -1
        current = int(trail[at][current])
    return labels


# How much text above all headlines is drawn to staying nobody's: paragraphs of different
# stories have a likeness of about a tenth, so this much is not by chance.
_STRANGERS = 0.15
