"""Crossheads that nothing marks, known by what did not go on.

On a page that marks its headings a line without a mark is text, and mostly the piece of a paragraph that
a column's end cut.  Once every piece has found its other half, on this page or another, a short line left
between two whole paragraphs of its story is none: it heads what stands below.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pagefix.evidence.ends import ends_sentence, words
from pagefix.evidence.lexicon import names_share
from pagefix.evidence.openings import is_names
from pagefix.matching.keys import fold
from pagefix.model import Block, Linked, Role
from pagefix.rules import Rules

# In characters: a crosshead fills one printed line, a paragraph more than one.
_LINE = 20
# The share of a line's last word that is a name where somebody signs: 解放路居民 丁宝山.
_NAMES = 0.6
_PAUSES = "，、；：,;:"


def head_parts(linked: Linked, rules: Rules) -> Linked:
    """The edition with the lines that were left alone as crossheads (``blocks.left_alone``)."""
    marked = {
        block.page for page in linked.pages for story in page.stories for block in story.blocks if block.level
    }
    likely = rules.number("blocks.left_alone")
    stories = tuple(
        replace(story, blocks=tuple(_headed(story.blocks, marked, likely, rules))) for story in linked.stories
    )
    return replace(linked, stories=stories)


def _headed(blocks: Sequence[Block], marked: set[str], likely: float, rules: Rules) -> Iterator[Block]:
    for at, block in enumerate(blocks):
        if (
            0 < at < len(blocks) - 1
            and block.page in marked
            and block.role is Role.BODY
            and block.score <= likely
            and _is_line(block, rules)
            and _is_whole(blocks[at - 1])
            and _is_prose(blocks[at + 1])
        ):
            yield replace(block, role=Role.CROSSHEAD, rule="headings.left_alone")
        else:
            yield block


def _is_line(block: Block, rules: Rules) -> bool:
    """Whether a block is one printed line that ends no sentence, pauses in none and signs nothing."""
    line = fold(block.text)
    return (
        not block.level
        and len(block.pieces) == 1
        and words(line) <= _LINE
        and line[-1] not in _PAUSES
        and not ends_sentence(line)
        and not is_names(line, rules)
        and names_share(line.split()[-1]) < _NAMES
    )


def _is_whole(block: Block) -> bool:
    """Whether a block is the author's name or a paragraph that ends a sentence."""
    return block.role is Role.BYLINE or (_is_prose(block) and ends_sentence(fold(block.text)))


def _is_prose(block: Block) -> bool:
    return block.role is Role.BODY and words(block.text) > _LINE
