"""Parts: what came of one edition, kept so that the next run need not clean it again.

A part is one file: a line of JSON that says what it was made from and what it holds, then
the edition's rows of each book.  It is put in place in one move, so it is there whole or not
at all; nothing else in OUT needs to be trusted after a crash.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from pagefix.archive.folders import Edition, order_of
from pagefix.archive.outdir import BOOKS


class PageState(NamedTuple):
    """A page as it was when its edition was cleaned.

    ``changed`` is 0 where the file was so fresh that a later change might bear the same time.
    """

    path: str
    label: str
    size: int
    changed: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Head:
    """What a part was made from and what it holds.

    ``files``: the article files of the edition below OUT, with their digests.  ``sizes``: bytes
    of the rows of each book, whose digest is ``body``.  ``again``: something failed
    that may go well the next time.
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

    def untouched(self, edition: Edition) -> bool:
        """Whether the pages' sizes and times are still the same (see :meth:`made_of` for the rest)."""
        return all(
            (then.size, then.changed) == (now.size, now.changed) and then.changed
            for then, now in zip(self.pages, edition.pages, strict=True)
        )

    def with_pages(self, pages: Sequence[PageState]) -> Head:
        """The same with other times."""
        return replace(self, pages=tuple(pages))

    def line(self) -> str:
        """As a line of the manifest."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":")) + "\n"


def head_of(line: str | bytes) -> Head | None:
    """The head that a line says, or nothing where the line is none of ours."""
    try:
        row = json.loads(line)
        row["pages"] = tuple(PageState(*page) for page in row["pages"])
        row["sizes"] = tuple(row["sizes"])
        return Head(**row)
    except (ValueError, TypeError, KeyError):
        return None


def read_head(path: Path) -> Head | None:
    """The head of a part, or nothing where it is missing or not whole."""
    try:
        with path.open("rb") as stream:
            return _whole_head(stream)
    except OSError:
        return None


def read_part(path: Path) -> tuple[Head, list[bytes]] | None:
    """Head and rows of a part, a piece for each book; nothing where it is missing or not whole."""
    try:
        with path.open("rb") as stream:
            head = _whole_head(stream)
            return None if head is None else (head, [stream.read(size) for size in head.sizes])
    except OSError:
        return None


def _whole_head(stream: BinaryIO) -> Head | None:
    line = stream.readline()
    head = head_of(line)
    if head is None or os.fstat(stream.fileno()).st_size != len(line) + sum(head.sizes):
        return None
    return head


def digest_of(*pieces: bytes) -> str:
    """Thirty-two hex digits that tell whether a file, or the rows of a part, are what we wrote."""
    digest = blake2b(digest_size=16)
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()


def write_part(path: Path, head: Head, rows: Sequence[bytes]) -> None:
    """Writes a part where it is still to be moved from."""
    assert len(rows) == len(BOOKS)
    with path.open("wb") as stream:
        stream.write(head.line().encode())
        for piece in rows:
            stream.write(piece)
