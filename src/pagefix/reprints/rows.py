"""The lines of ``articles.jsonl``: found, told apart, and read when their texts are wanted."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pagefix.errors import UsageError
from pagefix.matching.batches import Ints

ARTICLES = "articles.jsonl"
Numbers = npt.NDArray[np.uint64]

_BUFFER = 1 << 20
_KEY = b', "cluster": '
_VALUE = re.compile(rb'(?:null|"(?:[^"\\]|\\.)*")(?=[,}])')


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of one file.

    ``digests`` tell rows apart by all but their cluster; ``starts`` and ``ends`` are bytes of
    the file, ``marks`` and ``marks_end`` those of the value of ``cluster``.
    """

    path: Path
    digests: Numbers
    starts: Ints
    ends: Ints
    marks: Ints
    marks_end: Ints

    def __len__(self) -> int:
        return len(self.digests)


def scan(out: Path, number: int = 0) -> Lines:
    """Reads ``out/articles.jsonl`` once.  ``number`` keeps the rows of several archives apart.

    Raises :class:`~pagefix.errors.UsageError` where the file is missing or a line holds no article.
    """
    path = out / ARTICLES
    digests: list[bytes] = []
    ends: list[int] = []
    marks: list[int] = []
    at = 0
    fresh = blake2b(digest_size=8, salt=number.to_bytes(4, "little"))
    try:
        with path.open("rb", buffering=_BUFFER) as stream:
            for line in stream:
                key = line.rfind(_KEY)
                value = _VALUE.match(line, key + len(_KEY)) if key >= 0 else None
                if value is None:
                    raise UsageError(
                        "no article row with a cluster",
                        place=f"{path}:{len(digests) + 1}",
                        remedy="clean the archive again",
                    )
                start, end = value.span()
                digest = fresh.copy()
                digest.update(line[:start])
                digest.update(line[end:])
                digests.append(digest.digest())
                marks += (at + start, at + end)
                at += len(line)
                ends.append(at)
    except FileNotFoundError:
        raise UsageError("no such file", place=str(path), remedy="run pagefix clean first") from None
    bounds = np.array([0, *ends], dtype=np.int64)
    values = np.array(marks, dtype=np.int64).reshape(-1, 2)
    told = np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64)
    return Lines(path, told, bounds[:-1], bounds[1:], values[:, 0], values[:, 1])


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
