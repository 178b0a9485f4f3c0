"""The lines of ``articles.jsonl``: found, told apart, and read when their texts are wanted."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pagefix.errors import UsageError
from pagefix.writing.linebook import Lines, kept_lines, read_lines

ARTICLES = "articles.jsonl"


def scan(out: Path, number: int = 0, *, anew: bool = False) -> Lines:
    """The lines of ``out/articles.jsonl``: those that were kept, or read from the file.

    ``number`` keeps the rows of several archives apart; lines are kept for the first.  ``anew``:
    whatever was kept, the file is read.  Raises :class:`~pagefix.errors.UsageError` where it is
    missing or a line holds no article.
    """
    path = out / ARTICLES
    kept = kept_lines(out, path) if not (number or anew) else None
    return read_lines(path, number) if kept is None else kept


def read_rows(path: Path, starts: Sequence[int], ends: Sequence[int]) -> Iterator[dict[str, Any]]:
    """The rows that lie at these bytes of the file."""
    with path.open("rb") as stream:
        for start, end in zip(starts, ends, strict=True):
            stream.seek(start)
            try:
                row = json.loads(stream.read(end - start))
                row["text"], row["blocks"], row["id"]
            except (ValueError, KeyError, TypeError):
                raise UsageError(
                    f"no article row at byte {start}", place=str(path), remedy="clean the archive again"
                ) from None
            yield row


def texts_of(row: dict[str, Any], unit: str, least: int) -> list[tuple[int, str]]:
    """The texts of an article that are compared, each with the number of its block.

    The article's running text as a whole (number 0), or its paragraphs.  A headline takes no
    part: a reprint often has another one.
    """
    if unit == "article":
        return [(0, row["text"])]
    return [
        (number, block["text"])
        for number, block in enumerate(row["blocks"])
        if block["role"] in ("body", "caption", "note") and len(block["text"]) >= least
    ]
