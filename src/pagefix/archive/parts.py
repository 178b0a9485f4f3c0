"""Parts: what came of one edition, kept so that the next run need not clean it again.

A part is one file: a line of JSON that says what it was made from and what it holds, then
the edition's rows of each book.  It is put in place in one move, so it is there whole or not
at all; nothing else in OUT needs to be trusted after a crash.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

from pagefix.archive.folders import Edition, key_of, order_of
from pagefix.archive.outdir import BOOKS

# The slowest clock of a file system, FAT's, in ns.
_TICK = 2_000_000_000


class PageState(NamedTuple):
    """A page as it was when its edition was cleaned."""

    path: str
    label: str
    size: int
    changed: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Head:
    """What a part was made from and what it holds.

    ``stamp``: how it was made (:meth:`~pagefix.archive.cleaning.Orders.stamp_for`).  ``files``: the
    article files of the edition below OUT, with their digests.  ``sizes``: bytes of the rows of each
    book, whose digest is ``body``.  ``again``: something failed that may go well the next time.
    ``lesson``: what the edition tells about the archive.
    """

    stamp: str
    name: str
    folder: str
    alone: bool
    pages: tuple[PageState, ...]
    files: Mapping[str, str]
    counts: Mapping[str, Any]
    sizes: tuple[int, ...]
    body: str
    again: bool = False
    lesson: str = ""

    @property
    def key(self) -> str:
        """That of the edition."""
        return key_of(self.name, self.pages[0].path, self.alone)

    @property
    def order(self) -> tuple[bytes, bytes, str]:
        """Sorts parts as :attr:`Edition.order <pagefix.archive.folders.Edition.order>` does."""
        return order_of(self.name, self.pages[0].label, self.pages[0].path, self.alone)

    def made_of(self, edition: Edition, stamp: str) -> bool:
        """Whether the edition has the same pages, by name, and would be cleaned the same way."""
        return (
            self.stamp == stamp
            and (self.name, self.folder, self.alone) == (edition.name, edition.folder, edition.alone)
            and [(page.path, page.label) for page in self.pages]
            == [(page.path, page.label) for page in edition.pages]
        )

    def dated_as(self, edition: Edition) -> bool:
        """Whether the pages' sizes and times are still the same (see :meth:`made_of` for the rest)."""
        return all(
            (then.size, then.changed) == (now.size, now.changed)
            for then, now in zip(self.pages, edition.pages, strict=True)
        )

    def seasoned(self, looked: int) -> bool:
        """Whether the times can be trusted: no page was fresh when it was looked at (in ns).

        A file may be written twice within one tick of its file system's clock.
        """
        return all(page.changed < looked - _TICK for page in self.pages)

    def complete_in(self, out: Path, looked: int = 0) -> bool:
        """Whether all article files are there.

        ``looked``: when they all were, in ns; a folder that nothing came into or left since is not read.
        """
        if self.alone or not self.files:
            return all((out / name).exists() for name in self.files)
        # One look at the folder instead of one at every file: a run that has nothing to do does little else.
        folder = out / self.folder
        try:
            state = folder.stat()
            if max(state.st_mtime_ns, state.st_ctime_ns) < looked - _TICK:
                return True
            with os.scandir(folder) as entries:
                there = {entry.name for entry in entries}
        except OSError:
            return False
        return all(name.rpartition("/")[2] in there for name in self.files)

    def with_pages(self, pages: Sequence[PageState]) -> Head:
        """The same with other times."""
        return replace(self, pages=tuple(pages))

    def line(self) -> str:
        """As a line of the manifest."""
        # Not ``asdict``, which copies every name and digest before they are written.
        row = {column.name: getattr(self, column.name) for column in fields(self)}
        return json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n"


def head_of(line: str | bytes) -> Head | None:
    """The head that a line says, or nothing where the line is none of ours."""
    try:
        row = json.loads(line)
        row["pages"] = tuple(PageState(*page) for page in row["pages"])
        row["sizes"] = tuple(row["sizes"])
        return Head(**row)
    except (ValueError, TypeError, KeyError):
        return None


class Part(NamedTuple):
    """A part as it was read.

    ``line``: the head as it stands in the file.  ``rows``: a piece for each book, none if they
    were not asked for.  ``looked``: when its pages were looked at, in ns.
    """

    head: Head
    line: bytes
    rows: list[bytes]
    looked: int


def read_part(path: Path, *, with_rows: bool = True) -> Part | None:
    """A part, or nothing where it is missing or not whole."""
    try:
        with path.open("rb") as stream:
            line = stream.readline()
            head = head_of(line)
            status = os.fstat(stream.fileno())
            if head is None or status.st_size != len(line) + sum(head.sizes):
                return None
            rows = [stream.read(size) for size in head.sizes] if with_rows else []
            return Part(head, line, rows, status.st_mtime_ns)
    except OSError:
        return None


def digest_of(*pieces: bytes) -> str:
    """Thirty-two hex digits that tell whether a file, or the rows of a part, are what we wrote."""
    digest = blake2b(digest_size=16)
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()


def write_part(path: Path, head: Head, rows: Sequence[bytes], looked: int) -> None:
    """Writes a part where it is still to be moved from; its time is when the pages were looked at."""
    assert len(rows) == len(BOOKS)
    with path.open("wb") as stream:
        stream.write(head.line().encode())
        for piece in rows:
            stream.write(piece)
    os.utime(path, ns=(looked, looked))
