"""Headlines that only divide a story: crossheads that looked like headlines until their texts were compared.

A page may mark crossheads as it marks headlines, or mark neither.  Above a crosshead and below it
the same people act, so what its text shares with an earlier story tells it from a headline.  What has
an author or a dateline of its own is a story, and what both ends of a jump show; a deck and more than one
line speak for one.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from pagefix.model import Block, Role, Way
from pagefix.rules import Rules
from pagefix.steps.articles.pull import Kinship, Likeness, pull_of
from pagefix.steps.articles.step import Step

# A paragraph of two printed lines tells as much as a longer one; a line of a few words tells nothing.
_FULL, _LEAST = 60, 8
# Two stories on one event are drawn to each other as a story is to its own chapters: more tells nothing.
_KIN = 2.5
# Crossheads fill one printed line of a column.
_LINE = 12
# However sure a heading looks, its text was not read for that.
_SURE = 0.98


def dividing_headlines(
    blocks: Sequence[Block], steps: Sequence[Step], labels: Sequence[int], likeness: Likeness, rules: Rules
) -> Iterator[int]:
    """The places in ``blocks`` of headlines whose stories are the next chapters of earlier ones.

    ``labels`` are the articles of the ``steps``.
    """
    weights = rules.weights("articles.dividing")
    surely = rules.number("articles.dividing_surely")
    for step, _, row in dividing_features(blocks, steps, labels, likeness):
        if sum(weights[name] * value for name, value in row.items()) > surely:
            yield step.block


def dividing_features(
    blocks: Sequence[Block], steps: Sequence[Step], labels: Sequence[int], likeness: Likeness
) -> Iterator[tuple[Step, int, Mapping[str, float]]]:
    """For every headline that may divide an earlier story: its step, that story, and named numbers.

    The earlier story is the one that draws the headline's text most.
    """
    telling = [float(min(_FULL, len(step.text))) if _tells(step) else 0.0 for step in steps]
    kinship = Kinship(pull_of(labels, likeness), labels, telling)
    members: dict[int, list[int]] = defaultdict(list)
    for at, article in enumerate(labels):
        members[article].append(at)
    for at, step in enumerate(steps):
        heading = blocks[step.block]
        if step.begins < 0 or heading.role is not Role.HEADLINE:
            continue
        story = [blocks[steps[n].block] for n in members[step.begins]]
        if _is_sure(step, heading, story):
            continue
        others = [n for n, own in members.items() if own[0] < at and n not in (-1, step.begins)]
        nearest = max(others, key=lambda other: kinship.between(step.begins, other), default=-1)
        drawn, size = kinship.between(step.begins, nearest)
        if not drawn:
            continue
        yield (
            step,
            nearest,
            {
                "bias": 1.0,
                "doubt": math.log((1 - min(heading.score, _SURE)) / heading.score),
                "drawn": min(drawn / size, _KIN),
                "holds": kinship.between(step.begins, step.begins)[0] / size,
                "size": math.log(size),
                "right_below": float(nearest == labels[at - 1]),
                "long": float(len(heading.text) > _LINE),
                "deck": float(any(block.role is Role.DECK for block in story)),
            },
        )


def _is_sure(step: Step, heading: Block, story: Sequence[Block]) -> bool:
    """Whether a headline has its author, or both ends of a jump show it."""
    lands = any(block.jump is not None and block.jump.way is Way.FROM for block in story)
    return step.signed or lands or heading.rule == "jumps.headline"


def _tells(step: Step) -> bool:
    return step.begins < 0 and step.tells and len(step.text) >= _LEAST
