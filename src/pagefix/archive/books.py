"""The books of an archive, put together from the parts of its editions, and the manifest."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from pagefix.archive.cleaning import Orders
from pagefix.archive.folders import Edition, Index
from pagefix.archive.outdir import BOOKS, Places, put_in_place, read_json, write_whole
from pagefix.archive.parts import Head, Part, head_of, read_part
from pagefix.archive.placing import cannot_write, take_away
from pagefix.archive.summary import Summary
from pagefix.archive.updating import Plan, write_updated
from pagefix.errors import PageError
from pagefix.version import VERSION

_KEPT = "kept"
"""By whom the books were rewritten, where they hold marks that nobody has looked at since."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the last finished run left.

    ``whole``: nobody has changed the books since.  ``looked``: when it looked at the pages, in ns.
    ``marked``: articles have the clusters that were set after they were written; ``settled``
    is false where those are of an archive that has changed since.  ``stamp``: that of the run;
    ``taught``: what the archive taught it, in short (see :mod:`pagefix.archive.teaching`).
    """

    places: Places
    whole: bool
    looked: int
    totals: Summary
    marked: bool = False
    settled: bool = True
    stamp: str = ""
    taught: str = ""

    def heads(self) -> Iterator[tuple[Head, int]]:
        """What each edition was made from, in order, and how many bytes say so."""
        try:
            with self.places.editions.open("rb") as stream:
                for line in stream:
                    if (head := head_of(line)) is not None:
                        yield head, len(line)
        except OSError:
            return


def read_manifest(places: Places) -> Manifest:
    """The manifest of an output folder; an empty one where there is none."""
    found = read_json(places.manifest)
    whole = bool(found) and not places.publishing.exists() and _are_ours(places, found.get("books"))
    looked = places.editions.stat().st_mtime_ns if places.editions.exists() else 0
    by = found.get("rewritten")
    return Manifest(
        places,
        whole,
        looked,
        Summary.from_counts(found.get("totals", {})),
        by is not None,
        by != _KEPT,
        str(found.get("stamp", "")),
        str(found.get("taught", "")),
    )


def publish(
    places: Places,
    index: Index,
    orders: Orders,
    *,
    with_books: bool,
    anew: Callable[[Edition], None],
    told: Callable[[int], None] | None = None,
) -> Summary:
    """Writes the manifest and, ``with_books``, the books; what the archive lost goes.

    ``anew`` is called for an edition whose part somebody spoilt or that other orders made; ``told``
    hears how many pages are in the books.  Returns the totals, with messages about files that
    somebody changed.
    """
    total = Summary()
    staged = places.staged / "books"
    try:
        staged.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            lines = stack.enter_context((staged / "editions.jsonl").open("wb"))
            books = [stack.enter_context((staged / name).open("wb")) for name in BOOKS if with_books]
            for edition in index.editions():
                index.keep(edition.key)
                part = _part_of(places, orders, edition, with_books, anew)
                lines.write(part.line)
                for book, piece in zip(books, part.rows, strict=True):
                    book.write(piece)
                total.add(part.head.counts)
                if told is not None:
                    told(total.pages)
        total.messages += _sweep(places, index)
        _exchange(places, staged, total, orders, with_books)
    except OSError as fault:
        raise cannot_write(places, fault) from None
    return total


def update(
    manifest: Manifest,
    plan: Plan,
    orders: Orders,
    *,
    with_books: bool,
    anew: Callable[[Edition], None],
    told: Callable[[int], None],
) -> Summary | None:
    """Does what :func:`publish` does, with the books of a manifest that is whole as the beginning.

    Articles that stay keep their marks.  None where the plan does not fit the books.
    """
    places, total = manifest.places, Summary.from_counts(manifest.totals.counts())
    staged = places.staged / "books"
    try:
        staged.mkdir(parents=True, exist_ok=True)
        written = write_updated(
            places,
            plan,
            staged,
            total,
            with_books=with_books,
            part_of=lambda edition: _part_of(places, orders, edition, with_books, anew),
            told=told,
        )
        if written is None:
            return None
        for head in plan.gone:
            total.messages += take_away(places, head.files)
            places.part(head.key).unlink(missing_ok=True)
        _exchange(places, staged, total, orders, with_books, marked=manifest.marked)
        written.keep(places)
    except OSError as fault:
        raise cannot_write(places, fault) from None
    return total


def note_looked(places: Places, looked: int) -> None:
    """Notes when all pages of the manifest were looked at, in ns: the file's own time says it."""
    os.utime(places.editions, ns=(looked, looked))


def note_rewritten(places: Places, staged: Path, by: str) -> None:
    """Puts ``staged`` in the place of ``articles.jsonl`` and tells the manifest why."""
    places.publishing.touch()
    before = put_in_place(places, staged, places.out / BOOKS[0])
    found = read_json(places.manifest)
    found.pop("counted", None)
    found |= {"books": _books(places), "rewritten": by}
    write_whole(places.manifest, json.dumps(found, ensure_ascii=False, indent=1) + "\n")
    places.publishing.unlink()
    before.unlink(missing_ok=True)


def note_made(places: Places, by: str, counts: Mapping[str, int]) -> None:
    """Notes that ``by`` has made of the books what it makes, and what it counted.

    The note goes when the books are written anew.
    """
    found = read_json(places.manifest)
    found["rewritten"], found["counted"] = by, dict(counts)
    write_whole(places.manifest, json.dumps(found, ensure_ascii=False, indent=1) + "\n")


def made_by(places: Places, by: str) -> dict[str, int] | None:
    """What :func:`note_made` noted, if ``by`` was the last and nobody has changed the books since."""
    found = read_json(places.manifest)
    if found.get("rewritten") != by or not read_manifest(places).whole:
        return None
    counted: dict[str, int] = found.get("counted", {})
    return counted


def _part_of(
    places: Places, orders: Orders, edition: Edition, with_rows: bool, anew: Callable[[Edition], None]
) -> Part:
    """The part of an edition; what a run with other orders left behind when it was killed is made anew."""
    path = places.part(edition.key)
    for attempt in range(2):
        if attempt:
            anew(edition)
        part = read_part(path, with_rows=with_rows)
        if part is not None and part.head.stamp == orders.stamp_of(part.head):
            return part
    raise PageError("this part cannot be read back", place=str(path), remedy="check the disk, then run again")


def _sweep(places: Places, index: Index) -> list[str]:
    """Takes away the parts and articles of editions that are no longer in the archive."""
    messages: list[str] = []
    for folder in sorted(places.parts.iterdir()):
        with os.scandir(folder) as entries:
            gone = [e.name for e in entries if not index.keeps(folder.name + e.name.removesuffix(".part"))]
        for name in sorted(gone):
            part = read_part(folder / name, with_rows=False)
            if part is not None:
                messages += take_away(places, part.head.files)
            (folder / name).unlink(missing_ok=True)
    return messages


def _exchange(
    places: Places, staged: Path, total: Summary, orders: Orders, with_books: bool, *, marked: bool = False
) -> None:
    """Puts the books and the manifest in place; while it does, the folder says so."""
    before = read_json(places.manifest) if not with_books else {}
    places.publishing.touch()
    if with_books:
        for name in BOOKS:
            if name == "failed.jsonl" and not total.failed:
                (places.out / name).unlink(missing_ok=True)
            else:
                put_in_place(places, staged / name, places.out / name)
    os.utime(staged / "editions.jsonl", ns=(orders.begun, orders.begun))
    put_in_place(places, staged / "editions.jsonl", places.editions)
    manifest: dict[str, object] = {
        "pagefix": VERSION,
        "rules": orders.rules_version,
        "stamp": orders.stamp,
        "taught": orders.taught_as,
        "totals": total.counts(),
        "books": _books(places),
    }
    manifest |= {key: before[key] for key in ("rewritten", "counted") if key in before}
    if with_books and marked:
        manifest["rewritten"] = _KEPT
    write_whole(places.manifest, json.dumps(manifest, ensure_ascii=False, indent=1) + "\n")
    places.publishing.unlink()


def _books(places: Places) -> dict[str, int]:
    """The books that there are, with their sizes in bytes."""
    return {name: (places.out / name).stat().st_size for name in BOOKS if (places.out / name).exists()}


def _are_ours(places: Places, sizes: object) -> bool:
    """Whether the books are as the run left them, which wrote the manifest after them."""
    if _books(places) != sizes:
        return False
    written = places.manifest.stat()
    latest = max(written.st_mtime_ns, written.st_ctime_ns)
    states = [(places.out / name).stat() for name in _books(places)]
    return all(max(state.st_mtime_ns, state.st_ctime_ns) <= latest for state in states)
