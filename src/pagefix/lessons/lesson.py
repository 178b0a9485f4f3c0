"""The lesson of an edition: what it tells about the archive, and how that is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple


class Edge(NamedTuple):
    """A line at the edges of an edition's pages.

    ``pages``: on how many it stands; on how many of them it leads running text or a table (``leads``),
    or a line with the page's label (``crowns``).
    """

    pages: int
    leads: int = 0
    crowns: int = 0


@dataclass(frozen=True, slots=True)
class Lesson:
    """What an edition has to say.

    ``edges`` by the lines' keys (:func:`~pagefix.lessons.lines.slotted`); ``inside`` are short
    lines away from the edges, folded; ``rows`` are those of all short lines that may be several
    names, parted by blanks; ``names`` stand in lines of credits.
    """

    edges: dict[str, Edge] = field(default_factory=dict)
    inside: frozenset[str] = frozenset()
    rows: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()

    def dumped(self) -> str:
        """As a text of five lines, the same for the same lesson."""
        edges = sorted(self.edges.items())
        return "\n".join(
            (
                "\t".join(key for key, _ in edges),
                "\t".join(f"{edge.pages},{edge.leads},{edge.crowns}" for _, edge in edges),
                "\t".join(sorted(self.inside)),
                "\t".join(sorted(self.rows)),
                "\t".join(sorted(self.names)),
            )
        )


def is_lesson(dumped: str) -> bool:
    """Whether this is what :meth:`Lesson.dumped` writes."""
    return dumped.count("\n") == 4


def lesson_from(dumped: str) -> Lesson:
    """The lesson that :meth:`Lesson.dumped` wrote down; an empty one where it did not."""
    try:
        keys, counts, *sets = (line.split("\t") if line else [] for line in dumped.split("\n"))
        inside, rows, names = map(frozenset, sets)
        edges = {key: _edge(count) for key, count in zip(keys, counts, strict=True)}
        return Lesson(edges, inside, rows, names)
    except (TypeError, ValueError):
        return Lesson()


@lru_cache(maxsize=1024)
def _edge(counts: str) -> Edge:
    return Edge(*map(int, counts.split(",")))
