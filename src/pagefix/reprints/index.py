"""The index of reprints as it lies in OUT, and the refusal to mix two kinds of it.

``index.json`` is written last and at once: it names the segments and the pair book that
belong together, their sizes, and the scheme they were made by.  What it does not name is
left over from a run that was killed, and is cleared by the next.
"""

from __future__ import annotations

import json
import shutil
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from pagefix.errors import UsageError
from pagefix.matching.batches import Ints
from pagefix.reprints.pairbook import PairBook, empty_book, load_book, save_book
from pagefix.reprints.scheme import Scheme
from pagefix.reprints.segments import FILES, Numbers, Segment, open_segment

INDEX = "index.json"


class IndexFault(UsageError):
    """The index in OUT cannot be used: another scheme, or damage.  It can always be made anew."""


_REMEDY = "run pagefix reprints --rebuild, which reads articles.jsonl once more"


@dataclass(frozen=True, slots=True)
class Index:
    """Segments in the order they came in, the pair book, and how often the index was written."""

    folder: Path
    segments: tuple[Segment, ...] = ()
    book: PairBook = field(default_factory=empty_book)
    generation: int = 0

    @property
    def texts(self) -> int:
        return sum(map(len, self.segments))

    @property
    def lines(self) -> Numbers:
        """The lines of ``articles.jsonl`` that are in the index."""
        return np.concatenate([np.zeros(0, np.uint64), *(segment.lines for segment in self.segments)])

    def column(self, name: str) -> Ints:
        """One column of all texts; ``line`` counts on from segment to segment."""
        parts, before = [np.zeros(0, dtype=np.uint64 if name == "order" else np.int64)], 0
        for segment in self.segments:
            part = segment.texts[name].astype(parts[0].dtype)
            parts.append(part + before if name == "line" else part)
            before += len(segment.lines)
        return np.concatenate(parts)


def open_index(folder: Path, scheme: Scheme) -> Index:
    """The index in ``folder``; an empty one where there is none.

    Raises :class:`~pagefix.errors.UsageError` (IndexFault) where it was made by another scheme or is damaged.
    """
    path = folder / INDEX
    if not path.exists():
        return Index(folder)
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        made_by = dict(stored["scheme"])
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise IndexFault(f"the index cannot be read ({fault})", place=str(path), remedy=_REMEDY) from None
    differs = [
        f"{name} {made_by.get(name)!r}, not {value!r}"
        for name, value in scheme.described().items()
        if made_by.get(name) != value
    ]
    if differs:
        raise IndexFault(
            f"the index was made by another scheme: {'; '.join(differs)}",
            place=str(path),
            remedy=f"{_REMEDY}, or go back to the rules it was made with",
        )
    return _opened(folder, path, stored)


def _opened(folder: Path, path: Path, stored: dict[str, Any]) -> Index:
    at = path
    try:
        for name, size in stored["files"].items():
            at = folder / name
            if at.stat().st_size != size:
                raise ValueError(f"{at.stat().st_size} bytes, not {size}")
        at = folder / stored["book"]
        book = load_book(at)
        segments = []
        for entry in stored["segments"]:
            at = folder / entry["folder"]
            segments.append(open_segment(at, entry["first"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as fault:
        raise IndexFault(f"the index is damaged ({fault})", place=str(at), remedy=_REMEDY) from None
    return Index(folder, tuple(segments), book, int(stored["generation"]))


def save_index(index: Index, scheme: Scheme) -> Index:
    """Writes the pair book and ``index.json``, then clears what no longer belongs to it."""
    generation = index.generation + 1
    book = f"pairs-{generation:06d}.npz"
    save_book(index.folder / book, index.book)
    names = [f"{segment.folder.name}/{name}" for segment in index.segments for name in FILES]
    stored = {
        "scheme": scheme.described(),
        "generation": generation,
        "segments": [
            {"folder": segment.folder.name, "first": segment.first, "texts": len(segment)}
            for segment in index.segments
        ],
        "book": book,
        "files": {name: (index.folder / name).stat().st_size for name in [*names, book]},
    }
    aside = index.folder / f"{INDEX}.new"
    aside.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    aside.replace(index.folder / INDEX)
    clear_leftovers(index.folder, {INDEX, book, *(segment.folder.name for segment in index.segments)})
    return Index(index.folder, index.segments, index.book, generation)


def clear_leftovers(folder: Path, keep: set[str]) -> None:
    """Removes whatever is in ``folder`` under another name."""
    for path in folder.iterdir():
        if path.name in keep:
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            # Some systems do not let go of a file that is still mapped; the next run clears it.
            with suppress(OSError):
                path.unlink()
