"""Results to the files of the contract."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from pagefix.archive.outdir import BOOKS, Places, check_out, clear_folder, locked, read_json, write_whole
from pagefix.archive.parts import digest_of
from pagefix.archive.placing import cannot_write, move_in, take_away
from pagefix.errors import UsageError
from pagefix.model import Cleaned
from pagefix.writing import (
    article_file_name,
    article_line,
    article_markdown,
    ledger_line,
    page_line,
    unique_name,
)

_BOOKS = BOOKS[:3]  # what failed never becomes a Cleaned


@dataclass(frozen=True, slots=True)
class Written:
    """How many pages and articles were written.

    ``messages`` tell of files that somebody had changed since pagefix wrote them: they are kept.
    """

    pages: int
    articles: int
    messages: tuple[str, ...] = ()


def write(
    cleaned: Cleaned | Iterable[Cleaned], folder: str | os.PathLike[str], *, source: str = ""
) -> Written:
    """Writes one result or many into ``folder``: the files that ``pagefix clean`` writes.

    Rows stand in the order of ``cleaned``, which is read one by one.  ``source`` names the
    paper or archive in the article rows.  All files are put in their places at the end: where
    anything fails before, the folder keeps what it held.  What an earlier call wrote and this
    one does not goes.  ``pagefix restore`` rebuilds the pages from the folder.

    Raises :class:`~pagefix.errors.UsageError` where the folder holds files that pagefix did not
    write, belongs to ``pagefix clean`` or is being written to, and where two pages have one
    path or two articles one id.
    """
    out = Path(folder)
    check_out(out)
    with locked(out) as places:
        if places.manifest.exists() or places.parts.exists():
            raise UsageError(
                "a run of pagefix clean made this folder", place=str(out), remedy="choose another one"
            )
        staged = places.staged / "written"
        clear_folder(places.staged)
        staged.mkdir(parents=True)
        try:
            pages, articles, files = _stage(
                [cleaned] if isinstance(cleaned, Cleaned) else cleaned, staged, source
            )
            messages = _exchange(places, staged, files)
        except OSError as fault:
            raise cannot_write(places, fault) from None
        finally:
            clear_folder(places.staged)
    return Written(pages, articles, tuple(messages))


def _stage(parts: Iterable[Cleaned], staged: Path, source: str) -> tuple[int, int, dict[str, str]]:
    """Writes everything aside; returns how many pages and articles, and each file's digest."""
    pages: set[str] = set()
    ids: set[str] = set()
    names: set[str] = set()
    files: dict[str, str] = {}
    with ExitStack() as stack:
        articles, ledger, books = (
            stack.enter_context((staged / name).open("w", encoding="utf-8", newline="")) for name in _BOOKS
        )
        for part in parts:
            for page in part.pages:
                _claim(page.path, pages, "two pages have one path", "give each a path of its own (root=)")
                books.write(page_line(page, part.statuses[page.path]))
            for article in part.articles:
                _claim(article.id, ids, "two articles have one id", "clean the pages of an edition together")
                articles.write(article_line(article, source))
                name, text = unique_name(article_file_name(article), names), article_markdown(article)
                (staged / name).parent.mkdir(parents=True, exist_ok=True)
                (staged / name).write_text(text, encoding="utf-8", newline="")
                files[name] = digest_of(text.encode())
            ledger.writelines(map(ledger_line, part.ledger))
    return len(pages), len(ids), files


def _claim(name: str, taken: set[str], what: str, remedy: str) -> None:
    if name in taken:
        raise UsageError(what, place=name, remedy=remedy)
    taken.add(name)


def _exchange(places: Places, staged: Path, files: dict[str, str]) -> list[str]:
    """Puts what was staged in place.  Killed in between, the next call knows all files of both."""
    before = {str(name): str(digest) for name, digest in read_json(places.written).items()}
    places.publishing.touch()
    write_whole(places.written, json.dumps(before | files, ensure_ascii=False))
    messages: list[str] = []
    for name, digest in files.items():
        messages += move_in(staged / name, places.out / name, before.get(name), digest)
    for name in _BOOKS:
        (staged / name).replace(places.out / name)
    messages += take_away(places, {name: digest for name, digest in before.items() if name not in files})
    write_whole(places.written, json.dumps(files, ensure_ascii=False))
    places.publishing.unlink()
    return messages
