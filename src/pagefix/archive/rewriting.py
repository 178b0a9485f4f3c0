"""Changing rows of ``articles.jsonl`` after a run: what only the whole archive can tell."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pagefix.archive.books import made_by, note_rewritten
from pagefix.archive.outdir import BOOKS, Places, check_finished, clear_folder, locked
from pagefix.archive.placing import cannot_write


def rewrite_articles(out: Path, change: Callable[[dict[str, Any]], dict[str, Any]], by: str) -> int:
    """Puts ``change(row)`` in the place of every row of ``out/articles.jsonl``; returns how many.

    Rows are read and written one by one, and the file is exchanged in one step.  The manifest
    takes note of it, with ``by`` as the reason, so that the next run leaves the file alone as
    long as the archive stays as it is; where it does not, the rows are fresh again and
    :func:`was_rewritten` says no.  Raises :class:`~pagefix.errors.UsageError` where ``out`` is
    not finished, cannot be written, or another run is at work there.
    """
    check_finished(out)
    with locked(out.resolve()) as places:
        staged = places.staged / "rewritten"
        try:
            staged.mkdir(parents=True, exist_ok=True)
            count = 0
            with (staged / BOOKS[0]).open("w", encoding="utf-8", newline="") as stream:
                for row in article_rows(out):
                    stream.write(json.dumps(change(row), ensure_ascii=False, separators=(", ", ": ")) + "\n")
                    count += 1
            note_rewritten(places, staged / BOOKS[0], by)
        except OSError as fault:
            raise cannot_write(places, fault) from None
        finally:
            clear_folder(places.staged)
    return count


def was_rewritten(out: Path, by: str) -> bool:
    """Whether the rows that ``out/articles.jsonl`` now has were rewritten with the reason ``by``."""
    return made_by(Places(out), by) is not None


def article_rows(out: Path) -> Iterator[dict[str, Any]]:
    """The rows of ``out/articles.jsonl``, one by one."""
    with (out / BOOKS[0]).open(encoding="utf-8", newline="\n") as stream:
        yield from map(json.loads, stream)
