"""Articles: the blocks of a page sorted into stories, each in its true order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pagefix.evidence.lexicon import names_share
from pagefix.matching.keys import fold
from pagefix.model import Block, Grouped, Joined, Role, Span, Story, Way
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
    steps, where = _steps(joined, blocks, begins)
    count = max(begins.values(), default=-1) + 1
    labels = label(steps, count, rules) if count else [-1] * len(steps)
    members: dict[int, list[Block]] = {}
    for at, block in enumerate(blocks):
        members.setdefault(labels[where[at]], []).append(block)
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
    in_head = False
    for at, block in enumerate(blocks):
        starts = (
            block.role is Role.HEADLINE
            or (block.role is Role.KICKER and _heads_something(blocks, at))
            or (_lands(block) and not in_head)
        )
        if starts and not (in_head and block.role is not Role.KICKER):
            begins[at] = len(begins)
        in_head = starts or (in_head and block.role in _HEAD)
        if _lands(block):
            in_head = False
    return begins


def _heads_something(blocks: Sequence[Block], at: int) -> bool:
    return any(block.role is Role.HEADLINE for block in blocks[at + 1 : at + 3])


def _lands(block: Block) -> bool:
    return block.jump is not None and block.jump.way is Way.FROM


def _steps(
    joined: Joined, blocks: Sequence[Block], begins: dict[int, int]
) -> tuple[list[Step], dict[int, int]]:
    """The fragments in page order, and for each block the step of its first piece."""
    breaks = {seam.head for seam in joined.seams}
    found: list[tuple[int, int, Step]] = []
    in_head = False
    for at, block in enumerate(blocks):
        glued = (
            at > 0 and blocks[at - 1].end == block.start and Role.JUMP in (block.role, blocks[at - 1].role)
        )
        stays = in_head or glued
        in_head = at in begins or (in_head and (block.role in _HEAD or block.role is Role.JUMP))
        for number, pieces in enumerate(_fragments(block, breaks)):
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


def _fragments(block: Block, breaks: set[Span]) -> Iterator[list[Span]]:
    pieces: list[Span] = []
    for piece in block.pieces:
        if pieces and piece in breaks:
            yield pieces
            pieces = []
        pieces.append(piece)
    yield pieces


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
