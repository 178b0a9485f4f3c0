"""Articles: the blocks of a page sorted into stories, each in its true order."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from rapidfuzz import fuzz

from pagefix.evidence.affinity import Affinity
from pagefix.evidence.ends import ends_sentence, words
from pagefix.evidence.openings import is_names, opens_report, signs_off
from pagefix.evidence.rarity import rarity_of
from pagefix.matching.keys import fold
from pagefix.model import Block, Grouped, Joined, Role, Story, Way
from pagefix.rules import Rules
from pagefix.steps.articles.asides import beside_text
from pagefix.steps.articles.dividing import dividing_headlines
from pagefix.steps.articles.pull import Likeness
from pagefix.steps.articles.step import Link, Step
from pagefix.steps.articles.threads import label

_LOOSE = frozenset({Role.FURNITURE, Role.IMAGE, Role.MARK})
_HEAD = frozenset({Role.KICKER, Role.HEADLINE, Role.DECK, Role.BYLINE, Role.DATELINE})


def group_articles(joined: Joined, rules: Rules) -> Grouped:
    """Sorts the blocks of a page into stories.

    A story begins at a headline (with the kicker above it) or where a jump from another
    page lands without one.  What stands above the first of them is a story without a
    headline, if it is text.
    """
    blocks = blocks_to_sort(joined)
    found = sort_blocks(joined, blocks, rules)
    if dividing := list(dividing_headlines(blocks, found.steps, found.labels, found.likeness, rules)):
        for at in dividing:
            blocks[at] = replace(blocks[at], role=Role.CROSSHEAD, rule="articles.dividing")
        found = sort_blocks(joined, blocks, rules)
    members: dict[int, list[Block]] = {}
    for block, home in zip(blocks, found.homes, strict=True):
        members.setdefault(home, []).append(block)
    beside = set(beside_text(joined, members.values(), rules))
    stories = [_story(list(_settle_roles(members[n], beside))) for n in sorted(members)]
    return Grouped(
        page=joined.page,
        stories=tuple(stories),
        loose=tuple(block for block in joined.blocks if block.role in _LOOSE),
        repeats=joined.repeats,
        seams=joined.seams,
        doubts=joined.doubts,
    )


def blocks_to_sort(joined: Joined) -> list[Block]:
    """The blocks of a page that belong to a story: no furniture, no images, no marks."""
    return [block for block in joined.blocks if block.role not in _LOOSE]


class Sorted(NamedTuple):
    """The article of each block (``homes``), and of each of the steps by which they were sorted."""

    homes: list[int]
    steps: list[Step]
    labels: list[int]
    likeness: Likeness


def sort_blocks(joined: Joined, blocks: Sequence[Block], rules: Rules) -> Sorted:
    """Which article each of the ``blocks`` belongs to, by number; -1 is nobody's."""
    begins = _beginnings(blocks)
    homes = _homes(blocks, begins)
    steps, where, links = _steps(joined, blocks, begins, homes, rules)
    count = max(begins.values(), default=-1) + 1
    affinity = Affinity([step.text for step in steps], rarity_of(rules.words("seams.characters")))
    likeness = Likeness.of(affinity, steps)
    labels = label(steps, count, links, affinity, likeness, rules) if count else [-1] * len(steps)
    return Sorted(
        [labels[where[at]] if at in where else homes[at] for at in range(len(blocks))],
        steps,
        labels,
        likeness,
    )


def _beginnings(blocks: Sequence[Block]) -> dict[int, int]:
    """Where articles begin: the position of the first block of each, and its number."""
    begins: dict[int, int] = {}
    in_head = below = False
    title = ""
    for at, block in enumerate(blocks):
        lands = _lands(block)
        starts = (
            block.role is Role.HEADLINE
            or (block.role is Role.KICKER and _heads_something(blocks, at))
            or (lands and not (below and _may_be_its(block, title)) and not _both_at_once(blocks, at))
        )
        if starts and (not in_head or lands or block.role is Role.KICKER):
            begins[at] = len(begins)
            title = ""
        title += block.text if block.role is Role.HEADLINE else ""
        in_head = starts or (in_head and block.role in _HEAD)
        if lands:
            # The mark stands below its headline, or, seldom, right above it.
            in_head = at in begins and at + 1 < len(blocks) and blocks[at + 1].role is Role.HEADLINE
        # A picture may stand between a headline and the mark.
        below = in_head or (below and block.role is Role.CAPTION)
    return begins


def _may_be_its(mark: Block, title: str) -> bool:
    """Whether a landing mark can belong to the headline above it: one that quotes another cannot."""
    quoted = fold(mark.jump.headline) if mark.jump is not None else ""
    return not quoted or fuzz.partial_ratio(quoted, fold(title)) >= _LIKE


def _both_at_once(blocks: Sequence[Block], at: int) -> bool:
    """Whether a landing mark is the second of two in a line without text: both are of one story."""
    before, after = blocks[at - 1] if at else None, blocks[at + 1] if at + 1 < len(blocks) else None
    glued = before is not None and before.end == blocks[at].start
    return (
        glued
        and before is not None
        and before.jump is not None
        and before.jump.way is Way.TO
        and not (after is not None and after.start == blocks[at].end)
    )


_LIKE = 80.0
"""Headlines in per cent: a shortened one is wholly contained, misread characters aside."""


def _heads_something(blocks: Sequence[Block], at: int) -> bool:
    return any(block.role is Role.HEADLINE for block in blocks[at + 1 : at + 3])


def _lands(block: Block) -> bool:
    return block.jump is not None and block.jump.way is Way.FROM


def _homes(blocks: Sequence[Block], begins: dict[int, int]) -> dict[int, int]:
    """The articles of leaving marks that name their headline, and of the text they are glued to."""
    titles: dict[int, str] = {}
    article = -1
    for at, block in enumerate(blocks):
        article = begins.get(at, article)
        if block.role is Role.HEADLINE:
            titles[article] = titles.get(article, "") + fold(block.text)
    homes: dict[int, int] = {}
    for at, block in enumerate(blocks):
        if block.jump is None or block.jump.way is not Way.TO or not block.jump.headline:
            continue
        named = fold(block.jump.headline)
        home = next((n for n, title in titles.items() if fuzz.partial_ratio(named, title) >= _LIKE), -1)
        if home >= 0:
            homes[at] = home
            glued = at > 0 and blocks[at - 1].end == block.start
            if glued and blocks[at - 1].role is Role.BODY and at - 1 not in begins:
                homes[at - 1] = home
    return homes


def _steps(
    joined: Joined, blocks: Sequence[Block], begins: dict[int, int], homes: dict[int, int], rules: Rules
) -> tuple[list[Step], dict[int, int], list[Link]]:
    """The fragments in page order, for each block the step of its first piece, and what may link them.

    A mark that stands alone and whose home is known is no step: it says nothing of its place.
    """
    breaks = {seam.head for seam in joined.seams}
    found: list[tuple[int, int, int, Step]] = []
    in_head = False
    # Right below a headline its own story begins, whoever signs it.
    told = True
    for at, block in enumerate(blocks):
        glued = (
            at > 0 and blocks[at - 1].end == block.start and Role.JUMP in (block.role, blocks[at - 1].role)
        )
        stays = in_head or glued
        in_head = at in begins or (in_head and (block.role in _HEAD or block.role is Role.JUMP))
        told = told and at not in begins
        if block.role is Role.JUMP and at in homes and not glued:
            continue
        for number, pieces in enumerate(block.fragments(breaks)):
            text = fold("".join(joined.page.text[p.start : p.end] for p in pieces))
            found.append(
                (
                    pieces[0].start,
                    pieces[-1].end,
                    number,
                    Step(
                        block=at,
                        text=text if block.role is not Role.JUMP else "",
                        begins=begins.get(at, -1) if number == 0 else -1,
                        ends=block.jump is not None and block.jump.way is Way.TO,
                        stays=stays and number == 0,
                        fresh=told and not stays and number == 0 and _begins_afresh(blocks, at, rules),
                        home=homes.get(at, -1),
                        signed=number == 0 and at in begins and _is_signed(blocks, at, rules),
                        tells=block.role not in (Role.JUMP, Role.CAPTION),
                        runs=block.role is Role.BODY,
                    ),
                )
            )
        told = told or (block.role is Role.BODY and words(block.text) > _PROSE and not _is_deck(block))
    found.sort(key=lambda item: item[0])
    where = {step.block: place for place, (*_, number, step) in enumerate(found) if number == 0}
    steps = [step for *_, step in found]
    steps = [_unless_cut_off(step, above) for step, above in zip(steps, [None, *steps], strict=False)]
    steps = [_if_it_signs(step, above, rules) for step, above in zip(steps, [None, *steps], strict=False)]
    begun = {begin: place for place, (begin, *_) in enumerate(found)}
    ended = {end: place for place, (_, end, *_) in enumerate(found)}
    links = [
        Link(ended[tail], begun[head], odds)
        for tail, head, odds in joined.chances
        if tail in ended and head in begun
    ]
    return steps, where, links


def _unless_cut_off(step: Step, above: Step | None) -> Step:
    """The step, free where the rest of another paragraph stands between it and its headline."""
    cut_off = step.stays and above is not None and above.block < step.block - 1
    return step._replace(stays=False) if cut_off else step


def _if_it_signs(step: Step, above: Step | None, rules: Rules) -> Step:
    """The step, kept with the paragraph above it where it signs that one: names or a source in brackets.

    Of 437 such lines on development pages and those of other papers 433 belong to the paragraph right above,
    wherever that strayed.  What has a comma is a remark.
    """
    if above is None or not (above.runs and step.runs) or len(step.text) > _SIGNATURE:
        return step
    signs = step.text[0] in "（(" and "，" not in step.text and signs_off(step.text, rules)
    return step._replace(stays=True) if signs and ends_sentence(above.text) else step


# A paragraph rather than a line; and no more than names or a source.
_PROSE, _SIGNATURE = 20, 24


def _begins_afresh(blocks: Sequence[Block], at: int, rules: Rules) -> bool:
    """Whether a story seems to begin here: with its author or dateline, or below a signature."""
    block = blocks[at]
    text = fold(block.text)
    if block.role is Role.BYLINE:
        return True
    if block.role is Role.BODY and opens_report(text, rules):
        return not (at and _is_deck(blocks[at - 1]))
    below = blocks[at + 1] if at + 1 < len(blocks) else block
    if _is_deck(block) and below.role is Role.BODY and opens_report(fold(below.text), rules):
        return True
    if block.role in (Role.BODY, Role.CROSSHEAD) and is_names(text, rules):
        return True
    above = blocks[at - 1] if at and blocks[at - 1].end <= block.start else None
    return above is not None and (
        above.role in (Role.DATELINE, Role.NOTE) or (above.role is Role.BODY and signs_off(above.text, rules))
    )


def _is_signed(blocks: Sequence[Block], at: int, rules: Rules) -> bool:
    """Whether the story that begins here has its author or its dateline right below the headline."""
    for block in blocks[at + 1 :]:
        text = fold(block.text)
        # A line that only its place makes a byline may be the rest of a sentence.
        byline = block.role is Role.BYLINE and block.rule != "credits.names_below_headline"
        if byline or (block.role in (Role.BYLINE, Role.BODY, Role.CROSSHEAD) and is_names(text, rules)):
            return True
        if block.role not in _HEAD and block.role is not Role.CAPTION and not _is_deck(block):
            return block.role is Role.BODY and opens_report(text, rules)
    return False


def _is_deck(block: Block) -> bool:
    """Whether a line right above a dateline can only be the story's deck, or its headline without a mark."""
    return (
        block.role in (Role.BODY, Role.CROSSHEAD, Role.DECK)
        and len(block.pieces) == 1
        and words(block.text) <= _LONG_DECK
        and block.text[-1] not in "。！？，、；：）)”"
    )


# A deck in one printed line or two.
_LONG_DECK = 40


def _settle_roles(blocks: Sequence[Block], beside: Container[Block]) -> Iterator[Block]:
    """What only the whole story tells: its text may be nothing but a picture's caption."""
    only_captions = not any(block.role in (Role.BODY, Role.NOTE, Role.TABLE) for block in blocks)
    headed = any(block.role is Role.HEADLINE for block in blocks)
    for at, block in enumerate(blocks):
        if block.role is Role.CAPTION and only_captions and headed:
            yield replace(block, role=Role.BODY, rule="articles.picture_story")
        elif block.role is Role.BODY and _inside_sentence(blocks, at):
            yield replace(block, role=Role.CAPTION, rule="captions.inside_sentence")
        elif block in beside:
            yield replace(block, role=Role.CAPTION, rule="captions.beside_text")
        else:
            yield block


def _inside_sentence(blocks: Sequence[Block], at: int) -> bool:
    """Whether a short paragraph stands alone between two halves of another one.

    Within one column nothing but a picture's words can come between them.
    """
    if at == 0 or len(blocks[at].text) > 150 or len(blocks[at].pieces) > 1:
        return False
    host = blocks[at - 1]
    if host.role is not Role.BODY or len(host.pieces) < 2:
        return False
    inside = any(
        a.end <= blocks[at].start and blocks[at].end <= b.start
        for a, b in zip(host.pieces, host.pieces[1:], strict=False)
    )
    others = [b for n, b in enumerate(blocks) if n not in (at, at - 1) and host.start < b.start < host.end]
    return inside and not others


def _story(blocks: Sequence[Block]) -> Story:
    """The story in reading order, its captions behind the text, its jump marks read."""
    flow = _head_first([block for block in blocks if block.role is not Role.CAPTION])
    captions = [block for block in blocks if block.role is Role.CAPTION]
    comes = next((b.jump.label for b in blocks if b.jump and b.jump.way is Way.FROM), "")
    goes = next((b.jump.label for b in reversed(blocks) if b.jump and b.jump.way is Way.TO), "")
    return Story(blocks=tuple(flow + captions), continued_from=comes, continues_on=goes)


def _head_first(blocks: list[Block]) -> list[Block]:
    """A headline that was read after the first paragraphs of its story, moved above them."""
    first = next((at for at, block in enumerate(blocks) if block.role is Role.HEADLINE), 0)
    while first and blocks[first - 1].role is Role.KICKER:
        first -= 1
    last = first
    while last < len(blocks) and blocks[last].role in _HEAD:
        last += 1
    return blocks[first:last] + blocks[:first] + blocks[last:]
