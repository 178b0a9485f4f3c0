"""The parts of a story put together, in the order in which it jumps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from pagefix.evidence.seams import odds
from pagefix.matching.keys import fold
from pagefix.model import Block, Doubt, Role, Seam, Story
from pagefix.rules import Rules
from pagefix.steps.jumps.assignment import Link
from pagefix.steps.jumps.ends import Edition, Mark, body_before, last_body
from pagefix.steps.jumps.evidence import Candidate, Evidence

SENTENCE = "jumps.cut_sentence"
_APART = -20.0
"""Log-odds of paragraphs that never were one."""


def merge(
    edition: Edition, links: Sequence[Link], evidence: Evidence, rules: Rules
) -> tuple[list[Story], list[Seam], list[Doubt]]:
    """All stories of the edition, those that jump in one piece, and the sentences mended.

    A sentence that may be cut but is not likely enough for the rules' choice is a doubt.
    """
    stories = list(edition.stories)
    cuts: dict[int, Meeting] = {}
    doubts: list[Doubt] = []
    for link in links:
        cut = _weighed(meeting(link.jump, edition, evidence), rules.weights("jumps.cut"))
        score = odds(cut.score)
        if cut.tail and cut.head and cut.score > 0 and not rules.allows(SENTENCE, score):
            if rules.chosen(SENTENCE):
                why = rules.why_not(score)
                doubts.append(Doubt(cut.head.pieces[0], "seam", why, score, SENTENCE, cut.tail.pieces[-1]))
            cut = cut._replace(score=_APART)
        cuts[link.jump.first] = cut
    _bring_home(edition, stories, links, cuts)
    after = {link.jump.first: link.jump.second for link in links}
    continued = set(after.values())
    seams: list[Seam] = []
    merged = []
    for n, story in enumerate(stories):
        if n in continued and not _begins_ring(n, after):
            continue
        at, whole = n, story
        while at in after and after[at] != n:
            whole, seam = _append(whole, stories[after[at]], cuts[at])
            seams += [seam] if seam else []
            at = after[at]
        if whole.blocks:
            merged.append(whole)
    return merged, seams, doubts


def _begins_ring(start: int, after: dict[int, int]) -> bool:
    """Whether following the jumps leads back here, and here is where the ring is cut."""
    at, seen = start, [start]
    while at in after:
        at = after[at]
        if at == start:
            return start == min(seen)
        if at in seen:
            return False
        seen.append(at)
    return False


class Meeting(NamedTuple):
    """The two paragraphs that meet at a jump, and the log-odds that they are one."""

    tail: Block | None
    head: Block | None
    score: float


def meeting(jump: Candidate, edition: Edition, evidence: Evidence) -> Meeting:
    """Where the sentence would be cut: at the story's end or, if that fits better, above the mark."""
    first, second = edition.stories[jump.first].blocks, edition.stories[jump.second].blocks
    head = _head(second, jump.landing)
    tails = [first[n] for n in (last_body(first),) if n is not None]
    if jump.leaving is not None:
        blocks = edition.stories[jump.leaving.story].blocks
        above = body_before(blocks, jump.leaving.at)
        if above is not None and blocks[above] not in tails:
            tails.insert(0, blocks[above])
    best = Meeting(tails[-1] if tails else None, head, _APART)
    for tail in tails:
        score = evidence.cut(fold(tail.text), fold(head.text)) if head is not None else None
        if score is not None and score > best.score:
            best = Meeting(tail, head, score)
    return best


def _weighed(cut: Meeting, weights: Mapping[str, float]) -> Meeting:
    """The log-odds of a sentence that a jump cuts, from those of a seam between any two paragraphs.

    Between any two paragraphs of a page a seam is rare, between the ends of a jump every
    second one is.
    """
    if cut.score == _APART:
        return cut
    return cut._replace(score=weights.get("bias", 0.0) + weights.get("seam", 0.0) * cut.score)


def _head(blocks: Sequence[Block], mark: Mark | None) -> Block | None:
    below = blocks[mark.at + 1 :] if mark is not None else blocks
    flow = next((b for b in below if b.role not in (Role.JUMP, Role.CAPTION, Role.HEADLINE)), None)
    return flow if flow is not None and flow.role is Role.BODY else None


def _bring_home(
    edition: Edition, stories: list[Story], links: Sequence[Link], cuts: dict[int, Meeting]
) -> None:
    """Moves marks that were read into another story, and the cut sentence above them, home."""
    for link in links:
        mark, home = link.jump.leaving, link.jump.first
        if mark is None or mark.story == home:
            continue
        host = stories[mark.story].blocks
        cut = cuts[home]
        moved = [edition.stories[mark.story].blocks[mark.at]]
        if cut.tail in host and cut.score > 0:
            moved.insert(0, cut.tail)
        stories[mark.story] = replace(stories[mark.story], blocks=tuple(b for b in host if b not in moved))
        stories[home] = replace(stories[home], blocks=(*stories[home].blocks, *moved))


def _append(first: Story, second: Story, cut: Meeting) -> tuple[Story, Seam | None]:
    flow = [b for b in first.blocks if b.role is not Role.CAPTION]
    captions = [b for b in (*first.blocks, *second.blocks) if b.role is Role.CAPTION]
    rest = [b for b in second.blocks if b.role is not Role.CAPTION]
    seam = None
    if cut.score > 0 and cut.tail is not None and cut.head is not None:
        # By their edges: either may have become part of a longer paragraph at another jump.
        end, start = cut.tail.pieces[-1], cut.head.pieces[0]
        a = next((n for n, b in enumerate(flow) if b.pieces[-1] == end), None)
        b = next((n for n, b in enumerate(rest) if b.pieces[0] == start), None)
        if a is not None and b is not None:
            seam = Seam(end, start, odds(cut.score), SENTENCE)
            flow[a] = _one_paragraph(flow[a], rest.pop(b))
    warnings = dict.fromkeys((*first.warnings, *second.warnings))
    return Story(blocks=(*flow, *rest, *captions), warnings=tuple(warnings)), seam


def _one_paragraph(tail: Block, head: Block) -> Block:
    return replace(
        tail, pieces=tail.pieces + head.pieces, text=tail.text + head.text, credit=tail.credit or head.credit
    )
