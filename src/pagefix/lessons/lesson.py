"""The lesson of an edition: what it tells about the archive, and how that is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
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
    lines away from the edges, folded; ``names`` stand in lines of credits.
    """

    edges: dict[str, Edge] = field(default_factory=dict)
    inside: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()

    def dumped(self) -> str:
        """As a text of lines, the same for the same lesson."""
        rows = [f"e{e.pages},{e.leads},{e.crowns} {key}" for key, e in sorted(self.edges.items())]
        rows += [f"i {text}" for text in sorted(self.inside)]
        rows += [f"n {name}" for name in sorted(self.names)]
        return "\n".join(rows)


def lesson_from(dumped: str) -> Lesson:
    """The lesson that :meth:`Lesson.dumped` wrote down."""
    edges: dict[str, Edge] = {}
    others: dict[str, list[str]] = {"i": [], "n": []}
    for row in dumped.split("\n") if dumped else ():
        head, _, text = row.partition(" ")
        if head in others:
            others[head].append(text)
        else:
            edges[text] = Edge(*map(int, head[1:].split(",")))
    return Lesson(edges, frozenset(others["i"]), frozenset(others["n"]))
