"""What a run did, in numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_PLAIN = ("pages", "articles", "failed", "joins", "uncertain", "editions")


@dataclass(frozen=True, slots=True)
class Failure:
    """A page that was set aside: why, and the last line of the traceback."""

    page: str
    reason: str
    last: str


@dataclass(slots=True)
class Summary:
    """Totals over the archive, and what this run had to do for them.

    ``worked``: pages cleaned in this run; ``seconds``: how long it took.  ``headlines`` and
    ``failures`` hold the first few, the books all.
    """

    pages: int = 0
    articles: int = 0
    failed: int = 0
    joins: int = 0
    uncertain: int = 0
    editions: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    characters: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    worked: int = 0
    seconds: float = 0.0
    headlines: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    def add(self, counts: Mapping[str, Any]) -> None:
        """Counts an edition in."""
        for name in _PLAIN:
            setattr(self, name, getattr(self, name) + int(counts.get(name, name == "editions")))
        self.dropped.update(counts["dropped"])
        self.characters.update(counts["characters"])
        self.statuses.update(counts["statuses"])

    def take(self, other: Summary) -> None:
        """Counts out again what was counted in."""
        for name in _PLAIN:
            setattr(self, name, getattr(self, name) - getattr(other, name))
        for mine, its in ((self.dropped, other.dropped), (self.statuses, other.statuses)):
            mine.subtract(its)
        self.characters.subtract(other.characters)
        self.characters = Counter({key: n for key, n in self.characters.items() if self.dropped[key]})
        self.dropped, self.statuses = +self.dropped, +self.statuses

    def counts(self) -> dict[str, Any]:
        """The totals, as :meth:`add` takes them."""
        plain: dict[str, Any] = {name: getattr(self, name) for name in _PLAIN}
        return plain | {
            "dropped": dict(sorted(self.dropped.items())),
            "characters": dict(sorted(self.characters.items())),
            "statuses": dict(sorted(self.statuses.items())),
        }

    @classmethod
    def from_counts(cls, counts: Mapping[str, Any]) -> Summary:
        """Totals that :meth:`counts` gave."""
        summary = cls()
        if counts:
            summary.add(counts)
        return summary
