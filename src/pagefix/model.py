"""The nouns of a newspaper page.

Everything that walks from one room to the next is defined here, frozen.  Offsets
are code points of the page's text as decoded, newlines untouched; spans are
half-open.  A page walks down a row of types, one a room, so that no room can be
skipped or taken out of order:

    Page -> Blocked -> Trimmed -> Joined -> Grouped -> Linked -> Cleaned
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class Role(StrEnum):
    """What a block is on its page.  The last four never reach an article."""

    HEADLINE = "headline"
    DECK = "deck"
    KICKER = "kicker"
    BYLINE = "byline"
    DATELINE = "dateline"
    CROSSHEAD = "crosshead"
    BODY = "body"
    CAPTION = "caption"
    NOTE = "note"
    TABLE = "table"
    JUMP = "jump"
    FURNITURE = "furniture"
    IMAGE = "image"
    MARK = "mark"  # what the tool put there: fences, HTML tags


class Action(StrEnum):
    """What a ledger row says was done."""

    DROP = "drop"
    JOIN = "join"
    REPLACE = "replace"
    UNCERTAIN = "uncertain"


class Reason(StrEnum):
    """Why characters were dropped."""

    DUPLICATE = "duplicate"
    TRUNCATED = "truncated"
    LOOP = "loop"
    STUTTER = "stutter"
    FURNITURE = "furniture"
    JUMP = "jump"
    IMAGE = "image"
    MARK = "mark"


REPEATS = frozenset({Reason.DUPLICATE, Reason.TRUNCATED, Reason.LOOP, Reason.STUTTER})


class Span(NamedTuple):
    """A half-open stretch of one page, in code points."""

    page: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Page:
    """One page as read.

    ``path`` is relative to the archive, with ``/`` as separator.  ``raw`` holds the
    file's bytes only where ``text.encode(encoding)`` does not give them back.
    """

    path: str
    text: str
    edition: str = ""
    label: str = ""
    encoding: str = "utf-8"
    newline: str = "\n"
    sha256: str = ""
    size: int = 0
    raw: bytes | None = None


class Way(StrEnum):
    """Which way a jump line points."""

    TO = "to"  # continued on another page
    FROM = "from"  # continued from another page


@dataclass(frozen=True, slots=True)
class Jump:
    """What a jump line says: the way, the page label as printed, a quoted headline."""

    way: Way
    label: str = ""
    headline: str = ""


@dataclass(frozen=True, slots=True)
class Credit:
    """What a byline or a dateline says, parsed; empty where it is silent."""

    agency: str = ""
    place: str = ""
    date: str = ""
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A block of the page, or a paragraph put together from several.

    ``text`` is the page's text under ``pieces``, in their order, with nothing between
    them: line breaks, white space at the edges and Markdown marks lie outside the
    pieces.  ``level`` counts the heading marks (0: none; bold lines count as 4).
    """

    role: Role
    pieces: tuple[Span, ...]
    text: str
    level: int = 0
    rule: str = ""
    score: float = 1.0
    jump: Jump | None = None
    credit: Credit | None = None

    @property
    def page(self) -> str:
        return self.pieces[0].page

    @property
    def start(self) -> int:
        return self.pieces[0].start

    @property
    def end(self) -> int:
        return self.pieces[-1].end

    def fragments(self, heads: Collection[Span]) -> Iterator[tuple[Span, ...]]:
        """The pieces of each fragment that a seam joined; ``heads`` are the first pieces behind seams."""
        begin = 0
        for at, piece in enumerate(self.pieces):
            if at and piece in heads:
                yield self.pieces[begin:at]
                begin = at
        yield self.pieces[begin:]


@dataclass(frozen=True, slots=True)
class Repeat:
    """Characters that stand elsewhere on the page too and go; ``of`` is the kept copy.

    ``gap`` is true where the repeat swallowed text that is lost.
    """

    span: Span
    of: Span | None
    reason: Reason
    score: float
    rule: str
    gap: bool = False


@dataclass(frozen=True, slots=True)
class Seam:
    """Two fragments that were put together: the end of ``tail``, the start of ``head``."""

    tail: Span
    head: Span
    score: float
    rule: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something found and left alone: what it may be, why it was left, how likely.

    ``of`` is what it was found to belong to: the copy of a repeat, the tail of a seam.
    """

    span: Span
    what: str
    why: str
    score: float
    rule: str
    of: Span | None = None


@dataclass(frozen=True, slots=True)
class Blocked:
    """A page as blocks with roles, in page order."""

    page: Page
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Trimmed:
    """A page without its repeats: the pieces of its blocks no longer hold them."""

    page: Page
    blocks: tuple[Block, ...]
    repeats: tuple[Repeat, ...] = ()
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True)
class Joined:
    """A page with its broken paragraphs put together: blocks may have pieces far apart.

    ``chances`` are all seams that are not out of the question, made or not: where the tail
    ends, where the head begins, and the log-odds of the seam against staying open.
    """

    page: Page
    blocks: tuple[Block, ...]
    repeats: tuple[Repeat, ...] = ()
    seams: tuple[Seam, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    chances: tuple[tuple[int, int, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """The blocks of one article on one page (or, once linked, on several), in true order."""

    blocks: tuple[Block, ...]
    continued_from: str = ""
    continues_on: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Grouped:
    """A page as stories; ``loose`` are its blocks that belong to no article."""

    page: Page
    stories: tuple[Story, ...]
    loose: tuple[Block, ...] = ()
    repeats: tuple[Repeat, ...] = ()
    seams: tuple[Seam, ...] = ()
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True)
class Linked:
    """An edition as stories, jumps followed from page to page."""

    pages: tuple[Grouped, ...]
    stories: tuple[Story, ...]
    seams: tuple[Seam, ...] = ()
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True)
class ArticleBlock:
    """A paragraph, headline, caption … of a finished article: ``text`` after all edits."""

    role: Role
    text: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Article:
    """A clean article.  ``id`` is stable as long as its first block stays where it is."""

    id: str
    edition: str
    pages: tuple[str, ...]
    headline: str
    deck: str
    kicker: str
    byline: str
    dateline: str
    date: str
    agency: str
    text: str
    blocks: tuple[ArticleBlock, ...]
    continued_from: str | None = None
    continues_on: str | None = None
    cluster: str | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the ledger.

    ``of`` names the kept copy of a repeat (in an uncertain row what the finding would belong
    to), ``tail`` and ``head`` the two fragments of a
    join (written as ``from`` and ``to``), ``after`` the text that a replace puts there.
    """

    page: str
    start: int
    end: int
    action: Action
    reason: str
    rule: str
    score: float
    text: str = ""
    of: Span | None = None
    tail: Span | None = None
    head: Span | None = None
    after: str | None = None
    what: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What became of an edition: articles in order, and a ledger that accounts for the rest."""

    edition: str
    pages: tuple[Page, ...]
    articles: tuple[Article, ...]
    ledger: tuple[Row, ...]
    statuses: Mapping[str, str] = field(default_factory=dict)
