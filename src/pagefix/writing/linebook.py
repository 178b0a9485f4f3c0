"""Where the rows of ``articles.jsonl`` lie and what tells them apart, kept so that nobody reads them again.

The file of a big archive is hundreds of megabytes, and a day changes little of it.  What is kept
names the file by size, times and number; where it is not of the file that is there, it is nothing.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from hashlib import blake2b
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pagefix.errors import UsageError

Numbers = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]

KEPT = Path(".pagefix") / "rows.npz"
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


def read_lines(path: Path, number: int = 0) -> Lines:
    """Reads a file once.  ``number`` keeps the rows of several archives apart.

    Raises :class:`~pagefix.errors.UsageError` where the file is missing or a line holds no article.
    """
    try:
        with path.open("rb", buffering=_BUFFER) as stream:
            return lines_of(path, stream, number)
    except FileNotFoundError:
        raise UsageError("no such file", place=str(path), remedy="run pagefix clean first") from None


def lines_of(path: Path, rows: Iterable[bytes], number: int = 0) -> Lines:
    """The lines that ``path`` would have with these rows in it; raises as :func:`read_lines` does."""
    digests: list[bytes] = []
    ends: list[int] = []
    marks: list[int] = []
    at = 0
    fresh = blake2b(digest_size=8, salt=number.to_bytes(4, "little"))
    for line in rows:
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
    bounds = np.array([0, *ends], dtype=np.int64)
    values = np.array(marks, dtype=np.int64).reshape(-1, 2)
    told = np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64)
    return Lines(path, told, bounds[:-1], bounds[1:], values[:, 0], values[:, 1])


def pieced(path: Path, pieces: Iterable[Lines]) -> Lines:
    """The lines of a file that was put together from stretches of others, each counted from its own start."""
    parts, at = [], 0
    for piece in pieces:
        if len(piece):
            parts.append(_moved(piece, at, at))
            at = int(parts[-1].ends[-1])
    parts = parts or [lines_of(path, ())]
    columns = {
        column.name: np.concatenate([getattr(part, column.name) for part in parts])
        for column in fields(Lines)[1:]
    }
    return Lines(path, **columns)


def stretch(lines: Lines, first: int, last: int) -> Lines:
    """The lines from the ``first`` up to the ``last``, counted from where they start."""
    columns = {column.name: getattr(lines, column.name)[first:last] for column in fields(Lines)[1:]}
    some = Lines(lines.path, **columns)
    if not len(some):
        return some
    begin = -int(some.starts[0])
    return _moved(some, begin, begin)


def marked(lines: Lines, changed: Sequence[int], sizes: Sequence[int]) -> Lines:
    """The lines when the values of ``cluster`` of those ``changed`` (rising) have these sizes."""
    grown = np.zeros(len(lines), dtype=np.int64)
    rows = np.array(changed, dtype=np.int64)
    grown[rows] = np.array(sizes, dtype=np.int64) - (lines.marks_end - lines.marks)[rows]
    after = np.cumsum(grown)
    return _moved(lines, after - grown, after)


def _moved(lines: Lines, begins: Ints | int, ends: Ints | int) -> Lines:
    """The lines with what begins, and what ends, so many bytes further on."""
    return replace(
        lines,
        starts=lines.starts + begins,
        ends=lines.ends + ends,
        marks=lines.marks + begins,
        marks_end=lines.marks_end + ends,
    )


def keep_lines(out: Path, lines: Lines) -> None:
    """Keeps the lines of the file in ``out`` that they are of, as it lies there now."""
    place = out / KEPT
    aside = place.with_name("rows.new.npz")
    columns = {column.name: getattr(lines, column.name) for column in fields(Lines)[1:]}
    np.savez(aside, state=np.array(_state(lines.path), dtype=np.int64), **columns)
    aside.replace(place)


def kept_lines(out: Path, path: Path) -> Lines | None:
    """The lines of ``path`` that were kept in ``out``; None where they are of what it was before."""
    try:
        with np.load(out / KEPT) as stored:
            if tuple(stored["state"].tolist()) != _state(path):
                return None
            return Lines(path, **{column.name: stored[column.name] for column in fields(Lines)[1:]})
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def _state(path: Path) -> tuple[int, ...]:
    """What differs when a file is another one, or was written since."""
    found = path.stat()
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino & (1 << 63) - 1
