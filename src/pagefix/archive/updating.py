"""Books brought up to date: what stayed is copied as it lies in the old ones, and not read again.

A run that finds a hundredth of an archive changed would else spend more on reading and writing
every row of it than on cleaning what changed.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from io import BytesIO, FileIO
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pagefix.archive.folders import Edition
from pagefix.archive.outdir import BOOKS, Places
from pagefix.archive.parts import Head, Part
from pagefix.archive.summary import Summary

if TYPE_CHECKING:
    from pagefix.writing.linebook import Lines

# A plan lies in memory: some ten megabytes for so many pages.
_MOST_PAGES = 20_000
_CHUNK = 1 << 20
# A system or a disk that cannot copy from file to file; anything else is a fault of the disk.
_CANNOT_COPY = {errno.ENOSYS, errno.EXDEV, errno.EINVAL, errno.EOPNOTSUPP, errno.EPERM}


class Place(NamedTuple):
    """A place in the old books: articles before it, and bytes before it in the others and in the manifest."""

    articles: int = 0
    ledger: int = 0
    pages: int = 0
    failed: int = 0
    manifest: int = 0


class Stretch(NamedTuple):
    """Editions that stay and follow each other in the old books."""

    start: Place
    end: Place


@dataclass(slots=True)
class Plan:
    """What the new books are made of, in their order: stretches of the old ones, and new editions.

    It is made while the archive is compared with the manifest, edition by edition in the order
    of both.  ``gone`` are the keys and files of editions that the archive has lost, ``left``
    counts what the old books have and the new ones do not.  ``short`` is false for a plan that
    grew too long: then the books are better written from all parts.
    """

    pieces: list[Stretch | Edition] = field(default_factory=list)
    gone: list[Head] = field(default_factory=list)
    left: Summary = field(default_factory=Summary)
    at: Place = field(default_factory=Place)
    short: bool = True
    _pages: int = 0

    def stays(self, head: Head, size: int) -> None:
        """An edition of the manifest, whose line has ``size`` bytes there, is as it was."""
        start, self.at = self.at, _behind(self.at, head, size)
        last = self.pieces[-1] if self.pieces else None
        if isinstance(last, Stretch) and last.end == start:
            self.pieces[-1] = Stretch(last.start, self.at)
        elif self.short:
            self.pieces.append(Stretch(start, self.at))

    def leaves(self, head: Head, size: int, gone: bool) -> None:
        """An edition of the manifest is cleaned again, or ``gone`` from the archive."""
        self.at = _behind(self.at, head, size)
        self.left.add(head.counts)
        if gone and self._room(len(head.pages)):
            self.gone.append(head)

    def comes(self, edition: Edition) -> None:
        """An edition that has to be cleaned."""
        if self._room(len(edition.pages)):
            self.pieces.append(edition)

    def _room(self, pages: int) -> bool:
        self._pages += pages
        if self._pages > _MOST_PAGES:
            self.short = False
            self.pieces.clear()
            self.gone.clear()
        return self.short


@dataclass(frozen=True, slots=True)
class Written:
    """The rows of ``articles.jsonl`` as they were written, piece by piece; none where nobody asks."""

    rows: list[Lines] | None

    def copied(self, old: Lines | None, piece: Stretch) -> None:
        """A stretch of the old file."""
        if self.rows is not None and old is not None:
            from pagefix.writing.linebook import stretch

            self.rows.append(stretch(old, piece.start.articles, piece.end.articles))

    def added(self, part: Part) -> None:
        """The rows of an edition that is new."""
        if self.rows is not None:
            from pagefix.writing.linebook import lines_of

            self.rows.append(lines_of(Path(BOOKS[0]), BytesIO(part.rows[0])))

    def keep(self, places: Places) -> None:
        """Keeps them for whoever reads the file next, which has been put in place."""
        if self.rows is not None:
            from pagefix.writing.linebook import keep_lines, pieced

            keep_lines(places.out, pieced(places.out / BOOKS[0], self.rows))


def _behind(at: Place, head: Head, size: int) -> Place:
    _, ledger, pages, failed = head.sizes
    return Place(
        at.articles + int(head.counts["articles"]),
        at.ledger + ledger,
        at.pages + pages,
        at.failed + failed,
        at.manifest + size,
    )


def write_updated(
    places: Places,
    plan: Plan,
    staged: Path,
    total: Summary,
    *,
    with_books: bool,
    part_of: Callable[[Edition], Part],
    told: Callable[[int], None],
) -> Written | None:
    """Writes the new manifest and, ``with_books``, the new books into ``staged``.

    ``total`` is what the old books count, and is brought up to date.  None where the old books are
    not as the plan has them; then nothing has been done.
    """
    rows = _kept_rows(places) if with_books else None
    bounds = _bounds(places, plan, with_books, rows)
    if bounds is None:
        return None
    total.take(plan.left)
    written = Written([] if rows is not None else None)
    with ExitStack() as stack:
        names = [(places.editions, staged / "editions.jsonl")]
        names += [(places.out / name, staged / name) for name in BOOKS if with_books]
        books = [
            (
                stack.enter_context(FileIO(old)) if old.exists() else None,
                stack.enter_context(FileIO(new, "wb")),
            )
            for old, new in names
        ]
        for piece in plan.pieces:
            if isinstance(piece, Stretch):
                start, end = bounds[piece.start], bounds[piece.end]
                for (old, new), low, high in zip(books, start, end, strict=False):
                    if low < high and old is not None:
                        _copy(old, new, low, high)
                written.copied(rows, piece)
                continue
            part = part_of(piece)
            for (_, new), data in zip(books, (part.line, *part.rows), strict=False):
                _write(new, data)
            written.added(part)
            total.add(part.head.counts)
            told(total.pages)
    return written


def _kept_rows(places: Places) -> Lines | None:
    """What is known of the rows of the old ``articles.jsonl``, if somebody kept it."""
    if not (places.hidden / "rows.npz").exists():
        return None
    from pagefix.writing.linebook import kept_lines

    return kept_lines(places.out, places.out / BOOKS[0])


Bounds = tuple[int, ...]
"""Bytes before a place, in the manifest and then in each book."""


def _bounds(places: Places, plan: Plan, with_books: bool, rows: Lines | None) -> dict[Place, Bounds] | None:
    """Where in the old files each stretch begins and ends; None where they are not what they should be."""
    edges = [edge for piece in plan.pieces if isinstance(piece, Stretch) for edge in piece]
    sizes = [_size(path) for path in (places.editions, *(places.out / name for name in BOOKS[1:]))]
    if (plan.at.manifest, *plan.at[1:4]) != tuple(sizes):
        return None
    articles = [0] * (len(edges) + 1)
    if with_books:
        # The clusters that were set since make the rows of articles.jsonl longer than the parts say.
        wanted = [*(edge.articles for edge in edges), plan.at.articles]
        if rows is None:
            found = starts_of_rows(places.out / BOOKS[0], wanted)
        else:
            found = [int(rows.ends[n - 1]) if n else 0 for n in wanted if n <= len(rows)]
        if len(found) < len(articles) or found[-1] != _size(places.out / BOOKS[0]):
            return None
        articles = found
    return {
        edge: (edge.manifest, at, edge.ledger, edge.pages, edge.failed)
        for edge, at in zip(edges, articles, strict=False)
    }


def starts_of_rows(path: Path, wanted: Sequence[int]) -> list[int]:
    """The bytes at which rows begin whose numbers, rising, are ``wanted``; the number of all gives the end.

    The list is shorter where the file has not so many rows.
    """
    found = [0 for number in wanted if not number]
    with path.open("rb") as stream:
        begun = passed = at = 0
        for chunk in iter(lambda: stream.read(_CHUNK), b""):
            here, until = 0, passed + chunk.count(b"\n")
            while len(found) < len(wanted) and wanted[len(found)] <= until:
                while passed < wanted[len(found)]:
                    here = chunk.index(b"\n", here) + 1
                    begun, passed = at + here, passed + 1
                found.append(begun)
            if passed < until:
                begun, passed = at + chunk.rindex(b"\n") + 1, until
            at += len(chunk)
    return found


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _copy(old: FileIO, new: FileIO, start: int, end: int) -> None:
    """Copies bytes from file to file, by the system itself where it can: past any buffer of Python's."""
    while start < end:
        count = _copied(old, new, start, end - start)
        if not count:
            break
        start += count
    for data in _pieces(old, start, end):
        _write(new, data)


def _copied(old: FileIO, new: FileIO, start: int, size: int) -> int:
    if not hasattr(os, "copy_file_range"):
        return 0
    try:
        return os.copy_file_range(old.fileno(), new.fileno(), size, start)
    except OSError as fault:
        if fault.errno in _CANNOT_COPY:
            return 0
        raise


def _pieces(old: FileIO, start: int, end: int) -> Iterator[bytes]:
    old.seek(start)
    while start < end:
        data = old.read(min(_CHUNK, end - start))
        if not data:
            raise OSError(errno.EIO, "a book is shorter than it was", old.name)
        start += len(data)
        yield data


def _write(new: FileIO, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[new.write(rest) :]
