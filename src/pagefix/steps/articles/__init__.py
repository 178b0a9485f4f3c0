"""Articles: the blocks of a page sorted into stories, each in its true order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rapidfuzz import fuzz

from pagefix.evidence.lexicon import names_share
from pagefix.matching.keys import fold
from pagefix.model import Block, Grouped, Joined, Role, Story, Way
from pagefix.rules import Rules
from pagefix.steps.articles.threads import Step, label

_LOOSE = frozenset({Role.FURNITURE, Role.IMAGE, Role.MARK})
_HEAD = frozenset({Role.KICKER, Role.HEADLINE, Role.DECK, Role.BYLINE, Role.DATELINE})


def group_articles(joined: Joined, rules: Rules) -> Grouped:
    """Sorts the blocks of a page into stories.

    A story begins at a headline (with the kicker above it) or where a jump from another
    page lands without one.  What stands above the first of them is a story without a
    headline, if it is text.
    """
    blocks = [block for block in joined.blocks if block.role not in _LOOSE]
    begins = _beginnings(blocks)
    homes = _homes(blocks, begins)
    steps, where = _steps(joined, blocks, begins, homes)
    count = max(begins.values(), default=-1) + 1
    labels = label(steps, count, rules) if count else [-1] * len(steps)
    members: dict[int, list[Block]] = {}
    for at, block in enumerate(blocks):
        members.setdefault(labels[where[at]] if at in where else homes[at], []).append(block)
    stories = [_story(list(_settle_roles(members[n]))) for n in sorted(members)]
    return Grouped(
        page=joined.page,
        stories=tuple(stories),
        loose=tuple(block for block in joined.blocks if block.role in _LOOSE),
        repeats=joined.repeats,
        seams=joined.seams,
        doubts=joined.doubts,
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
    joined: Joined, blocks: Sequence[Block], begins: dict[int, int], homes: dict[int, int]
) -> tuple[list[Step], dict[int, int]]:
    """The fragments in page order, and for each block the step of its first piece.

    A mark that stands alone and whose home is known is no step: it says nothing of its place.
    """
    breaks = {seam.head for seam in joined.seams}
    found: list[tuple[int, int, Step]] = []
    in_head = False
    for at, block in enumerate(blocks):
        glued = (
            at > 0 and blocks[at - 1].end == block.start and Role.JUMP in (block.role, blocks[at - 1].role)
        )
        stays = in_head or glued
        in_head = at in begins or (in_head and (block.role in _HEAD or block.role is Role.JUMP))
        if block.role is Role.JUMP and at in homes and not glued:
            continue
        for number, pieces in enumerate(block.fragments(breaks)):
            text = fold("".join(joined.page.text[p.start : p.end] for p in pieces))
            found.append(
                (
                    pieces[0].start,
                    number,
                    Step(
                        block=at,
                        text=text if block.role is not Role.JUMP else "",
                        begins=begins.get(at, -1) if number == 0 else -1,
                        ends=block.jump is not None and block.jump.way is Way.TO,
                        stays=stays and number == 0,
                        fresh=not stays and number == 0 and _begins_afresh(blocks, at),
                        home=homes.get(at, -1),
                    ),
                )
            )
    found.sort(key=lambda item: item[0])
    where = {step.block: place for place, (_, number, step) in enumerate(found) if number == 0}
    return [step for _, _, step in found], where


def _begins_afresh(blocks: Sequence[Block], at: int) -> bool:
    """Whether a story seems to begin here: with its author, or below another one's signature."""
    block = blocks[at]
    if block.role is Role.BYLINE:
        return True
    text = fold(block.text)
    if block.role in (Role.BODY, Role.CROSSHEAD) and len(text) <= _NAMES and names_share(text) >= 0.8:
        return True
    return at > 0 and (
        blocks[at - 1].role in (Role.DATELINE, Role.NOTE)
        or (blocks[at - 1].role is Role.BODY and _SIGNATURE.search(blocks[at - 1].text) is not None)
    )


# Four authors with three characters each.
_NAMES = 12
_SIGNATURE = re.compile(r"[（(][^（()）。]{2,30}[）)]\Z")


def _settle_roles(blocks: Sequence[Block]) -> Iterator[Block]:
    """What only the whole story tells: its text may be nothing but a picture's caption."""
    only_captions = not any(block.role in (Role.BODY, Role.NOTE, Role.TABLE) for block in blocks)
    headed = any(block.role is Role.HEADLINE for block in blocks)
    for at, block in enumerate(blocks):
        if block.role is Role.CAPTION and only_captions and headed:
            yield replace(block, role=Role.BODY, rule="articles.picture_story")
        elif block.role is Role.BODY and _inside_sentence(blocks, at):
            yield replace(block, role=Role.CAPTION, rule="captions.inside_sentence")
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
