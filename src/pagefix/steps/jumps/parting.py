"""Where the part that landed ends although no headline was seen: another story begins at a crosshead.

One page alone may take a headline for a crosshead.  Once the jump is followed the story's
beginning on the other page has its say: its own crossheads go on with its words, the
headline of another story does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from pagefix.evidence.affinity import Affinity
from pagefix.evidence.ends import words
from pagefix.matching.keys import fold
from pagefix.model import Block, Grouped, Role, Story
from pagefix.rules import Rules
from pagefix.steps.jumps.assignment import Link
from pagefix.steps.jumps.ends import FLOW, Edition
from pagefix.steps.jumps.evidence import Evidence

# Word characters below a crosshead, and above it on both pages, under which likeness is chance.
_LEAST_BELOW, _LEAST_ABOVE = 60, 200
# Of 41 crossheads of parts that landed none was less than 2.4 times as near to its story as to
# the others of both pages; of 5 headlines taken for crossheads none was more than 1.6 times.
_AS_STRANGERS = 2.0


def part_strangers(
    edition: Edition, links: Sequence[Link], evidence: Evidence, rules: Rules
) -> tuple[Grouped, ...]:
    """The pages of the edition, stories that run into another one taken apart there."""
    stories = list(edition.stories)
    begins: dict[int, Story] = {}
    for link in links:
        n = link.jump.second
        at = _stranger(edition, link, evidence, rules.number("jumps.stranger"))
        if at is not None:
            stories[n], begins[n] = _parted(stories[n], at)
    if not begins:
        return tuple(edition.pages)
    pages = []
    for sheet, page in enumerate(edition.pages):
        mine = edition.stories_on(sheet)
        told = [part for n in mine for part in (stories[n], begins.get(n)) if part is not None]
        pages.append(replace(page, stories=tuple(told)))
    return tuple(pages)


def _stranger(edition: Edition, link: Link, evidence: Evidence, least: float) -> int | None:
    """The place of the first crosshead whose text has as little to do with its story as others have."""
    jump = link.jump
    blocks = edition.stories[jump.second].blocks
    sheets = {edition.sheet_of[jump.first], edition.sheet_of[jump.second]}
    others = [
        evidence.part(n).text
        for sheet in sorted(sheets)
        for n in edition.stories_on(sheet)
        if n not in (jump.first, jump.second)
    ]
    heads = [at for at, block in enumerate(blocks) if block.role is Role.CROSSHEAD]
    for at, end in pairwise((*heads, len(blocks))):
        above = evidence.part(jump.first).text + _text(blocks[:at])
        below = _text(blocks[at:end])
        if not others or words(below) < _LEAST_BELOW or words(above) < _LEAST_ABOVE:
            continue
        places = np.array([0, *range(2, 2 + len(others))], dtype=np.int64)
        near = Affinity([above, below, *others])(np.ones(len(places), dtype=np.int64), places)
        if near[0] < min(least, max(least / 2, _AS_STRANGERS * float(near[1:].mean()))):
            return at
    return None


def _text(blocks: Sequence[Block]) -> str:
    return fold("".join(block.text for block in blocks if block.role in FLOW))


def _parted(story: Story, at: int) -> tuple[Story, Story]:
    """The story up to the crosshead, and the one that it is the headline of."""
    head = story.blocks[at]
    rest = {b for b in story.blocks[at + 1 :] if b.role is not Role.CAPTION or b.start > head.start}
    headline = replace(head, role=Role.HEADLINE, rule="jumps.another_story")
    first = tuple(b for b in story.blocks if b is not head and b not in rest)
    second = (headline, *(b for b in story.blocks if b in rest))
    return Story(first, warnings=story.warnings), Story(second)
