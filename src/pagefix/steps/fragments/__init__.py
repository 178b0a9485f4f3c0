"""Seams: the pieces of a broken paragraph found and put together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from pagefix.evidence.affinity import likeness_of
from pagefix.evidence.between import is_lone_sentence
from pagefix.evidence.cut import Cuts, cuts_of, cuts_speak, neighbours
from pagefix.evidence.ends import Floats, Fragment, Ints, ends_sentence
from pagefix.evidence.printed import line_widths
from pagefix.evidence.seams import Weights, weigh
from pagefix.matching.keys import fold
from pagefix.model import Block, Doubt, Grouped, Joined, Repeat, Role, Seam, Span, Story, Trimmed, Way
from pagefix.rules import Rules
from pagefix.steps.fragments.assignment import assign
from pagefix.steps.fragments.columns import in_columns

# Roles that lie between two blocks without parting them: they are not the newspaper's text.
_TRANSPARENT = frozenset({Role.FURNITURE, Role.IMAGE, Role.MARK})


class _Weighed(NamedTuple):
    """A page whose open ends were weighed: log-odds of the pairs ``i``, ``j`` of its body blocks.

    ``bodies`` are their places among ``blocks``; ``printed`` tells which are printed lines, ``beside``
    is 1 for pairs of neighbours, else 0.
    """

    page: Trimmed
    blocks: tuple[Block, ...]
    bodies: list[int]
    printed: list[bool]
    i: Ints
    j: Ints
    scores: Floats
    beside: Floats
    cuts: Cuts


def join_fragments(pages: Sequence[Trimmed], rules: Rules) -> list[Joined]:
    """Puts the fragments of broken paragraphs together, on each of the pages of an edition.

    Every open tail is weighed against every head within reach, and against staying open; how much of
    the edition is cut speaks too; one assignment over a page decides (weights: ``seams.pair`` or
    ``seams.lines``, ``seams.rare``, ``seams.cut``).  A joined paragraph stands where its first
    fragment stood.  A seam that is not likely enough for the rules' choice stays open, as a doubt.
    """
    weights = Weights.read(rules.weights, rules.words)
    weighed = [_weighed(page, weights, rules) for page in pages]
    said = cuts_speak((page.cuts for page in weighed), rules.weights("seams.cut"))
    return [
        _joined(page._replace(scores=page.scores + said * page.beside), weights, rules) for page in weighed
    ]


def _weighed(page: Trimmed, weights: Weights, rules: Rules) -> _Weighed:
    blocks = in_columns(page, rules).blocks
    bodies = [at for at, block in enumerate(blocks) if block.role is Role.BODY]
    lost = _swallowed_ends(page.repeats) | _marked_ends(blocks, rules)
    fragments = fragments_of(blocks, bodies, lost)
    printed = _are_printed(fragments)
    i, j, scores = weigh(fragments, weights, fold(page.page.text))
    beside = neighbours(fragments, printed, i, j)
    return _Weighed(
        page, blocks, bodies, printed, i, j, scores, beside, cuts_of(fragments, printed, i, scores)
    )


def _joined(weighed: _Weighed, weights: Weights, rules: Rules) -> Joined:
    page, blocks, bodies, printed, i, j, scores, *_ = weighed
    chosen = sorted(_chosen(printed, weights, i, j, scores))
    goes_on = {bodies[tail]: bodies[head] for tail, head, _ in chosen}
    seams = {
        bodies[tail]: _seam(blocks[bodies[tail]], blocks[bodies[head]], said) for tail, head, said in chosen
    }
    done = {tail: seam for tail, seam in seams.items() if rules.allows(seam.rule, seam.score)}
    doubts = (
        _doubt(seam, rules) for tail, seam in seams.items() if tail not in done and rules.chosen(seam.rule)
    )
    joined = {tail: goes_on[tail] for tail in done}
    return Joined(
        page=page.page,
        blocks=_paragraphs(_fallen_between(blocks, joined), joined),
        repeats=page.repeats,
        seams=tuple(done.values()),
        doubts=(*page.doubts, *doubts),
        chances=tuple(
            (blocks[bodies[i[p]]].end, blocks[bodies[j[p]]].start, float(scores[p]))
            for p in np.flatnonzero(scores > _OUT_OF_THE_QUESTION).tolist()
        ),
    )


# In log-odds: what is less likely moves no paragraph, even where many such seams come together.
_OUT_OF_THE_QUESTION = -4.0


def join_within_stories(grouped: Grouped, rules: Rules) -> Grouped:
    """Looks for seams once more where the sorting into stories brought two paragraphs together.

    Before, a headline or another story's text lay between them, which speaks against a seam;
    in their own story one stands right below the other.
    """
    weights = Weights.read(rules.weights, rules.words)
    least = rules.number("articles.least_seam")
    known = ""
    gaps = _swallowed_ends(grouped.repeats)
    order = _page_order(grouped)
    stories: list[Story] = []
    found: list[Seam] = []
    for story in grouped.stories:
        blocks = story.blocks
        bodies = [at for at, block in enumerate(blocks) if block.role is Role.BODY]
        done: dict[int, int] = {}
        if brought := _brought_together(blocks, bodies, order):
            fragments = fragments_of(blocks, bodies, gaps | _marked_ends(blocks, rules))
            # Three pages in four have no such story: the page is folded for the others.
            known = known or fold(grouped.page.text)
            i, j, scores = weigh(fragments, weights, known)
            for one, other, said in _chosen(_are_printed(fragments), weights, i, j, scores):
                if (one, other) not in brought:
                    continue
                tail, head = bodies[one], bodies[other]
                seam = _seam(blocks[tail], blocks[head], said)
                if seam.score >= least and rules.allows(seam.rule, seam.score):
                    done[tail] = head
                    found.append(seam)
        stories.append(replace(story, blocks=_paragraphs(blocks, done)) if done else story)
    joined = {(seam.tail, seam.head) for seam in found}
    doubts = tuple(doubt for doubt in grouped.doubts if (doubt.of, doubt.span) not in joined)
    return replace(grouped, stories=tuple(stories), seams=(*grouped.seams, *found), doubts=doubts)


def _chosen(
    printed: Sequence[bool], weights: Weights, i: Ints, j: Ints, scores: Floats
) -> Iterator[tuple[int, int, float]]:
    """Tail, head and probability of the pairs that the assignment chooses."""
    for pair in assign(i, j, scores):
        tail = int(i[pair])
        yield tail, int(j[pair]), weights.says(float(scores[pair]), printed=printed[tail])


def _are_printed(fragments: Sequence[Fragment]) -> list[bool]:
    """Which fragments are printed lines, not paragraphs."""
    return [width > 0 for width in line_widths([fragment.text for fragment in fragments])]


def _brought_together(
    blocks: Sequence[Block], bodies: Sequence[int], order: Mapping[Span, int]
) -> set[tuple[int, int]]:
    """Paragraphs, counted from 0, one below the other in their story and apart on the page.

    Only those are asked whose first one ends no sentence: over a full stop no such seam was
    likely enough on eight sets of pages, and most stories need not be weighed again.
    """
    return {
        (n, n + 1)
        for n, (tail, head) in enumerate(pairwise(bodies))
        if order[blocks[head].pieces[0]] > order[blocks[tail].pieces[-1]] + 1
        and not ends_sentence(fold(blocks[tail].text))
    }


def _page_order(grouped: Grouped) -> dict[Span, int]:
    """The place of every piece of text on the page, counted without what is not the newspaper's."""
    pieces = [piece for story in grouped.stories for block in story.blocks for piece in block.pieces]
    return {piece: n for n, piece in enumerate(sorted(pieces, key=lambda piece: piece.start))}


def _swallowed_ends(repeats: Sequence[Repeat]) -> frozenset[tuple[str, int]]:
    """Where a loop swallowed the rest."""
    return frozenset((repeat.span.page, repeat.span.start) for repeat in repeats if repeat.gap)


def _marked_ends(blocks: Sequence[Block], rules: Rules) -> frozenset[tuple[str, int]]:
    """The same on a page that was mended before: a mark shows it."""
    marks = rules.words("gap_mark")
    return frozenset((block.page, block.end) for block in blocks if block.text.endswith(marks))


def fragments_of(
    blocks: Sequence[Block], bodies: Sequence[int], lost: frozenset[tuple[str, int]] = frozenset()
) -> list[Fragment]:
    """The body blocks of a page as the seams see them, in page order.

    ``lost`` are the places where a loop swallowed the rest: nothing goes on there.
    """
    shown = [at for at, block in enumerate(blocks) if block.role not in _TRANSPARENT]
    place = {at: n for n, at in enumerate(shown)}
    regions: dict[int, tuple[int, str]] = {}
    region, title = 0, ""
    for at in shown:
        if blocks[at].role is Role.HEADLINE:
            region, title = region + 1, fold(blocks[at].text)
        regions[at] = region, title
    usual = _usual_room(blocks, shown)
    fragments = []
    for at in bodies:
        before = blocks[shown[place[at] - 1]] if place[at] else None
        after = blocks[shown[place[at] + 1]] if place[at] + 1 < len(shown) else None
        block = blocks[at]
        fragments.append(
            Fragment(
                text=fold(block.text),
                before=before.role if before else "",
                after=after.role if after else "",
                region=regions[at][0],
                place=place[at],
                title=regions[at][1],
                sealed_tail=_sealed(block, after, Way.TO) or (block.page, block.end) in lost,
                sealed_head=_sealed(before, block, Way.FROM),
                apart=before is not None and _room(before, block) > usual,
            )
        )
    return fragments


def _usual_room(blocks: Sequence[Block], shown: Sequence[int]) -> int:
    """How many characters part two blocks of the page as a rule: a line's end, or a blank line."""
    rooms = Counter(_room(blocks[above], blocks[below]) for above, below in pairwise(shown))
    return rooms.most_common(1)[0][0] if rooms else 0


def _room(above: Block, below: Block) -> int:
    return below.start - above.end


def _sealed(first: Block | None, second: Block | None, way: Way) -> bool:
    """Whether a jump line between the two takes the text off the page.

    A leaving mark may stand at the foot of a column of another story, so it must be glued; what
    stands right below a landing mark has come from another page either way.
    """
    if first is None or second is None:
        return False
    mark = second if way is Way.TO else first
    if mark.jump is None or mark.jump.way is not way:
        return False
    return first.end == second.start or (way is Way.FROM and second.role is Role.BODY)


def _seam(tail: Block, head: Block, said: float) -> Seam:
    return Seam(tail=tail.pieces[-1], head=head.pieces[0], score=said, rule="seams.pair")


def _doubt(seam: Seam, rules: Rules) -> Doubt:
    return Doubt(seam.head, "seam", rules.why_not(seam.score), seam.score, seam.rule, of=seam.tail)


def _paragraphs(blocks: Sequence[Block], goes_on: Mapping[int, int]) -> tuple[Block, ...]:
    absorbed = set(goes_on.values())
    paragraphs = []
    for at, block in enumerate(blocks):
        if at in absorbed:
            continue
        chain = [block]
        while at in goes_on:
            at = goes_on[at]
            chain.append(blocks[at])
        paragraphs.append(_put_together(chain) if len(chain) > 1 else block)
    return tuple(paragraphs)


def _fallen_between(blocks: tuple[Block, ...], goes_on: Mapping[int, int]) -> tuple[Block, ...]:
    """The blocks with the roles of those that lie alone between the two halves of a paragraph.

    A heading there is another story's headline: no crosshead parts a sentence of its own story.
    So is a line without a stop that is more like what follows; any other short sentence is a
    picture's words, for another story's paragraph would seldom be so short.
    """
    joined = {*goes_on, *goes_on.values()}
    out = list(blocks)
    for tail, head in goes_on.items():
        between = [at for at in range(tail + 1, head) if blocks[at].role not in _TRANSPARENT]
        if len(between) != 1 or between[0] in joined:
            continue
        block = blocks[between[0]]
        if block.role is Role.CROSSHEAD or (_is_line(block) and _announces(block, blocks, tail, head)):
            out[between[0]] = replace(block, role=Role.HEADLINE, rule="headings.within_paragraph")
        elif _is_line(block):
            out[between[0]] = replace(block, role=Role.CAPTION, rule="captions.within_paragraph")
    return tuple(out)


def _is_line(block: Block) -> bool:
    return block.role is Role.BODY and not block.level and is_lone_sentence(fold(block.text))


def _announces(block: Block, blocks: Sequence[Block], tail: int, head: int) -> bool:
    """Whether a line without a stop is more like the text below the paragraph than like the paragraph.

    Of 28 headlines read in paragraphs of development pages without marks 27 were, of 55 captions 11,
    9 of these with a stop.
    """
    line = fold(block.text)
    below = [fold(other.text) for other in blocks[head + 1 : head + 6] if other.role is Role.BODY]
    if ends_sentence(line) or not below:
        return False
    above = [fold(other.text) for other in blocks[max(0, tail - 2) : tail + 1] if other.role is Role.BODY]
    own = [*above, fold(blocks[head].text)]
    likeness = likeness_of([(line, text) for text in (*own, *below)])
    return bool(likeness[len(own) :].max() > likeness[: len(own)].max())


def _put_together(chain: Sequence[Block]) -> Block:
    return replace(
        chain[0],
        pieces=tuple(piece for block in chain for piece in block.pieces),
        text="".join(block.text for block in chain),
        credit=next((block.credit for block in chain if block.credit), None),
    )
