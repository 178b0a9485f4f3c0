"""What happened to a place of a page, and why: read from the books of its edition."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pagefix.archive.outdir import Places, check_finished
from pagefix.archive.parts import Head, head_of, read_part
from pagefix.archive.restoring import Sheaf, row_of
from pagefix.archive.taughtfile import taught_entries
from pagefix.errors import UsageError
from pagefix.rules import Rules

_BREAK = re.compile(r"\r\n|\n|\r")
_SHORT = 40


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of a page, with its line (from 1) and the beginning of its text."""

    page: str
    start: int
    end: int
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that is known of a place.

    ``kind``: article, drop, join, replace or uncertain.  ``what``: the block's role, the
    reason of a drop, the text that a replace put there.  ``other``: the kept copy, or the
    other half of a join.  ``why``: what the rule says for itself.
    """

    kind: str
    place: Place
    what: str = ""
    article: str = ""
    headline: str = ""
    rule: str = ""
    why: str = ""
    score: float | None = None
    other: Place | None = None


@dataclass(frozen=True, slots=True)
class Explained:
    """A place of a page, the page's status (failed: it was set aside), and all that is known of it."""

    place: Place
    status: str
    reason: str = ""
    notes: tuple[Note, ...] = ()


def explain(out: Path, page: str, line: int | None, rules: Rules) -> Explained:
    """What happened to ``page`` (or one line of it, counted from 1) when ``out`` was written.

    ``page`` is its path in the archive, or any path that ends with it or is its end.  Raises
    :class:`~pagefix.errors.UsageError` where there is no such page or line.
    """
    places = check_finished(out)
    path, head = _find(places, page)
    part = read_part(places.part(head.key))
    if part is None:
        raise UsageError(
            "the rows of this page's edition are missing", place=str(out), remedy="run pagefix clean again"
        )
    # A text may hold U+2028, at which splitlines() would cut a row in two.
    books = [[json.loads(line) for line in piece.split(b"\n") if line] for piece in part.rows]
    edition = _Edition(articles=books[0], ledger=books[1], pages=books[2], failed=books[3])
    for failed in edition.failed:
        if failed["page"] == path:
            return Explained(Place(path, 0, 0, 1, ""), "failed", failed["reason"])
    text = edition.text(path)
    start, end = (0, len(text)) if line is None else _line_span(text, line, path)
    status = next(row["status"] for row in edition.pages if row["path"] == path)
    entries = (*rules.entries, *taught_entries(places))
    reasons = {entry.id: " ".join(str(entry.data.get("reason", "")).split()) for entry in entries}
    notes = sorted(
        edition.notes(path, start, end, reasons), key=lambda note: (note.place.start, note.place.end)
    )
    return Explained(edition.place(path, start, end), status, notes=tuple(notes))


def _find(places: Places, page: str) -> tuple[str, Head]:
    """The page's path in the archive, and its edition."""
    wanted = page.replace("\\", "/").removeprefix("./")
    # JSON spells a few characters otherwise; the rest of the name is enough to find the line.
    probe = max(re.split(r'["\\\x00-\x1f]', wanted.rpartition("/")[2]), key=len).encode()
    found: dict[str, Head] = {}
    try:
        with places.editions.open("rb") as stream:
            for line in stream:
                if probe in line and (head := head_of(line)) is not None:
                    for state in head.pages:
                        if _same_path(state.path, wanted):
                            found[state.path] = head
    except OSError:
        raise UsageError(
            f"{places.editions} is missing", place=str(places.out), remedy="run pagefix clean again"
        ) from None
    if wanted in found:
        return wanted, found[wanted]
    if len(found) == 1:
        return next(iter(found.items()))
    if found:
        names = ", ".join(sorted(found)[:3])
        raise UsageError(
            f"{len(found)} pages are called so: {names} …", place=page, remedy="name the whole path"
        )
    raise UsageError(
        "no page of the archive is called so", place=page, remedy="see pages.jsonl for the paths"
    )


def _same_path(path: str, wanted: str) -> bool:
    return path == wanted or path.endswith("/" + wanted) or wanted.endswith("/" + path)


def _line_span(text: str, line: int, path: str) -> tuple[int, int]:
    ends = [(found.start(), found.end()) for found in _BREAK.finditer(text)] + [(len(text), len(text))]
    if not 1 <= line <= len(ends):
        raise UsageError(f"the page has {len(ends)} lines", place=f"{path}:{line}", remedy="name one of them")
    return (ends[line - 2][1] if line > 1 else 0), ends[line - 1][0]


@dataclass(slots=True)
class _Edition:
    """The rows of one edition."""

    articles: list[dict[str, Any]]
    ledger: list[dict[str, Any]]
    pages: list[dict[str, Any]]
    failed: list[dict[str, Any]]
    _texts: dict[str, str] = field(default_factory=dict)

    def text(self, path: str) -> str:
        """The text of a page of the edition, put together from its rows."""
        if path not in self._texts:
            sheaf = Sheaf()
            for row in self.ledger:
                sheaf.take_row(row_of(row))
            for article in self.articles:
                sheaf.take_article(article)
            self._texts[path] = sheaf.text(path)
        return self._texts[path]

    def place(self, path: str, start: int, end: int) -> Place:
        text = self.text(path)
        line = 1 + sum(1 for _ in _BREAK.finditer(text, 0, start))
        shown = " ".join(text[start:end].split())
        return Place(path, start, end, line, shown if len(shown) <= _SHORT else shown[:_SHORT] + "…")

    def notes(self, path: str, start: int, end: int, reasons: Mapping[str, str]) -> Iterator[Note]:
        """Everything that touches the stretch."""
        for article in self.articles:
            for block in article["blocks"]:
                for page, a, b in block["spans"]:
                    if page == path and a < end and start < b:
                        yield Note(
                            "article",
                            self.place(path, max(a, start), min(b, end)),
                            block["role"],
                            article["id"],
                            article["headline"],
                        )
        for row in self.ledger:
            if row["action"] == "join":
                yield from self._joins(row, path, start, end, reasons)
            elif row["page"] == path and _touches(row, start, end):
                yield self._note(row, start, end, reasons)

    def _note(self, row: Mapping[str, Any], start: int, end: int, reasons: Mapping[str, str]) -> Note:
        a, b = row["start"], row["end"]
        whole = row["action"] != "drop"
        place = self.place(row["page"], a if whole else max(a, start), b if whole else min(b, end))
        kept = self.place(*row["of"]) if "of" in row else None
        article, headline = self._home(kept) if kept is not None else ("", "")
        why = row.get("why") or reasons.get(row["rule"], "")
        what = row.get("after") or row["reason"]
        return Note(row["action"], place, what, article, headline, row["rule"], why, row["score"], kept)

    def _joins(
        self, row: Mapping[str, Any], path: str, start: int, end: int, reasons: Mapping[str, str]
    ) -> Iterator[Note]:
        tail, head = row["from"], row["to"]
        for mine, other in ((tail, head), (head, tail)):
            # Only the two edges that meet say something of a place.
            edge = mine[2] if mine is tail else mine[1]
            if mine[0] == path and start <= edge <= end and mine[1] < end and start < mine[2]:
                what = "goes on with" if mine is tail else "goes on from"
                why = reasons.get(row["rule"], "")
                yield Note(
                    "join",
                    self.place(*mine),
                    what,
                    "",
                    "",
                    row["rule"],
                    why,
                    row["score"],
                    self.place(*other),
                )

    def _home(self, place: Place) -> tuple[str, str]:
        for article in self.articles:
            for block in article["blocks"]:
                if any(p == place.page and a < place.end and place.start < b for p, a, b in block["spans"]):
                    return article["id"], article["headline"]
        return "", ""


def _touches(row: Mapping[str, Any], start: int, end: int) -> bool:
    a, b = row["start"], row["end"]
    return bool((start <= a <= end) if a == b else (a < end and start < b))
