"""The output folder: who owns it, one run at a time, and where pagefix keeps what it needs itself."""

from __future__ import annotations

import json
import os
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pagefix.errors import UsageError

BOOKS = ("articles.jsonl", "ledger.jsonl", "pages.jsonl", "failed.jsonl")
"""The files that list the whole archive; the last is there only where pages were set aside."""
_HIDDEN = ".pagefix"
# Longer than any edition that a killed run may still have in hand.
_PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Places:
    """Where things are in an output folder.  All but the books and the articles is hidden."""

    out: Path

    @property
    def hidden(self) -> Path:
        return self.out / _HIDDEN

    @property
    def manifest(self) -> Path:
        """What the last finished run left: versions, totals, the books' sizes and times."""
        return self.hidden / "manifest.json"

    @property
    def editions(self) -> Path:
        """The manifest's long half: a line an edition, its pages with size, time and sha256."""
        return self.hidden / "editions.jsonl"

    @property
    def parts(self) -> Path:
        return self.hidden / "parts"

    def part(self, key: str) -> Path:
        """The rows of one edition, as they go into the books."""
        return self.parts / key[:2] / f"{key[2:]}.part"

    @property
    def staged(self) -> Path:
        """Files that are being written; whatever lies here when no run is at work is left over."""
        return self.hidden / "staged"

    @property
    def running(self) -> Path:
        """Says which process is at work.  Left over where a run was killed."""
        return self.hidden / "running.json"

    @property
    def publishing(self) -> Path:
        """There while the books are being exchanged."""
        return self.hidden / "publishing"

    @property
    def written(self) -> Path:
        """The files that the library's ``write`` put here, with their digests; no run has it."""
        return self.hidden / "written.json"

    @property
    def crew(self) -> Path:
        """A lock for each worker process of this machine."""
        return self.hidden / "crew"


def check_places(archive: Path, out: Path) -> None:
    """Whether OUT may be written.

    Raises :class:`~pagefix.errors.UsageError` where reading and writing would mix, or where
    OUT holds somebody else's files.
    """
    source, target = archive.resolve(), out.resolve()
    if (
        source == target
        or target.is_relative_to(source)
        or (archive.is_dir() and source.is_relative_to(target))
    ):
        raise UsageError(
            f"OUT and ARCHIVE ({archive}) lie in each other",
            place=str(out),
            remedy="choose an OUT beside the archive",
        )
    check_out(out)
    if Places(out).written.exists():
        raise UsageError(
            "the library's write made this folder", place=str(out), remedy="choose another OUT, or remove it"
        )


def check_out(out: Path) -> None:
    """Whether ``out`` is free, or pagefix's own.

    Raises :class:`~pagefix.errors.UsageError` where it is a file or holds somebody else's files.
    """
    if out.exists() and not out.is_dir():
        raise UsageError("OUT is a file", place=str(out), remedy="name a folder")
    if out.is_dir() and not (out / _HIDDEN).is_dir():
        strange = min((path.name for path in out.iterdir()), default=None)
        if strange is not None:
            raise UsageError(
                f"OUT holds a file that pagefix did not write ({strange})",
                place=str(out),
                remedy="choose an empty folder",
            )


def check_finished(out: Path) -> Places:
    """The places of an OUT that a run has finished.

    Raises :class:`~pagefix.errors.UsageError` where there is none, or the books are half exchanged.
    """
    places = Places(out)
    if not places.hidden.is_dir() and not (out / BOOKS[0]).exists():
        raise UsageError(
            "this is no folder that pagefix wrote", place=str(out), remedy=f"it must hold {BOOKS[0]}"
        )
    if places.publishing.exists() or not (out / BOOKS[0]).exists():
        raise UsageError(
            "the last run did not finish here", place=str(out), remedy="run pagefix clean once more"
        )
    return places


@contextmanager
def locked(out: Path) -> Iterator[Places]:
    """Keeps a second run out of ``out``.

    The lock is the operating system's: it goes with the process, however that ends.  Raises
    :class:`~pagefix.errors.UsageError` where another run is at work.
    """
    from filelock import FileLock, Timeout

    places = Places(out)
    places.hidden.mkdir(parents=True, exist_ok=True)
    lock = FileLock(places.hidden / "lock", timeout=0, thread_local=False)
    try:
        lock.acquire()
    except Timeout:
        raise UsageError(
            f"another run is writing here{_who(places)}",
            place=str(out),
            remedy="wait for it, or choose another OUT",
        ) from None
    except (NotImplementedError, OSError) as fault:
        raise UsageError(
            f"OUT cannot be locked: {fault}", place=str(out), remedy="choose an OUT on a local disk"
        ) from None
    try:
        _wait_for_orphans(places)
        yield places
    finally:
        lock.release()


@contextmanager
def at_work(places: Places) -> Iterator[bool]:
    """Notes that a run is at work, and gives whether the run before this one ended early.

    The note stays where the run ends early itself.
    """
    early = places.running.exists()
    note = {"process": os.getpid(), "host": socket.gethostname(), "since": time.strftime("%Y-%m-%d %H:%M:%S")}
    places.running.write_text(json.dumps(note), encoding="utf-8")
    yield early
    places.running.unlink(missing_ok=True)


def _who(places: Places) -> str:
    try:
        note = json.loads(places.running.read_text(encoding="utf-8"))
        return f" (process {note['process']} on {note['host']}, since {note['since']})"
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _wait_for_orphans(places: Places) -> None:
    """Waits for worker processes that outlived a run that was killed: they may write one more part."""
    from filelock import FileLock, Timeout

    for path in sorted(places.crew.glob("*.lock")):
        lock = FileLock(path, timeout=_PATIENCE)
        try:
            lock.acquire()
        except Timeout:
            raise UsageError(
                f"a worker of a run that was killed is still at work (process {path.stem})",
                place=str(places.out),
                remedy="end that process, then run again",
            ) from None
        lock.release()
        path.unlink(missing_ok=True)


def write_whole(path: Path, text: str) -> None:
    """Writes a file so that it is there whole or not at all."""
    aside = path.with_name(path.name + ".new")
    aside.write_text(text, encoding="utf-8", newline="")
    aside.replace(path)


def put_in_place(places: Places, new: Path, place: Path) -> Path:
    """Moves a big file of ours to its place while the folder says that books are being exchanged.

    The one that was there is set aside first and is the caller's, or the next run's, to remove:
    some systems (ext4) write all of a file to the disk before it may replace another, which takes
    as long as cleaning a hundred pages.  Returns where it is now.
    """
    before = places.staged / "before" / place.name
    before.parent.mkdir(parents=True, exist_ok=True)
    if place.exists():
        before.unlink(missing_ok=True)
        place.replace(before)
    new.replace(place)
    return before


def read_json(path: Path) -> dict[str, Any]:
    """A small file of ours; empty where it is missing or no longer what we wrote."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def remove_file(out: Path, name: str) -> None:
    """Takes an article's file away, and the folders that it leaves empty."""
    path = out / name
    path.unlink(missing_ok=True)
    for parent in path.parents:
        if parent == out:
            break
        try:
            parent.rmdir()
        except OSError:
            break


def clear_folder(path: Path) -> None:
    """Empties and removes a folder of ours, if it is there."""
    shutil.rmtree(path, ignore_errors=True)
