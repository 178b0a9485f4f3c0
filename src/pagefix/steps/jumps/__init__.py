"""Jumps: stories that go on on another page, both ends found and put together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from rapidfuzz import fuzz

from pagefix.evidence.affinity import Affinity
from pagefix.evidence.seams import Weights, log_odds, odds
from pagefix.matching.assigning import best_pairs
from pagefix.matching.keys import fold
from pagefix.matching.labels import normal_label, same_page
from pagefix.model import Block, Doubt, Grouped, Linked, Role, Seam, Span, Story, Way
from pagefix.rules import Rules

_LINK, _SENTENCE = "jumps.link", "jumps.cut_sentence"
_FLOW = frozenset({Role.BODY, Role.CROSSHEAD, Role.NOTE, Role.TABLE})


@dataclass(frozen=True, slots=True)
class _End:
    """One end of a jump: a story on a page that says where its other part must be."""

    story: int
    page: str
    points_to: str


def link_jumps(pages: Sequence[Grouped], rules: Rules) -> Linked:
    """Puts the parts of stories that jump together, over the pages of one edition.

    Both ends must agree: where the jump lines point, the headline (same, shortened or
    quoted in the mark), the sentence that the jump cuts, and the words shared.  All ends
    of the edition are one assignment, so that bare marks do not snatch each other's parts.
    What is not likely enough for the rules' choice stays apart, as a doubt.
    """
    stories = [story for page in pages for story in page.stories]
    on_page = [normal_label(page.page.label) for page in pages for _ in page.stories]
    leaving = [
        _End(n, on_page[n], normal_label(s.continues_on)) for n, s in enumerate(stories) if s.continues_on
    ]
    landing = [
        _End(n, on_page[n], normal_label(s.continued_from)) for n, s in enumerate(stories) if s.continued_from
    ]
    found = _assign(leaving, landing, stories, rules) if rules.chosen(_LINK) else {}
    links = {a: b for a, (b, score) in found.items() if rules.allows(_LINK, score)}
    joined, seams, doubts = _merge(stories, links, rules)
    doubts += [
        Doubt(
            _mark(stories[b], Way.FROM), "jump", rules.why_not(score), score, _LINK, _mark(stories[a], Way.TO)
        )
        for a, (b, score) in found.items()
        if a not in links
    ]
    return Linked(pages=tuple(pages), stories=tuple(joined), seams=tuple(seams), doubts=tuple(doubts))


def _mark(story: Story, way: Way) -> Span:
    """Where the story says that it goes on, or that it is continued."""
    return next(block.pieces[0] for block in story.blocks if block.jump and block.jump.way is way)


def _assign(
    leaving: Sequence[_End], landing: Sequence[_End], stories: Sequence[Story], rules: Rules
) -> dict[int, tuple[int, float]]:
    """For each story that leaves, the one that goes on with it, and how likely that is."""
    if not leaving or not landing:
        return {}
    weights = rules.weights("jumps.link")
    ends = sorted({end.story for end in (*leaving, *landing)})
    place = {story: n for n, story in enumerate(ends)}
    affinity = Affinity([_words_of(stories[story]) for story in ends])
    gain = np.zeros((len(leaving), len(landing)))
    for a, tail in enumerate(leaving):
        for b, head in enumerate(landing):
            if tail.story != head.story and tail.page != head.page:
                i, j = np.array([place[tail.story]]), np.array([place[head.story]])
                row = _features(tail, head, stories, rules) | {"words": min(5.0, float(affinity(i, j)[0]))}
                score = weights.get("bias", 0.0) + sum(weights.get(k, 0.0) * v for k, v in row.items())
                gain[a, b] = max(0.0, score)
    return {
        leaving[a].story: (landing[b].story, odds(float(gain[a, b])))
        for a, b in best_pairs(gain)
        if gain[a, b] > 0
    }


def _features(tail: _End, head: _End, stories: Sequence[Story], rules: Rules) -> dict[str, float]:
    first, second = stories[tail.story], stories[head.story]
    seam = _seam_odds(first, second, Weights.read(rules.weights))
    title, continued = _headline(first), _headline(second)
    there, back = same_page(tail.points_to, head.page), same_page(head.points_to, tail.page)
    return {
        "points.to": float(there),
        "points.from": float(back),
        "points.elsewhere": float(not there) + float(not back),
        "headline.alike": fuzz.partial_ratio(title, continued) / 100 if title and continued else 0.0,
        "headline.missing": float(not continued),
        "headline.other": float(bool(title and continued) and fuzz.partial_ratio(title, continued) < 60),
        "seam": max(-2.0, min(2.0, seam)) if seam is not None else 0.0,
    }


def _headline(story: Story) -> str:
    quoted = next(
        (b.jump.headline for b in story.blocks if b.jump and b.jump.way is Way.FROM and b.jump.headline), ""
    )
    printed = "".join(b.text for b in story.blocks if b.role is Role.HEADLINE)
    return "".join(c for c in fold(printed or quoted) if c.isalnum())


def _words_of(story: Story) -> str:
    return fold("".join(b.text for b in story.blocks if b.role in _FLOW or b.role is Role.HEADLINE))


def _last_body(story: Story) -> int | None:
    return next((n for n in range(len(story.blocks) - 1, -1, -1) if story.blocks[n].role is Role.BODY), None)


def _first_body(story: Story) -> int | None:
    flow = [n for n, b in enumerate(story.blocks) if b.role in _FLOW]
    return flow[0] if flow and story.blocks[flow[0]].role is Role.BODY else None


def _seam_odds(first: Story, second: Story, weights: Weights) -> float | None:
    a, b = _last_body(first), _first_body(second)
    if a is None or b is None:
        return None
    return log_odds(fold(first.blocks[a].text), fold(second.blocks[b].text), weights)


def _merge(
    stories: Sequence[Story], links: Mapping[int, int], rules: Rules
) -> tuple[list[Story], list[Seam], list[Doubt]]:
    weights = Weights.read(rules.weights)
    continued = set(links.values())
    merged, seams, doubts = list[Story](), list[Seam](), list[Doubt]()
    for n, story in enumerate(stories):
        if n in continued and not _in_ring(n, links):
            continue
        at, whole = n, story
        while at in links and links[at] != n:
            at = links[at]
            seam = _joint(whole, stories[at], weights) if rules.chosen(_SENTENCE) else None
            if seam and not rules.allows(_SENTENCE, seam.score):
                why = rules.why_not(seam.score)
                doubts.append(Doubt(seam.head, "seam", why, seam.score, _SENTENCE, seam.tail))
                seam = None
            seams += [seam] if seam else []
            whole = _append(whole, stories[at], seam)
        merged.append(whole)
    return merged, seams, doubts


def _in_ring(start: int, links: Mapping[int, int]) -> bool:
    """Whether following the jumps leads back here, and here is where the ring is cut."""
    at, seen = start, [start]
    while at in links:
        at = links[at]
        if at == start:
            return start == min(seen)
        if at in seen:
            return False
        seen.append(at)
    return False


def _joint(first: Story, second: Story, weights: Weights) -> Seam | None:
    score = _seam_odds(first, second, weights)
    a, b = _last_body(first), _first_body(second)
    if score is None or a is None or b is None or score <= 0:
        return None
    return Seam(first.blocks[a].pieces[-1], second.blocks[b].pieces[0], odds(score), _SENTENCE)


def _append(first: Story, second: Story, seam: Seam | None) -> Story:
    flow = [b for b in first.blocks if b.role is not Role.CAPTION]
    captions = [b for b in (*first.blocks, *second.blocks) if b.role is Role.CAPTION]
    rest = [b for b in second.blocks if b.role is not Role.CAPTION]
    if seam is not None:
        a, b = (
            _last_body(replace(first, blocks=tuple(flow))),
            _first_body(replace(second, blocks=tuple(rest))),
        )
        assert a is not None
        assert b is not None
        flow[a] = _one_paragraph(flow[a], rest[b])
        del rest[b]
    return Story(
        blocks=(*flow, *rest, *captions),
        continued_from=first.continued_from,
        continues_on=second.continues_on,
        warnings=tuple(_distinct((*first.warnings, *second.warnings))),
    )


def _one_paragraph(tail: Block, head: Block) -> Block:
    return replace(
        tail, pieces=tail.pieces + head.pieces, text=tail.text + head.text, credit=tail.credit or head.credit
    )


def _distinct(items: Sequence[str]) -> Iterator[str]:
    yield from dict.fromkeys(items)
