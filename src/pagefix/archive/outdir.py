"""The output folder: who owns it, one run at a time, nothing half-written."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pagefix.errors import UsageError

MANIFEST = ".pagefix.json"
_LOCK = ".pagefix.lock"
_STAGING = ".pagefix-staging"


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
    if out.exists() and not out.is_dir():
        raise UsageError("OUT is a file", place=str(out), remedy="name a folder")
    if out.is_dir() and not (out / MANIFEST).exists():
        strange = next(
            (name for name in sorted(path.name for path in out.iterdir()) if not name.startswith(".pagefix")),
            None,
        )
        if strange is not None:
            raise UsageError(
                f"OUT holds a file that pagefix did not write ({strange})",
                place=str(out),
                remedy="choose an empty folder",
            )


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """Keeps a second run out of ``out``.  Raises :class:`~pagefix.errors.UsageError` where one is at work."""
    from filelock import FileLock, Timeout

    out.mkdir(parents=True, exist_ok=True)
    lock = FileLock(out / _LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise UsageError(
            "another run is writing here", place=str(out), remedy="wait for it, or choose another OUT"
        ) from None
    try:
        yield
    finally:
        lock.release()
        (out / _LOCK).unlink(missing_ok=True)


class Staging:
    """Files written aside, then put in their places together.

    A run that is killed leaves only the staging folder, which the next run clears.
    """

    def __init__(self, out: Path) -> None:
        self.out = out
        self.folder = out / _STAGING
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.files: dict[str, str] = {}

    def write(self, name: str, text: str) -> None:
        """One whole file."""
        data = text.encode("utf-8")
        target = self.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        self.files[name] = hashlib.sha256(data).hexdigest()

    def seal(self, name: str) -> None:
        """Takes a file that was streamed into the folder into the books."""
        digest = hashlib.sha256()
        with (self.folder / name).open("rb") as stream:
            while chunk := stream.read(1 << 20):
                digest.update(chunk)
        self.files[name] = digest.hexdigest()

    def publish(self, rules_version: str, version: str) -> list[str]:
        """Moves everything into OUT and clears what the previous run wrote and this one did not.

        Returns the names of stale files that were kept because somebody changed them.
        """
        before = written_before(self.out)
        kept = [name for name in before if name not in self.files and not self._clear(name, before[name])]
        for name in self.files:
            target = self.out / name
            target.parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).replace(target)
        manifest = {"pagefix": version, "rules": rules_version, "files": dict(sorted(self.files.items()))}
        aside = self.folder / MANIFEST
        aside.write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        aside.replace(self.out / MANIFEST)
        shutil.rmtree(self.folder, ignore_errors=True)
        return kept

    def discard(self) -> None:
        """Forgets everything that was staged."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _clear(self, name: str, digest: str) -> bool:
        path = self.out / name
        if not path.is_file():
            return True
        if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            return False
        path.unlink()
        parent = path.parent
        while parent != self.out and not any(parent.iterdir()):
            parent.rmdir()
            parent = parent.parent
        return True


def written_before(out: Path) -> dict[str, str]:
    """The files that the last finished run wrote into ``out``, with their sha256."""
    try:
        manifest = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    files = manifest.get("files", {}) if isinstance(manifest, dict) else {}
    return {
        str(name): str(digest)
        for name, digest in files.items()
        if not Path(name).is_absolute() and ".." not in Path(name).parts
    }
