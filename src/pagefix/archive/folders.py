"""Which files are pages, and of which edition."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path, PurePosixPath

from pagefix.errors import UsageError
from pagefix.matching.labels import normal_label
from pagefix.reading import SUFFIXES
from pagefix.rules import Rules

_NUMBERS = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class Found:
    """A page's file, its path relative to the archive, its edition and its label."""

    path: Path
    relative: str
    edition: str
    label: str


def find_pages(archive: Path, rules: Rules) -> list[Found]:
    """Every page below ``archive``, in edition and page order whatever the file system says.

    Hidden files and folders are passed over, and links that lead out of the archive.
    Raises :class:`~pagefix.errors.UsageError` where there is no such folder or no page in it.
    """
    if not archive.exists():
        raise UsageError("no such folder", place=str(archive), remedy="name a folder that holds pages")
    root = archive if archive.is_dir() else archive.parent
    files = _files(archive) if archive.is_dir() else iter([archive])
    pages = [_found(path, root, rules) for path in files]
    if not pages:
        raise UsageError(
            f"no page here: none of its files ends in {', '.join(SUFFIXES)}",
            place=str(archive),
            remedy="name another folder",
        )
    return sorted(
        pages, key=lambda page: (_natural(page.edition), _natural(page.label), _natural(page.relative))
    )


def editions(pages: list[Found]) -> Iterator[tuple[str, list[Found]]]:
    """The pages of each edition, in order."""
    for edition, members in groupby(pages, key=lambda page: page.edition):
        yield edition, list(members)


def _files(archive: Path) -> Iterator[Path]:
    real = archive.resolve()
    for folder, names, files in os.walk(archive):
        names[:] = sorted(name for name in names if not name.startswith("."))
        for name in sorted(files):
            path = Path(folder) / name
            if name.startswith(".") or path.suffix.lower() not in SUFFIXES:
                continue
            if not path.is_symlink() or path.resolve().is_relative_to(real):
                yield path


def _found(path: Path, root: Path, rules: Rules) -> Found:
    relative = path.relative_to(root).as_posix()
    pure = PurePosixPath(relative)
    stem = pure.with_suffix("").as_posix()
    for pattern in rules.patterns("edition_path"):
        if found := pattern.fullmatch(stem):
            groups = found.groupdict()
            date = f"{groups['year']}-{int(groups['month']):02d}-{int(groups['day']):02d}"
            paper = groups.get("paper") or ""
            return Found(path, relative, f"{paper}/{date}" if paper else date, groups["page"])
    folder = pure.parent.as_posix()
    return Found(path, relative, "" if folder == "." else folder, pure.stem)


def _natural(text: str) -> tuple[tuple[int, int | str], ...]:
    """A key that sorts A2 before A10, and 第二版 beside 02."""
    folded = normal_label(text) if len(text) <= 12 else text
    return tuple((0, int(part)) if part.isdigit() else (1, part) for part in _NUMBERS.split(folded) if part)
