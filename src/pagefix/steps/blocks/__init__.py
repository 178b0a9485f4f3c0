"""Blocks: a page's text as headlines, paragraphs, captions and the rest, in page order."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import zip_longest

from pagefix.evidence.ends import words
from pagefix.evidence.openings import holds_office, is_marked_name, opens_report
from pagefix.matching.keys import fold, fold_stretches
from pagefix.model import Block, Blocked, Jump, Page, Role, Span, Way
from pagefix.rules import Rules
from pagefix.steps.blocks import headings, marks
from pagefix.steps.blocks.drafts import Draft
from pagefix.steps.blocks.lines import Line, find_lines
from pagefix.steps.blocks.naming import BYLINE_MARKS, are_names, is_byline, may_be_names
from pagefix.steps.blocks.raws import Raw, image, split
from pagefix.steps.blocks.scenes import scene
from pagefix.steps.blocks.stacks import (
    LONG_KICKER,
    NOT_TEXT,
    below_closed_headlines,
    crossheads_below_authors,
    kickers_above,
    lines_below,
)
from pagefix.steps.blocks.typed import Stretch, Typed, asked
from pagefix.steps.blocks.units import Says, find_units

_TABLE = re.compile(r"<table\b.*?</table\s*>", re.IGNORECASE | re.DOTALL)
# What lies between lines and still has letters: entities that stand for an indent, line breaks.
# What a byline says that a line break may cut in front of.
_REPORTER = re.compile("[记記]者|通[讯訊][员員]")
_LETTERED_SPACE = re.compile(r"&(?:nbsp|emsp|ensp|thinsp);|<br\s*/?>", re.IGNORECASE)


def find_blocks(page: Page, rules: Rules) -> Blocked:
    """The blocks of ``page`` with their roles.

    Every word character of the page lies in exactly one block.
    """
    raws = sorted(_raws(page.text, rules), key=lambda raw: raw.pieces[0])
    raws = _refusal(raws, rules)
    raws = _page_edges(raws, rules)
    raws = _kickers(raws, rules)
    raws = _briefs(raws)
    blocks = list(kickers_above(_decide(page, raws, rules)))
    blocks = list(below_closed_headlines(list(lines_below(blocks))))
    settled = _beside_landings(tuple(crossheads_below_authors(tuple(_by_neighbours(blocks, rules)))))
    return Blocked(page=page, blocks=tuple(settled))


def _raws(text: str, rules: Rules) -> Iterator[Raw]:
    tables = [found.span() for found in _TABLE.finditer(text)] if "<" in text else []
    for start, end in tables:
        yield Raw(((start, end),), text[start:end], typed=Typed(Role.TABLE, "tables.html"))
    starts = [start for start, _ in tables]

    def in_table(line: Line) -> bool:
        at = bisect_right(starts, line.start) - 1
        return at >= 0 and line.start < tables[at][1]

    outside = [line for line in find_lines(text) if not in_table(line)]

    def one_byline(joined: str) -> bool:
        size = words(joined)
        if size > 60 or _photographer(joined, rules):
            return False
        if size <= LONG_KICKER and _REPORTER.search(joined) and _signed(joined, rules):
            return True
        return marks.whole_credit(asked(joined, rules)) is not None

    covered: list[Stretch] = list(tables)
    says = Says(
        together=one_byline,
        opens=lambda line: opens_report(fold(line), rules),
        pictures=lambda line: image(line, rules) is not None,
    )
    units = find_units(text, outside, says)
    fold_stretches(text, [unit.pieces[0] for unit in units if len(unit.pieces) == 1])
    rules.sift_all(list(dict.fromkeys(fold(unit.text) for unit in units)))
    for unit in units:
        for raw in split(text, unit, rules):
            covered += raw.pieces
            yield raw
    yield from _lettered_space(text, sorted(covered))


def _lettered_space(text: str, covered: Sequence[Stretch]) -> Iterator[Raw]:
    at = 0
    for start, end in (*covered, (len(text), len(text))):
        for found in _LETTERED_SPACE.finditer(text, at, max(at, start)):
            yield Raw((found.span(),), found.group(), typed=Typed(Role.MARK, "marks.space"))
        at = max(at, end)


def _refusal(raws: list[Raw], rules: Rules) -> list[Raw]:
    """A model's own words stand alone on their page; in a page with other text they are quoted."""
    shown = [at for at, raw in enumerate(raws) if raw.typed is None or raw.typed.role not in NOT_TEXT]
    # A refusal and its excuse are a few short blocks at most.
    if not shown or len(shown) > 3:
        return raws
    joined = fold(" ".join(raws[at].text for at in shown))
    found = next((p.id for p in rules.patterns("refusal") if p.match(joined)), None)
    if found is None:
        return raws
    return [
        raw._replace(typed=Typed(Role.FURNITURE, found)) if at in shown else raw
        for at, raw in enumerate(raws)
    ]


def _page_edges(raws: list[Raw], rules: Rules) -> list[Raw]:
    """A bare name or date is the page's own only above everything else, a bare number above or below it.

    What is marked as a heading is so only right above another one: it may be a headline.
    """
    text = [at for at, raw in enumerate(raws) if raw.typed is None or raw.typed.role not in NOT_TEXT]
    top, foot = (text[0], text[-1]) if text else (len(raws), len(raws))
    numbers = {pattern.id for pattern in rules.patterns("furniture_edge")}

    def is_own(at: int, rule: str) -> bool:
        if raws[at].level and not (at < top < len(raws) and raws[top].level):
            return False
        if rule not in numbers:
            return at < top
        # Numbers in a column are a table's last rows.
        beside = raws[max(0, at - 1) : at] + raws[at + 1 : at + 2]
        return not top < at < foot and not any(raw.text.isdecimal() for raw in beside)

    return [
        raw._replace(typed=None)
        if raw.typed
        and raw.typed.role is Role.FURNITURE
        and not raw.typed.sure
        and not is_own(at, raw.typed.rule)
        else raw
        for at, raw in enumerate(raws)
    ]


def _kickers(raws: list[Raw], rules: Rules) -> list[Raw]:
    """A mark and a few words is a byline below a heading, a kicker above one, else open."""
    shown = [at for at, raw in enumerate(raws) if not (raw.typed and raw.typed.role in NOT_TEXT)]
    out = list(raws)
    for n, at in enumerate(shown):
        raw = raws[at]
        if raw.typed is None or raw.typed.sure or raw.typed.role is not Role.KICKER:
            continue
        before = raws[shown[n - 1]] if n else None
        after = raws[shown[n + 1]] if n + 1 < len(shown) else None
        marked = raw.text[0] in BYLINE_MARKS
        heads = after is not None and after.level > 0 and not are_names(raw.text)
        if marked and _may_head(before) and not raw.level and may_be_names(raw.text) and not heads:
            out[at] = raw._replace(typed=Typed(Role.BYLINE, "credits.below_heading", sure=False))
        elif (
            marked
            and not raw.level
            and not heads
            and _may_head(before)
            and _signed(raw.text[1:].strip(), rules)
        ):
            # Its words alone sign a story, but whether a headline stands above is not known yet.
            out[at] = raw._replace(typed=None)
        elif (
            not _may_head(after)
            or (after is not None and raw.level and not after.level)
            or (marked and not raw.level and before is not None and before.level)
        ):
            out[at] = raw._replace(typed=None)
    return out


def _briefs(raws: list[Raw]) -> list[Raw]:
    """Three blocks and more behind one pointing mark below a heading are briefs, not pictures' words.

    They may be cut, so that the rest of one stands between its beginning and the next.
    """
    out, start = list(raws), 0
    for at in range(len(raws) + 1):
        if at < len(raws) and not (raws[at].level and raws[at].text[-1] not in "。！？"):
            continue
        marked = [n for n in range(start, at) if _marked(raws[n])]
        if len(marked) >= 3 and len({raws[n].text[0] for n in marked}) == 1:
            for n in marked:
                out[n] = raws[n]._replace(typed=None)
        start = at + 1
    return out


def _marked(raw: Raw) -> bool:
    """Whether nothing but the mark in front says that this is a caption."""
    return raw.typed is not None and raw.typed.rule == _BY_ITS_MARK


_BY_ITS_MARK = "captions.start.mark"


def _may_head(raw: Raw | None) -> bool:
    return (
        raw is not None
        and (raw.typed is None or raw.typed.role is Role.KICKER)
        and words(raw.text) <= headings.LONG
        and (raw.level > 0 or raw.text[-1] != "。")
    )


def _decide(page: Page, raws: Sequence[Raw], rules: Rules) -> list[Block]:
    shown = [raw for raw in raws if not (raw.typed and raw.typed.role in NOT_TEXT)]
    prose, lines = (_weights(rules, of) for of in ("", ".lines"))
    decided = iter(headings.decide(drafts_of(shown, rules), prose, lines, rules))
    blocks = []
    for raw in raws:
        typed, role, score, rule = raw.typed, Role.BODY, 1.0, "blocks.text"
        if not (typed and typed.role in NOT_TEXT):
            role, score = next(decided)
            rule = "headings." + role if role is not Role.BODY else rule
        if typed is not None:
            role, score, rule = typed.role, 1.0, typed.rule
        credit = typed.credit if typed else None
        if typed is None and role is Role.BODY:
            credit = marks.credit_in(asked(raw.text, rules))
        blocks.append(
            Block(
                role=role,
                pieces=tuple(Span(page.path, a, b) for a, b in raw.pieces),
                text=raw.text,
                level=raw.level,
                rule=rule,
                score=round(score, 4),
                jump=typed.jump if typed else None,
                credit=credit,
            )
        )
    return blocks


@lru_cache(maxsize=8)
def _weights(rules: Rules, of: str) -> headings.Weights:
    """What speaks for headlines and for crossheads; put together once for a set of rules."""
    return {
        role: {**rules.weights(f"headings.{role}{of}"), **rules.weights(f"headings.{role}.rare")}
        for role in (Role.HEADLINE, Role.CROSSHEAD)
    }


def drafts_of(raws: Sequence[Raw], rules: Rules) -> list[Draft]:
    """What headings are told of the blocks; the text that a jump line cuts off is no heading."""
    drafts: list[Draft] = []
    may_head = False
    for raw, after in zip_longest(raws, raws[1:]):
        role = raw.typed.role if raw.typed else None
        if role is None and not raw.level and after is not None and _points(after.typed, Way.TO):
            role = Role.BODY
        # Asked only below what may be a headline.
        signs = may_head and role is None and not raw.level and _signs(raw.text, rules)
        drafts.append(Draft(fold(raw.text), raw.level, role, lands=_points(raw.typed, Way.FROM), signs=signs))
        may_head = role is None and len(raw.text) <= 2 * headings.LONG
    return drafts


def _signs(text: str, rules: Rules) -> bool:
    """Whether a line is an author if a headline stands right above it, its mark aside."""
    short = len(text) <= 2 * LONG_KICKER and words(text) <= LONG_KICKER
    return short and bool(_signed(text.lstrip(BYLINE_MARKS), rules))


def _points(typed: Typed | None, way: Way) -> bool:
    return typed is not None and typed.jump is not None and typed.jump.way is way


def _beside_landings(blocks: Sequence[Block]) -> Iterator[Block]:
    """A heading right below a landing mark that has its headline already is a crosshead."""
    headed = False
    jump: Jump | None = None
    for block in blocks:
        if block.role is Role.HEADLINE and jump is not None and (headed or jump.headline):
            yield replace(block, role=Role.CROSSHEAD, rule="headings.below_landing")
        else:
            yield block
        if block.role in (Role.MARK, Role.IMAGE, Role.CAPTION):
            continue
        if block.jump is not None and block.jump.way is Way.FROM:
            jump = block.jump
        else:
            jump, headed = None, block.role is Role.HEADLINE


def _by_neighbours(blocks: Sequence[Block], rules: Rules) -> Iterator[Block]:
    """Roles that only the place tells: names under a headline, a line under a picture."""
    before: Block | None = None
    # Under a headline that announces pictures, and whether the story has any text yet: further
    # pictures with photographers of their own have captions.
    pictures = told = announced = False
    for at, block in enumerate(blocks):
        out = block
        if block.role is Role.HEADLINE:
            pictures, told, announced = _says(block.text, "picture_story", rules), False, False
        bare = told or block.rule == "captions.whole"
        if block.role is Role.CAPTION and announced and not _photographer(block.text, rules):
            out = replace(block, role=Role.BODY, rule="captions.announced")
        elif block.role is Role.CAPTION and pictures and not (bare and _photographer(block.text, rules)):
            out = replace(block, role=Role.BODY, rule="captions.story")
        elif block.role in (Role.BODY, Role.CROSSHEAD):
            out = _by_place(block, before, blocks[at + 1] if at + 1 < len(blocks) else None, rules)
        yield out
        told = told or out.role is Role.BODY
        announced = announced or _says(block.text, "pictures_follow", rules)
        if block.role is not Role.MARK:
            before = out


def _by_place(block: Block, above: Block | None, below: Block | None, rules: Rules) -> Block:
    """The block with the role that its place among others gives it."""
    if below is not None and _signs_above(block, below, rules):
        return replace(block, role=Role.BYLINE, rule="credits.marked_name")
    if above is None:
        return block
    if below is not None and _is_office(block, above, below, rules):
        return replace(block, role=Role.CROSSHEAD, rule="credits.office_holder")
    if above.role in (Role.HEADLINE, Role.DECK) and is_byline(block.text):
        return replace(block, role=Role.BYLINE, rule="credits.names_below_headline")
    if above.role in _HEADS and not block.level and (signed := _signs_below(block, below, rules)):
        return replace(block, role=Role.BYLINE, rule=signed)
    longest = rules.number("blocks.longest_bare_caption")
    if above.role is Role.IMAGE and block.role is Role.BODY and words(block.text) <= longest:
        return replace(block, role=Role.CAPTION, rule="captions.below_image")
    if shown := scene(block, above, below, rules):
        return replace(block, role=Role.CAPTION, rule=shown)
    return block


def _is_office(block: Block, above: Block, below: Block, rules: Rules) -> bool:
    """Whether a line names an official whose words stand below: it heads them, and is no row of a list."""
    return (
        not block.level
        and below.role in _TEXT_OR_PICTURE
        and holds_office(fold(block.text), rules)
        and not any(holds_office(fold(other.text), rules) for other in (above, below))
    )


def _signs_below(block: Block, below: Block | None, rules: Rules) -> str:
    """The rule by which a line right below a headline is its author, above the story's text; or nothing."""
    if words(block.text) > LONG_KICKER or below is None or below.role not in _STORY:
        return ""
    return _signed(block.text, rules) if below.text[0] != block.text[0] else ""


def _signed(text: str, rules: Rules) -> str:
    """The rule by which a line is an author if a headline stands right above it; or nothing."""
    folded = fold(text)
    return next((p.id for p in rules.sift("byline_below", folded) if p.fullmatch(folded)), "")


_HEADS = (Role.HEADLINE, Role.DECK, Role.BYLINE)
_STORY = (Role.BODY, Role.DATELINE, Role.CAPTION, Role.IMAGE)


def _signs_above(block: Block, below: Block, rules: Rules) -> bool:
    """Whether a mark and a name stand right above a paragraph, wherever the headline was read."""
    prose = below.role is Role.BODY and words(below.text) > headings.LONG
    return prose and not block.level and is_marked_name(fold(block.text), rules)


_TEXT_OR_PICTURE = (Role.BODY, Role.CAPTION, Role.IMAGE)


def _says(text: str, kind: str, rules: Rules) -> bool:
    """Whether a whole text is of a kind."""
    folded = fold(text)
    return any(p.fullmatch(folded) for p in rules.sift(kind, folded))


def _photographer(text: str, rules: Rules) -> bool:
    folded = fold(text[-40:])
    return any(p.search(folded) for p in rules.sift("photographer", folded))
