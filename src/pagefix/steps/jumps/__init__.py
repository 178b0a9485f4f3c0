"""Jumps: stories that go on on another page, both ends found and put together."""

from __future__ import annotations

from collections.abc import Sequence

from pagefix.evidence.seams import odds
from pagefix.model import Doubt, Grouped, Linked, Span
from pagefix.rules import Rules
from pagefix.steps.jumps.assignment import Link, assign
from pagefix.steps.jumps.ends import Edition
from pagefix.steps.jumps.evidence import Candidate, Evidence
from pagefix.steps.jumps.headlines import agree_on_headlines
from pagefix.steps.jumps.merging import merge
from pagefix.steps.jumps.missing import with_open_ends
from pagefix.steps.jumps.neighbours import name_neighbours
from pagefix.steps.jumps.parting import part_strangers

__all__ = ["agree_on_headlines", "link_jumps", "name_neighbours"]

LINK = "jumps.link"


def link_jumps(pages: Sequence[Grouped], rules: Rules) -> Linked:
    """Puts the parts of stories that jump together, over the pages of one edition.

    Both ends must agree: where the jump lines point, the headline (same, shortened or
    quoted in the mark), the sentence that the jump cuts, and the words shared.  All ends
    of the edition are one assignment, so that bare marks do not snatch each other's parts.
    What is not likely enough for the rules' choice stays apart, as a doubt; an end that stays
    open keeps the page that it names, and a warning says what is missing.
    """
    edition = Edition(pages)
    if not edition.marks:
        return Linked(pages=tuple(pages), stories=tuple(edition.stories))
    edition, evidence, found = _followed(edition, rules)
    links = [link for link in found if rules.allows(LINK, odds(link.score))]
    doubts = [_doubt(link, edition, rules) for link in found if link not in links]
    stories, seams, unsure = merge(edition, links, evidence, rules)
    used = {span for link in links for span in _spans(link.jump, edition)}
    told = tuple(with_open_ends(story, used, edition) for story in stories)
    return Linked(tuple(edition.pages), told, tuple(seams), (*unsure, *doubts))


def _followed(edition: Edition, rules: Rules) -> tuple[Edition, Evidence, list[Link]]:
    """The jumps, followed once more where a part that landed turned out to be two stories."""
    evidence = Evidence(edition, rules)
    if not rules.chosen(LINK):
        return edition, evidence, []
    weights = rules.weights("jumps.link")
    found = assign(edition, evidence, weights)
    sure = [link for link in found if rules.allows(LINK, odds(link.score))]
    parted = Edition(part_strangers(edition, sure, evidence, rules))
    if len(parted.stories) == len(edition.stories):
        return edition, evidence, found
    evidence = Evidence(parted, rules)
    return parted, evidence, assign(parted, evidence, weights)


def _spans(jump: Candidate, edition: Edition) -> list[Span]:
    """Where the marks of a jump stand."""
    marks = [mark for mark in (jump.leaving, jump.landing) if mark is not None]
    return [edition.stories[mark.story].blocks[mark.at].pieces[0] for mark in marks]


def _doubt(link: Link, edition: Edition, rules: Rules) -> Doubt:
    spans, score = _spans(link.jump, edition), odds(link.score)
    return Doubt(spans[-1], "jump", rules.why_not(score), score, LINK, spans[0] if len(spans) > 1 else None)
