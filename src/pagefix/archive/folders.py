"""Which files are pages, and which of them make an edition.

An archive may hold a million pages, so they are never all in memory: what the folders say
goes into a temporary database, which sorts it on disk and gives it back edition by edition.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from pagefix.errors import UsageError
from pagefix.reading import SUFFIXES
from pagefix.reading.layouts import Place, reading_order
from pagefix.writing import edition_folder

_CACHE_KIB = 32_000
UNREADABLE = -1
"""The size of a file whose name is no text: nothing can be written about it under that name."""


@dataclass(frozen=True, slots=True)
class Found:
    """A page's file: its path relative to the archive, its label, size in bytes, time of change in ns."""

    path: str
    label: str
    size: int
    changed: int


@dataclass(frozen=True, slots=True)
class Edition:
    """The pages that are cleaned together.

    ``folder`` is where its articles go below OUT.  ``alone`` is true for a page of a group
    that is too big to be an edition: such pages are cleaned one by one.
    """

    name: str
    folder: str
    pages: tuple[Found, ...]
    alone: bool = False

    @property
    def key(self) -> str:
        """Forty hex digits that no other edition of the archive has."""
        return key_of(self.name, self.pages[0].path, self.alone)

    @property
    def order(self) -> tuple[bytes, bytes, str]:
        """Sorts editions as the books list them."""
        return order_of(self.name, self.pages[0].label, self.pages[0].path, self.alone)


def key_of(name: str, path: str, alone: bool) -> str:
    """Forty hex digits for an edition; ``path`` is that of its first page."""
    return sha256((f"{name}\0{path}" if alone else name).encode()).hexdigest()[:40]


def order_of(name: str, label: str, path: str, alone: bool) -> tuple[bytes, bytes, str]:
    """Where an edition stands among all; ``label`` and ``path`` are those of its first page."""
    if alone:
        return reading_order(name), reading_order(label), path
    return reading_order(name), b"", name


class Index:
    """The pages below an archive, in edition and page order whatever the file system says."""

    def __init__(self, largest: int) -> None:
        self._largest = largest
        # Nameless: SQLite keeps it in memory while it is small and on disk when it grows.
        self._base = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._base.executescript(
            f"""pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -{_CACHE_KIB};
            create table page (edition, place, path, name, label, size, changed);
            create table edition (name primary key, folder, sorting) without rowid;
            create table kept (key primary key) without rowid;
            begin;"""
        )
        self._suffixes: dict[str, str] = {}
        self.pages = 0

    def fill(
        self, archive: Path, place_of: Callable[[str], Place], told: Callable[[int], None] | None = None
    ) -> None:
        """Takes in every page below ``archive``; ``told`` hears how many there are so far.

        Hidden files and folders are passed over, and links that lead out of the archive.
        Raises :class:`~pagefix.errors.UsageError` where there is no such folder or no page in it.
        """
        if not archive.exists():
            raise UsageError("no such folder", place=str(archive), remedy="name a folder that holds pages")
        files = _files(archive) if archive.is_dir() else iter([(archive.name, archive.stat())])
        self._base.executemany(
            "insert into page values (?, ?, ?, ?, ?, ?, ?)", self._rows(files, place_of, told)
        )
        if not self.pages:
            raise UsageError(
                f"no page here: none of its files ends in {', '.join(SUFFIXES)}",
                place=str(archive),
                remedy="name another folder",
            )
        self._tell_folders_apart()

    def _rows(
        self,
        files: Iterator[tuple[str, os.stat_result | None]],
        place_of: Callable[[str], Place],
        told: Callable[[int], None] | None,
    ) -> Iterator[tuple[object, ...]]:
        last = None
        for relative, status in files:
            place = place_of(relative)
            order = reading_order(place.edition)
            if place.edition != last:
                last = place.edition
                folder = edition_folder(last).casefold()
                self._base.execute("insert or ignore into edition values (?, ?, ?)", (last, folder, order))
            self.pages += 1
            if told is not None and self.pages % 1000 == 0:
                told(self.pages)
            size, changed = (status.st_size, status.st_mtime_ns) if status else (UNREADABLE, 0)
            yield (
                order, reading_order(place.label), relative, place.edition, place.label, size, changed,
            )  # fmt: skip

    def _tell_folders_apart(self) -> None:
        """Numbers for editions whose folders would be one, as of two papers that differ in case only."""
        rows = self._base.execute(
            """select folder, name from edition
            where folder in (select folder from edition group by folder having count(*) > 1)
            order by folder, sorting, name"""
        )
        seen = None
        number = 0
        for folder, name in rows:
            number = number + 1 if folder == seen else 1
            seen = folder
            if number > 1:
                self._suffixes[name] = f"-{number}"

    def most_editions(self) -> int:
        """How many editions there are at most, if every page of a group that is too big were one."""
        row = self._base.execute(
            "select count(*), max(pages) from (select count(*) as pages from page group by name)"
        ).fetchone()
        return self.pages if row[1] > self._largest else int(row[0])

    def editions(self) -> Iterator[Edition]:
        """The editions, in order."""
        rows = self._base.execute(
            "select name, path, label, size, changed from page order by edition, name, place, path"
        )
        name, pages, alone = None, list[Found](), False
        labels: dict[str, int] = {}
        for row in rows:
            if row[0] != name:
                if pages:
                    yield self._edition(str(name), pages, alone)
                name, pages, alone, labels = row[0], [], False, {}
            pages.append(Found(*row[1:]))
            if len(pages) > self._largest:
                alone = True
            if alone:
                for page in pages:
                    yield self._edition(str(name), [_of_its_own(page, labels)], True)
                pages = []
        if pages:
            yield self._edition(str(name), pages, alone)

    def _edition(self, name: str, pages: list[Found], alone: bool) -> Edition:
        folder = edition_folder(name) + self._suffixes.get(name, "")
        return Edition(name, folder, tuple(pages), alone)

    def keep(self, key: str) -> None:
        """Remembers that the edition with this key is in the archive."""
        self._base.execute("insert or ignore into kept values (?)", (key,))

    def keeps(self, key: str) -> bool:
        """Whether :meth:`keep` was told of it."""
        return self._base.execute("select 1 from kept where key = ?", (key,)).fetchone() is not None

    def close(self) -> None:
        """Forgets everything."""
        self._base.close()


def _of_its_own(page: Found, labels: dict[str, int]) -> Found:
    """The page with a label that no page before it has: pages cleaned alone cannot share numbers.

    Pages with one label follow each other, so the labels of those before are forgotten.
    """
    label = page.label.casefold()
    count = labels.get(label, 0) + 1
    if count == 1 and len(labels) > 100:
        labels.clear()
    labels[label] = count
    return page if count == 1 else replace(page, label=f"{page.label}.{count}")


def _files(archive: Path) -> Iterator[tuple[str, os.stat_result | None]]:
    """Path below the archive and status of every page; no status where the name is no text."""
    real = archive.resolve()
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        with os.scandir(archive / folder) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                relative = f"{folder}/{entry.name}" if folder else entry.name
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(relative)
                elif entry.name.lower().endswith(SUFFIXES):
                    if entry.is_symlink() and not Path(entry.path).resolve().is_relative_to(real):
                        continue
                    yield _told(relative, entry)


def _told(relative: str, entry: os.DirEntry[str]) -> tuple[str, os.stat_result | None]:
    try:
        relative.encode()
        return relative, entry.stat()
    except UnicodeEncodeError:
        return os.fsencode(relative).decode("utf-8", "backslashreplace"), None
    except OSError:
        # Gone or out of reach: reading it will say so, and the page is set aside.
        return relative, os.stat_result((0,) * 10)
