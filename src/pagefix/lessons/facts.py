"""Facts: what an archive has taught, by paper, and which of it concerns an edition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from pagefix.lessons.lesson import Lesson


class Fact(NamedTuple):
    """A line that is the page's own (``key`` as :func:`~pagefix.lessons.lines.slotted` gives it).

    ``seen`` editions of ``among`` have it at a page's edge, on ``pages`` pages together.
    """

    paper: str
    key: str
    seen: int
    among: int
    pages: int


@dataclass(frozen=True, slots=True)
class Taught:
    """What an archive teaches, by paper: lines that are the pages' own, and names of bylines."""

    furniture: Mapping[str, Mapping[str, Fact]] = field(default_factory=dict)
    names: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.furniture or self.names)

    def within(self, edition: str, lesson: Lesson) -> tuple[tuple[Fact, ...], tuple[str, ...]]:
        """The lines and names that stand in an edition, by its name and lesson.

        Lines at its pages' edges; names that make up a short line, two of them or more.
        """
        paper = paper_of(edition)
        lines = self.furniture.get(paper, {})
        names = self.names.get(paper, {})
        found = tuple(lines[key] for key in sorted(lesson.edges) if key in lines)
        if not names:
            return found, ()
        rows = (row.replace("、", " ").split() for row in (*lesson.inside, *lesson.edges))
        return found, tuple(
            sorted({n for row in rows if len(row) > 1 and names.keys() >= set(row) for n in row})
        )


NOTHING = Taught()


def paper_of(edition: str) -> str:
    """The paper of an edition: what stands before its date, or the folder of its folder."""
    return edition.rpartition("/")[0]
