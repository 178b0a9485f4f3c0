"""Lines that stand beside their story: words under a picture that nothing marks as such.

Where columns' ends cut paragraphs a line without a stop is a piece of one.  On a page whose paragraphs
are all whole it is none: between two of them, or below the last one, it is what a picture shows.  Between
its author and its text a story has nothing else, whatever was cut further down.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pagefix.evidence.between import is_lone_sentence
from pagefix.matching.keys import fold
from pagefix.model import Block, Joined, Role
from pagefix.rules import Rules

# A paragraph, not a line; and one that a column's end cut, by its characters.
_PROSE, _CUT = 30, 45
_STOPS = "。！？!?…”』」"
# What ends a block though it ends no sentence: a list, a quotation and a signature follow, or stand there.
_ENDS = _STOPS + "）)：:；;，,、—》】〕"
# What may be a heading by its looks is one: three such lines and a crosshead had 0.53 to 0.62.
_LIKELY = 0.64
# In log-odds: what may well go on is no picture's words.
_GOES_ON = -1.0
# Three such lines and more are what an essay calls its parts.
_PICTURES = 2
# What begins as another paragraph does, by its characters, is a second reading of that one.
_BEGINS = 8
_BESIDE = (Role.BYLINE, Role.CROSSHEAD)
_BELOW = (Role.CROSSHEAD, Role.CAPTION)


def beside_text(joined: Joined, stories: Iterable[Sequence[Block]], rules: Rules) -> Iterator[Block]:
    """The lines of the page's stories that are the words under a picture.

    On a page with a paragraph that is cut only those count that stand above their story's text and begin
    none of it.
    """
    whole = _is_whole(joined)
    goes_on = set() if whole else {end for end, _, odds in joined.chances if odds > _GOES_ON}
    for blocks in stories:
        lines = [
            blocks[at]
            for at in range(1, len(blocks))
            if (whole or (blocks[at - 1].role is Role.BYLINE and blocks[at].end not in goes_on))
            and _is_apart(blocks, at, rules)
        ]
        if len(lines) <= _PICTURES:
            yield from lines


def _is_whole(joined: Joined) -> bool:
    """Whether no paragraph of the page is cut, by a column's end or the page's."""
    pieces = (piece for block in joined.blocks if block.role is Role.BODY for piece in block.pieces)
    texts = (joined.page.text[piece.start : piece.end] for piece in pieces)
    return not any(len(text) > _CUT and fold(text[-1]) not in _ENDS for text in texts)


def _is_apart(blocks: Sequence[Block], at: int, rules: Rules) -> bool:
    """Whether a line of a story whose page is whole is the words under a picture.

    It is one short sentence that says nothing a picture cannot show (``captions.no_scene``), and does not
    look like a heading.  37 of 41 such lines on pages of several papers were that, of 83 captions without a
    credit.
    """
    block, line = blocks[at], fold(blocks[at].text)
    if block.role is not Role.BODY or block.level or len(block.pieces) > 1:
        return False
    if block.score < _LIKELY:
        return False
    if line[-1] in _ENDS or not is_lone_sentence(line):
        return False
    if any(pattern.search(line) for pattern in rules.patterns("no_scene")):
        return False
    above, below = blocks[at - 1], blocks[at + 1] if at + 1 < len(blocks) else None
    ended = _is_prose(above) and fold(above.text[-1]) in _STOPS
    if below is None:
        again = any(fold(other.text).startswith(line[:_BEGINS]) for other in blocks if other is not block)
        return ended and not again and not any(p.search(line) for p in rules.patterns("signs_off"))
    return (ended or above.role in _BESIDE) and (_is_prose(below) or (ended and below.role in _BELOW))


def _is_prose(block: Block) -> bool:
    return block.role is Role.BODY and len(block.text) > _PROSE
