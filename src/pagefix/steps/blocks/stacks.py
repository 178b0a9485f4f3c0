"""Headline stacks: the kicker above a headline, and the lines below it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest

from pagefix.evidence.brackets import balance
from pagefix.evidence.ends import words
from pagefix.matching.keys import fold
from pagefix.model import Block, Role
from pagefix.steps.blocks.headings import LONG, in_clauses
from pagefix.steps.blocks.naming import BYLINE_MARKS, is_byline, may_be_names

NOT_TEXT = frozenset({Role.MARK, Role.IMAGE, Role.FURNITURE})
"""What is not the newspaper's text."""


def kickers_above(blocks: Sequence[Block]) -> Iterator[Block]:
    """A line right above a headline, marked lower than it or with a sign in front, is its kicker.

    Its own mark says that it is no part of the headline; a crosshead has text below it.  Without marks
    a short line above one of two clauses is.
    """
    for block, below in zip_longest(blocks, _next_shown(blocks)):
        if below is None or below.role is not Role.HEADLINE:
            yield block
        elif _may_be_kicker(block, below) if below.level else _leads_to_clauses(block, below):
            yield replace(block, role=Role.KICKER, rule="notes.kicker_above_headline")
        else:
            yield block


def lines_below(blocks: Sequence[Block]) -> Iterator[Block]:
    """A long line right below a headline, both without a mark, is none of its lines.

    It is a deck, if its story has one: text, like any other line below a headline that nothing marks as more.
    The second line of a broken headline, and the headline below its kicker, are shorter; a headline's line
    is not much shorter than what only looks like another one above it.
    """
    above: Block | None = None
    for block in blocks:
        if above is not None and _is_too_long(block, above):
            yield replace(block, role=Role.BODY, rule="blocks.below_headline")
        else:
            yield block
        if block.role not in NOT_TEXT:
            above = block


def crossheads_below_authors(blocks: Sequence[Block]) -> Iterator[Block]:
    """A marked heading right below a story's author, above text, is the story's first crosshead.

    The author parts it from the headline, and a story whose text is missing is rare: of 13 such lines on
    development pages all were.  Above another author it may begin a story.
    """
    shown: list[Block | None] = [None, None]
    for block, below in zip_longest(blocks, _next_shown(blocks)):
        above, author = shown
        if (
            above is not None
            and author is not None
            and (above.role, author.role, block.role) == (Role.HEADLINE, Role.BYLINE, Role.HEADLINE)
            and block.level >= above.level > 0
            and below is not None
            and below.role is Role.BODY
        ):
            block = replace(block, role=Role.CROSSHEAD, rule="headings.crosshead_below_author")
        yield block
        if block.role not in NOT_TEXT:
            shown = [author, block]


def below_closed_headlines(blocks: Sequence[Block]) -> Iterator[Block]:
    """A line right below a headline that closes with a bracket is none of its lines: its date, its part, its
    pictures are named last.

    Above text it is the story's author or its first crosshead: of 9 such lines on pages of several papers all
    were, and the one above an author was another story's headline.
    """
    above: Block | None = None
    for block, below in zip_longest(blocks, _next_shown(blocks)):
        if (
            above is not None
            and above.role is block.role is Role.HEADLINE
            and above.level == block.level
            and above.text[-1] in "）)"
            and below is not None
            and below.role is Role.BODY
        ):
            author = is_byline(block.text)
            role = Role.BYLINE if author else Role.CROSSHEAD
            block = replace(block, role=role, rule="headings.below_closed_headline")
        yield block
        if block.role not in NOT_TEXT:
            above = block


def _is_too_long(block: Block, above: Block) -> bool:
    """Whether a headline below another one has too many characters for its second line."""
    if not (above.role is block.role is Role.HEADLINE) or above.level or block.level:
        return False
    size = words(block.text)
    return size >= _LONG_SECOND_LINE and size >= _LONGER * words(above.text)


# In characters.  Of 11 such lines on pages of several papers without marks 9 were decks and 2 headlines below
# their kickers; of 25 shorter ones below a headline 2 were decks.
_LONG_SECOND_LINE, _LONGER = 20, 1.4


def _next_shown(blocks: Sequence[Block]) -> list[Block | None]:
    """For each block the next one that is the newspaper's text."""
    following: list[Block | None] = []
    after: Block | None = None
    for block in reversed(blocks):
        following.append(after)
        after = after if block.role in NOT_TEXT else block
    return following[::-1]


def _may_be_kicker(block: Block, headline: Block) -> bool:
    text, size = block.text, words(block.text)
    signed = text[0] in _SIGNS
    if block.role not in _LINES or size > LONG or text[-1] in "。；，：" or balance(text)[1]:
        return False
    if block.level:
        column = block.level == headline.level and size in _COLUMN and words(headline.text) >= _HEADLINE
        return block.level > headline.level or signed or column
    # A name behind the sign is the author of the story above.
    author = block.role is Role.BYLINE or may_be_names(text)
    return signed and size <= LONG_KICKER and not author and not _SENTENCE.search(text)


def _leads_to_clauses(block: Block, headline: Block) -> bool:
    """Whether what looks like the first line of a headline without marks is the kicker of a whole one.

    Of 16 such lines on pages of other papers 10 were, 3 the first line of a headline of three clauses, 3 the
    end of the story above.
    """
    both = block.role is Role.HEADLINE and not block.level
    return both and in_clauses(fold(headline.text)) and words(block.text) <= _SHORTER * words(headline.text)


# The share of the headline's characters.
_SHORTER = 0.7
# A column's name marked as the headline below it is; the first line of a broken headline is seldom so short.
_COLUMN, _HEADLINE = range(2, 5), 8
LONG_KICKER = 30
"""A kicker in one printed line; a brief behind the same sign has more, and its marks."""
_SENTENCE = re.compile("[，。；]")
_LINES = (Role.BODY, Role.HEADLINE, Role.CROSSHEAD, Role.BYLINE, Role.NOTE)
_SIGNS = BYLINE_MARKS + "【"
