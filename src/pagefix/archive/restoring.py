"""Every page back, byte for byte, from the books alone.

The three books are in one order, so they are read side by side and a page is put together
as soon as it is complete; only the pages of one edition that wait for a part from another
page are held.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from pagefix.archive.outdir import check_finished, clear_folder
from pagefix.errors import PageError, UsageError
from pagefix.ledger import restore_text
from pagefix.model import Action, ArticleBlock, Role, Row, Span

_STAGED = ".pagefix-restored"


def restore_archive(out: Path, to: Path, *, force: bool = False) -> int:
    """Writes every page of ``out`` below ``to`` and returns how many there were.

    Raises :class:`~pagefix.errors.UsageError` where OUT is none of pagefix's or a file would be
    overwritten that differs (unless ``force``), :class:`~pagefix.errors.PageError` where OUT was
    changed so that a page cannot be rebuilt.  Nothing is put in place before all pages are proved.
    """
    check_finished(out)
    existed = to.exists()
    staged = to / _STAGED
    clear_folder(staged)
    count = 0
    try:
        for path, data in rebuilt_pages(out):
            _stage(to, staged, path, data, force)
            count += 1
        for folder, _, names in os.walk(staged):
            for name in names:
                source = Path(folder, name)
                target = to / source.relative_to(staged)
                target.parent.mkdir(parents=True, exist_ok=True)
                source.replace(target)
    finally:
        clear_folder(staged)
        if not existed and to.is_dir() and not any(to.iterdir()):
            to.rmdir()
    return count


def check_archive(out: Path) -> int:
    """Proves by their sha256 that every page can be rebuilt, writes nothing, and returns how many.

    So every character of every page stands in exactly one article span or drop row of ``out``.
    Raises what :func:`restore_archive` does.
    """
    check_finished(out)
    return sum(1 for _ in rebuilt_pages(out))


def rebuilt_pages(out: Path) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of every page, each proved by its sha256."""
    rows = _Peek(map(row_of, _lines(out / "ledger.jsonl")))
    articles = _Peek(_lines(out / "articles.jsonl"))
    pages = _Peek(_lines(out / "pages.jsonl"))
    while (first := pages.next) is not None:
        sheaf = Sheaf()
        for page in pages.take(lambda page, name=first["edition"]: page["edition"] == name):
            sheaf.waiting[page["path"]] = page
            for row in rows.take(lambda row, path=page["path"]: row.page == path):
                sheaf.take_row(row)
            for article in articles.take(lambda article, path=page["path"]: article["pages"][:1] == [path]):
                sheaf.take_article(article)
            if (data := sheaf.rebuilt(page, final=False)) is not None:
                yield page["path"], data
        for article in articles.take(lambda article, name=first["edition"]: article["edition"] == name):
            sheaf.take_article(article)
        for page in list(sheaf.waiting.values()):
            data = sheaf.rebuilt(page, final=True)
            assert data is not None
            yield page["path"], data


@dataclass(slots=True)
class Sheaf:
    """What is known so far of the pages of an edition that are not rebuilt yet."""

    waiting: dict[str, dict[str, Any]] = field(default_factory=dict)
    rows: dict[str, list[Row]] = field(default_factory=dict)
    blocks: dict[str, list[ArticleBlock]] = field(default_factory=dict)

    def take_row(self, row: Row) -> None:
        """Takes in a ledger row."""
        self.rows.setdefault(row.page, []).append(row)

    def take_article(self, article: dict[str, Any]) -> None:
        """Takes in a row of ``articles.jsonl``."""
        for item in article["blocks"]:
            block = ArticleBlock(
                Role(item["role"]), item["text"], tuple(Span(*span) for span in item["spans"])
            )
            for name in dict.fromkeys(span.page for span in block.spans):
                self.blocks.setdefault(name, []).append(block)

    def text(self, path: str) -> str:
        """The page's text.  Raises :class:`~pagefix.errors.PageError` where a part of it is missing."""
        blocks = self.blocks.get(path, [])
        touched = {path, *(span.page for block in blocks for span in block.spans)}
        return restore_text(
            path, blocks, [row for name in sorted(touched) for row in self.rows.get(name, [])]
        )

    def rebuilt(self, page: dict[str, Any], *, final: bool) -> bytes | None:
        """The page's bytes, and its parts forgotten; nothing where it must wait for more."""
        path = page["path"]
        try:
            data = (
                zlib.decompress(base64.b64decode(page["raw"]))
                if "raw" in page
                else self.text(path).encode(page["encoding"])
            )
            if hashlib.sha256(data).hexdigest() != page["sha256"]:
                raise PageError(
                    "what was put together is not what was read",
                    place=path,
                    remedy="the files in OUT were changed; clean again",
                )
        except (PageError, UnicodeEncodeError):
            if final:
                raise
            return None
        del self.waiting[path]
        self.blocks.pop(path, None)
        # Texts of other pages' blocks are cut with the help of what was replaced here.
        self.rows[path] = [row for row in self.rows.get(path, []) if row.action is Action.REPLACE]
        return data


class _Peek:
    """An iterator whose next item can be looked at."""

    def __init__(self, items: Iterator[Any]) -> None:
        self._items = items
        self.next: Any = next(items, None)

    def take(self, wanted: Any) -> Iterator[Any]:
        """The next items, as long as they are wanted."""
        while self.next is not None and wanted(self.next):
            item, self.next = self.next, next(self._items, None)
            yield item


def _stage(to: Path, staged: Path, path: str, data: bytes, force: bool) -> None:
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or not pure.parts:
        raise PageError(
            "this path would lead out of the folder",
            place=path,
            remedy="the files in OUT were changed; clean again",
        )
    target = to.joinpath(*pure.parts)
    if target.exists() and not force and target.read_bytes() != data:
        raise UsageError(
            "another file is here",
            place=str(target),
            remedy="restore into an empty folder, or use --force",
        )
    aside = staged.joinpath(*pure.parts)
    aside.parent.mkdir(parents=True, exist_ok=True)
    aside.write_bytes(data)


def row_of(row: dict[str, Any]) -> Row:
    """A ledger row as the ledger's functions take it."""
    return Row(
        page=row["page"],
        start=row["start"],
        end=row["end"],
        action=Action(row["action"]),
        reason=row["reason"],
        rule=row["rule"],
        score=row["score"],
        text=row["text"],
        after=row.get("after"),
    )


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with path.open(encoding="utf-8", newline="\n") as stream:
            for number, line in enumerate(stream, 1):
                try:
                    yield json.loads(line)
                except ValueError:
                    raise PageError(
                        "not a row", place=f"{path}:{number}", remedy="clean the archive again"
                    ) from None
    except FileNotFoundError:
        raise UsageError("a file is missing", place=str(path), remedy="clean the archive again") from None
