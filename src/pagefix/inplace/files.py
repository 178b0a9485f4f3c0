"""Which files are meant, and how one is replaced: whole or not at all."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path

from pagefix.errors import PageError
from pagefix.reading import SUFFIXES


def find_files(paths: Iterable[Path], exclude: Sequence[str] = (), force_exclude: bool = False) -> list[Path]:
    """The files that ``paths`` name, each once: files as they are, of folders every page below.

    ``exclude`` holds patterns as in :func:`excluded`; a file that is named itself is left out
    only with ``force_exclude``.  In folders hidden files and links out of the folder are passed over.
    """
    found: dict[str, Path] = {}
    for path in paths:
        if path.is_dir():
            inside = [below for below in _below(path) if not excluded(below, exclude)]
        else:
            inside = [] if force_exclude and excluded(path, exclude) else [path]
        for file in inside:
            found.setdefault(os.path.realpath(file), file)
    return list(found.values())


def excluded(path: Path, patterns: Iterable[str]) -> bool:
    """Whether a pattern (``*``, ``?``, ``[…]``) matches the path as seen from here, or a part of it.

    ``raw`` leaves out every file and folder of this name, ``scans/*`` all that lies below
    ``scans``: a star goes over folders too.
    """
    seen = Path(os.path.relpath(path)).as_posix()
    if seen.startswith("../"):
        seen = path.as_posix()
    parts = seen.split("/")
    begins = ["/".join(parts[: n + 1]) for n in range(len(parts))]
    return any(fnmatchcase(name, pattern.rstrip("/")) for pattern in patterns for name in (*parts, *begins))


def _below(folder: Path) -> Iterator[Path]:
    real = folder.resolve()
    for at, names, files in os.walk(folder):
        names[:] = sorted(name for name in names if not name.startswith("."))
        for name in sorted(files):
            path = Path(at) / name
            if name.startswith(".") or path.suffix.lower() not in SUFFIXES:
                continue
            if not path.is_symlink() or path.resolve().is_relative_to(real):
                yield path


def read_bytes(path: Path, name: str) -> bytes:
    """The file's bytes.  Raises :class:`~pagefix.errors.PageError` where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as fault:
        raise PageError(
            fault.strerror or str(fault), place=name, remedy="check the file and its permissions"
        ) from None


def check_writable(path: Path, name: str) -> None:
    """Raises :class:`~pagefix.errors.PageError` for a file that is read-only.

    The folder's permissions decide over a rename; the file's own say what its owner wants.
    """
    try:
        mode = path.stat().st_mode
    except OSError as fault:
        raise PageError(fault.strerror or str(fault), place=name, remedy="run it again") from None
    if not mode & 0o222:
        raise PageError("the file is read-only", place=name, remedy="make it writable (chmod u+w)")


def _for_its_owner(name: str, flags: int) -> int:
    """Opens a file that nobody else may read before it has its permissions."""
    return os.open(name, flags, 0o600)


def replace_file(path: Path, name: str, before: bytes, after: bytes) -> None:
    """Puts ``after`` in the place of ``before``; permissions stay, a link goes on pointing to the file.

    Written aside in the same folder, then renamed: whoever reads the file, or whatever ends the
    run, meets the old bytes or the new ones.  Raises :class:`~pagefix.errors.PageError` for a
    file that is read-only, or that somebody changed in the meantime.
    """
    target = Path(os.path.realpath(path))
    aside: Path | None = None
    try:
        check_writable(target, name)
        mode = stat.S_IMODE(target.stat().st_mode)
        if target.read_bytes() != before:
            raise PageError("somebody changed the file in the meantime", place=name, remedy="run it again")
        # Named before it is made: an interrupt in between would leave a file that nobody knows.
        aside = target.with_name(f".pagefix-{secrets.token_hex(8)}")
        with open(aside, "xb", opener=_for_its_owner) as stream:
            stream.write(after)
            stream.flush()
            os.fsync(stream.fileno())
        aside.chmod(mode)
        aside.replace(target)
        aside = None
    except OSError as fault:
        raise PageError(
            f"not written: {fault.strerror or fault}", place=name, remedy="check the folder's permissions"
        ) from None
    finally:
        if aside is not None:
            with suppress(OSError):
                aside.unlink()
