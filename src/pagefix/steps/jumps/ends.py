"""The ends of jumps: marks, the stories that may stand behind them, the pages they point to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pagefix.matching.keys import fold
from pagefix.matching.labels import normal_label, same_page
from pagefix.model import Block, Grouped, Role, Story, Way

FLOW = frozenset({Role.BODY, Role.CROSSHEAD, Role.NOTE, Role.TABLE})


class Mark(NamedTuple):
    """A jump line: ``sheet`` is its page's place in the edition, ``story`` the one that holds it.

    ``at`` is its place among the story's blocks; ``points_to`` the normal label that it names.
    """

    sheet: int
    story: int
    at: int
    way: Way
    points_to: str


@dataclass(frozen=True, slots=True)
class Part:
    """A story on its page, as evidence sees it; texts are folded to simplified characters.

    ``title`` holds word characters only: the headline as printed, or as the landing mark
    quotes it.  ``tail`` is the last paragraph, ``head`` the first one if the text begins
    with a paragraph; ``fresh`` is true where the head opens with a dateline of its own.
    """

    sheet: int
    title: str
    tail: str
    head: str
    text: str
    fresh: bool


class Edition:
    """The stories of an edition, its pages' labels, and the jump lines on them."""

    def __init__(self, pages: Sequence[Grouped]) -> None:
        self.pages = pages
        self.stories: list[Story] = []
        self.sheet_of: list[int] = []
        for sheet, page in enumerate(pages):
            self.stories += page.stories
            self.sheet_of += [sheet] * len(page.stories)
        self.labels = [normal_label(page.page.label) for page in pages]
        self.marks = list(self._marks())
        self._of_label: dict[str, tuple[int, ...]] = {}

    def _marks(self) -> Iterator[Mark]:
        for n, story in enumerate(self.stories):
            for at, block in enumerate(story.blocks):
                if block.jump is not None:
                    yield Mark(self.sheet_of[n], n, at, block.jump.way, normal_label(block.jump.label))

    def sheets(self, label: str) -> tuple[int, ...]:
        """The pages that a normal label can mean; none where the page is not in the archive."""
        found = self._of_label.get(label)
        if found is None:
            found = tuple(n for n, other in enumerate(self.labels) if same_page(label, other))
            self._of_label[label] = found
        return found

    def stories_on(self, sheet: int) -> list[int]:
        """The stories of one page."""
        return [n for n, other in enumerate(self.sheet_of) if other == sheet]


def part_of(story: Story, sheet: int) -> Part:
    """What evidence needs to know of a story."""
    tail, head = last_body(story.blocks), first_body(story.blocks)
    return Part(
        sheet=sheet,
        title=title_of(story.blocks),
        tail=fold(story.blocks[tail].text) if tail is not None else "",
        head=fold(story.blocks[head].text) if head is not None else "",
        text=fold("".join(b.text for b in story.blocks if b.role in FLOW or b.role is Role.HEADLINE)),
        fresh=head is not None and (credit := story.blocks[head].credit) is not None and bool(credit.agency),
    )


def title_of(blocks: Sequence[Block]) -> str:
    """The headline as printed, or else as the landing mark quotes it, as a key."""
    printed = "".join(b.text for b in blocks if b.role is Role.HEADLINE)
    quoted = (b.jump.headline for b in blocks if b.jump and b.jump.way is Way.FROM and b.jump.headline)
    return title_key(printed or next(quoted, ""))


def title_key(text: str) -> str:
    """The word characters of a headline, folded."""
    return _NO_WORD.sub("", fold(text))


_NO_WORD = re.compile(r"[\W_]+")


def last_body(blocks: Sequence[Block]) -> int | None:
    """The place of the last paragraph."""
    return next((n for n in range(len(blocks) - 1, -1, -1) if blocks[n].role is Role.BODY), None)


def first_body(blocks: Sequence[Block]) -> int | None:
    """The place of the first paragraph, if the story's text begins with one."""
    first = next((n for n, b in enumerate(blocks) if b.role in FLOW), None)
    return first if first is not None and blocks[first].role is Role.BODY else None


def body_before(blocks: Sequence[Block], at: int) -> int | None:
    """The place of the paragraph right above the mark at ``at``, marks between them left out."""
    n = at - 1
    while n >= 0 and blocks[n].role is Role.JUMP:
        n -= 1
    return n if n >= 0 and blocks[n].role is Role.BODY else None
