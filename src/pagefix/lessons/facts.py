"""Facts: what an archive has taught, by paper, and which of it concerns an edition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from pagefix.lessons.lesson import Lesson

FILE = "taught.toml"
"""The name of the file in OUT that says what was taught."""


class Fact(NamedTuple):
    """A line that is the page's own (``key`` as :func:`~pagefix.lessons.lines.slotted` gives it).

    ``seen`` editions of ``among`` have it at a page's edge, on ``pages`` pages together.
    """

    paper: str
    key: str
    seen: int
    among: int
    pages: int


class Meant(NamedTuple):
    """A fact as it stands in an edition: the keys of its lines there, misread ones too."""

    fact: Fact
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Taught:
    """What an archive teaches, by paper: lines that are the pages' own, and names of bylines."""

    furniture: Mapping[str, Mapping[str, Fact]] = field(default_factory=dict)
    names: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.furniture or self.names)

    def within(self, edition: str, lesson: Lesson) -> tuple[tuple[Meant, ...], tuple[str, ...]]:
        """The lines and names that stand in an edition, by its name and lesson.

        Lines at its pages' edges; names that make up a short line, two of them or more.
        """
        paper = paper_of(edition)
        lines = self.furniture.get(paper, {})
        names = self.names.get(paper, {})
        keys: dict[str, list[str]] = {}
        for key, edge in sorted(lesson.edges.items()) if lines else ():
            meant = key if key in lines else "" if edge.leads else _misread(key, tuple(lines))
            if meant:
                keys.setdefault(meant, []).append(key)
        found = tuple(Meant(lines[key], tuple(keys[key])) for key in sorted(keys))
        signed = (row for row in map(str.split, lesson.rows) if names.keys() >= set(row))
        return found, tuple(sorted({name for row in signed for name in row}))


NOTHING = Taught()
# A misread character in six, two in a line: shorter lines with another character are other lines.
_READ_RIGHT, _MISREAD = 6, 2


def _misread(key: str, lines: tuple[str, ...]) -> str:
    """The line that this one is but for a misread character or two; empty where there is none."""
    from rapidfuzz.distance import Levenshtein
    from rapidfuzz.process import extractOne

    longest = len(key) // _READ_RIGHT
    if not longest:
        return ""
    found = extractOne(key, lines, scorer=Levenshtein.distance, score_cutoff=min(longest, _MISREAD))
    return found[0] if found and len(found[0]) >= _READ_RIGHT else ""


def paper_of(edition: str) -> str:
    """The paper of an edition: what stands before its date, or the folder of its folder."""
    return edition.rpartition("/")[0]
