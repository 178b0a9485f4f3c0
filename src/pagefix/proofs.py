"""Proofs: the page as a compositor would have set it, for the steps to read.

Recognisers print Chinese with the signs of a typewriter (``.`` for ``。``) and some set a space
between any two characters.  The steps, their patterns and their weights know print.  So they
are given a proof of such a page, and what they found is carried back to the page: every text
that is written out is the page's own, sign for sign and space for space.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from pagefix.model import Block, Doubt, Grouped, Linked, Page, Repeat, Seam, Span, Story
from pagefix.rules import Rules

_HAN = r"\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_CHINESE = rf"[{_HAN}”’」』》〉）】〕]"
# The sign comes first in these patterns: few characters are one, and what stands before it is asked then.
_SIGNS = str.maketrans(",;:!?()", "，；：！？（）")
_SIGN = re.compile(rf"[,;:!?()](?<={_CHINESE}.)|\((?=[{_HAN}])")
# A dot behind Chinese ends a sentence at the end of a line; within one it may part the two names of a
# foreigner, and behind a figure the column's end may have cut a number at its point.
_LAST_DOT = re.compile(rf"\.(?<={_CHINESE}.)(?=[”’」』）)\"]*[ \t\u3000]*(?:[\r\n]|\Z))")
_DOT = re.compile(rf"\.(?<={_CHINESE}.)(?![.0-9A-Za-z])")
_WIDE = str.maketrans("．｡､", "。。、")
_QUOTED_LINE = re.compile(rf"[^\n]*(?:[{_HAN}]\"|\"[{_HAN}])[^\n]*")
_BEFORE_OPENING = " \u3000：、；（(《「"
_AFTER_CLOSING = " \u3000，。：、；！？）)》」"
_SET = rf"[{_HAN}，。、；：！？（）“”‘’《》〈〉「」『』]"
_SPACED = re.compile(rf" (?<={_SET} )(?={_SET})")
_SOLID = re.compile(rf"{_SET}(?={_SET})")


@dataclass(frozen=True, slots=True)
class Proof:
    """``sheet`` is the page as the steps read it; ``page`` is the page.

    ``ends[n]`` is how far on the page the first ``n`` characters of the sheet reach; it is None
    where the two have the same places.
    """

    page: Page
    sheet: Page
    ends: tuple[int, ...] | None = None

    def back(self, span: Span) -> Span:
        """Where a stretch of the sheet stands on the page."""
        if self.ends is None:
            return span
        return Span(span.page, self.ends[span.start], self.ends[span.end])


def pull_proof(page: Page, rules: Rules) -> Proof:
    """The proof of ``page``: itself, where it is set as print is."""
    text = _as_print(page.text)
    at = _loose_spaces(text, rules)
    if not at:
        return Proof(page, page if text == page.text else replace(page, text=text))
    kept = sorted(set(range(len(text))) - set(at))
    sheet = replace(page, text="".join(map(text.__getitem__, kept)))
    return Proof(page, sheet, (0, *(place + 1 for place in kept)))


def _as_print(text: str) -> str:
    """``text`` with the signs of print where Chinese stands with those of a typewriter; as long as before."""
    if any(sign in text for sign in "．｡､"):
        text = text.translate(_WIDE)
    text = _SIGN.sub(lambda found: found.group().translate(_SIGNS), text)
    if '"' in text:
        text = _with_quotes(text)
    if "." in text:
        # Where the dot ends most sentences it does so within a line too.
        often = len(_DOT.findall(text)) > text.count("。")
        text = (_DOT if often else _LAST_DOT).sub("。", text)
    return text


def _with_quotes(text: str) -> str:
    """``text`` with quotes that face inwards, in lines that hold Chinese."""
    return _QUOTED_LINE.sub(lambda line: _facing(line.group()), text)


def _facing(line: str) -> str:
    out, is_open = list(line), False
    for found in re.finditer('"', line):
        at = found.start()
        before, after = line[at - 1 : at], line[at + 1 : at + 2]
        # What stands beside it tells more than its number: the line may begin within a quotation.
        opens = not is_open
        if not before or before in _BEFORE_OPENING:
            opens = True
        elif not after or after in _AFTER_CLOSING:
            opens = False
        out[at], is_open = ("“", True) if opens else ("”", False)
    return "".join(out)


def _loose_spaces(text: str, rules: Rules) -> list[int]:
    """Where the spaces stand that part every character of a line from the next."""
    # Print has a space or two a line: most pages are done with here.
    if text.count(" ") < rules.number("proofs.fewest_spaces") * len(text):
        return []
    lines = [_Spacing.of(text, *found.span()) for found in re.finditer(r"[^\n]+", text)]
    least, fewest = rules.number("proofs.spaced"), rules.number("proofs.spaced_line")
    spaced = [line for line in lines if len(line.spaces) >= least * line.pairs > 0]
    sure = [line for line in spaced if len(line.spaces) >= fewest]
    # On a page that is spaced throughout, so are its short lines.
    throughout = 2 * sum(line.pairs for line in sure) > sum(line.pairs for line in lines)
    return [at for line in (spaced if throughout else sure) for at in line.spaces]


class _Spacing(NamedTuple):
    """How a line is set: where a space parts two characters of print, and how many pairs it has."""

    spaces: tuple[int, ...]
    pairs: int

    @classmethod
    def of(cls, text: str, start: int, end: int) -> _Spacing:
        spaces = tuple(found.start() for found in _SPACED.finditer(text, start, end))
        return cls(spaces, len(spaces) + sum(1 for _ in _SOLID.finditer(text, start, end)))


def on_page(grouped: Grouped, proof: Proof) -> Grouped:
    """What was found on the proof, as it stands on the page."""
    if proof.sheet is proof.page:
        return grouped
    proofs = {proof.page.path: proof}
    return replace(
        grouped,
        page=proof.page,
        stories=tuple(_story(story, proofs) for story in grouped.stories),
        loose=_blocks(grouped.loose, proofs),
        repeats=tuple(_repeat(repeat, proofs) for repeat in grouped.repeats),
        seams=tuple(_seam(seam, proofs) for seam in grouped.seams),
        doubts=tuple(_doubt(doubt, proofs) for doubt in grouped.doubts),
    )


def on_pages(linked: Linked, proofs: Sequence[Proof]) -> Linked:
    """The same for an edition; ``proofs`` are in the order of its pages."""
    if all(proof.sheet is proof.page for proof in proofs):
        return linked
    by_path = {proof.page.path: proof for proof in proofs}
    return Linked(
        pages=tuple(on_page(page, proof) for page, proof in zip(linked.pages, proofs, strict=True)),
        stories=tuple(_story(story, by_path) for story in linked.stories),
        seams=tuple(_seam(seam, by_path) for seam in linked.seams),
        doubts=tuple(_doubt(doubt, by_path) for doubt in linked.doubts),
    )


_Proofs = dict[str, Proof]


def _back(span: Span, proofs: _Proofs) -> Span:
    return proofs[span.page].back(span)


def _story(story: Story, proofs: _Proofs) -> Story:
    return replace(story, blocks=_blocks(story.blocks, proofs))


def _blocks(blocks: Sequence[Block], proofs: _Proofs) -> tuple[Block, ...]:
    out = []
    for block in blocks:
        pieces = tuple(_back(piece, proofs) for piece in block.pieces)
        text = "".join(proofs[p.page].page.text[p.start : p.end] for p in pieces)
        out.append(replace(block, pieces=pieces, text=text))
    return tuple(out)


def _repeat(repeat: Repeat, proofs: _Proofs) -> Repeat:
    of = repeat.of and _back(repeat.of, proofs)
    return replace(repeat, span=_back(repeat.span, proofs), of=of)


def _seam(seam: Seam, proofs: _Proofs) -> Seam:
    return replace(seam, tail=_back(seam.tail, proofs), head=_back(seam.head, proofs))


def _doubt(doubt: Doubt, proofs: _Proofs) -> Doubt:
    of = doubt.of and _back(doubt.of, proofs)
    return replace(doubt, span=_back(doubt.span, proofs), of=of)
