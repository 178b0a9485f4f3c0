"""The way back: a ledger row for each file that was mended, and mended files put back by it."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pagefix.errors import PageError, UsageError
from pagefix.inplace.files import read_bytes, replace_file
from pagefix.inplace.proofs import Proof, Stretch
from pagefix.version import VERSION


def row_of(proof: Proof, path: Path, ledger: Path) -> dict[str, Any]:
    """A ledger row: the file as seen from the ledger's folder, both sums, what undoes it, findings."""
    page = proof.fixed.page
    file = os.path.relpath(os.path.realpath(path), os.path.realpath(ledger.parent))
    return {
        "file": file.replace(os.sep, "/"),
        "before": hashlib.sha256(proof.before).hexdigest(),
        "after": hashlib.sha256(proof.after).hexdigest(),
        "encoding": page.encoding,
        "undo": [_shown(part, page.encoding) for part in proof.undo],
        "findings": [asdict(finding) for finding in proof.fixed.findings],
        "pagefix": VERSION,
    }


def _shown(part: Stretch | bytes, encoding: str) -> list[int] | str | dict[str, str]:
    """A stretch as two numbers, bytes as the text that they are, or in base64 where they are none."""
    if not isinstance(part, bytes):
        return list(part)
    try:
        text = part.decode(encoding)
        if text.encode(encoding) == part:
            return text
    except UnicodeError:
        pass
    return {"base64": base64.b64encode(part).decode("ascii")}


def append_row(ledger: Path, row: dict[str, Any]) -> None:
    """Adds a row to the ledger, in one piece.

    Raises :class:`~pagefix.errors.UsageError` where the ledger cannot be written.
    """
    try:
        line = json.dumps(row, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        # A file name that is no UTF-8: escapes give it back.
        line = json.dumps(row).encode("ascii")
    try:
        ledger.parent.mkdir(parents=True, exist_ok=True)
        with ledger.open("ab+") as stream:
            stream.seek(0, os.SEEK_END)
            if stream.tell():
                # What a killed run left half-written must not swallow this row.
                stream.seek(-1, os.SEEK_END)
                line = line if stream.read(1) == b"\n" else b"\n" + line
            stream.write(line + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as fault:
        raise UsageError(
            f"the ledger cannot be written: {fault.strerror or fault}",
            place=str(ledger),
            remedy="name another file with --ledger",
        ) from None


def undo_ledger(ledger: Path, tell: Callable[[str, str], None]) -> list[PageError]:
    """Puts back every file of ``ledger`` that is still as pagefix left it, the last one first.

    ``tell`` hears of each file: ``restored``, or ``unchanged`` where it is as it was already.
    The faults are returned: a file that was changed since is never touched.
    Raises :class:`~pagefix.errors.UsageError` where there is no such ledger.
    """
    faults: list[PageError] = []
    for number, line in reversed(list(enumerate(_lines(ledger), 1))):
        try:
            row = _row(line, f"{ledger}:{number}")
            path = Path(os.path.realpath(ledger.parent)) / row["file"]
            tell(row["file"], _put_back(path, row))
        except PageError as fault:
            faults.append(fault)
    return faults


def _lines(ledger: Path) -> list[bytes]:
    try:
        return ledger.read_bytes().removesuffix(b"\n").split(b"\n")
    except OSError as fault:
        raise UsageError(
            fault.strerror or str(fault), place=str(ledger), remedy="name a ledger that fix wrote"
        ) from None


_KEYS = {"file": str, "before": str, "after": str, "encoding": str, "undo": list}


def _row(line: bytes, place: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
        if isinstance(row, dict) and all(isinstance(row.get(key), kind) for key, kind in _KEYS.items()):
            return row
    except ValueError:
        pass
    raise PageError("this is no row of a ledger", place=place, remedy="the run that wrote it was ended here")


def _put_back(path: Path, row: dict[str, Any]) -> str:
    name = str(row["file"])
    now = read_bytes(path, name)
    found = hashlib.sha256(now).hexdigest()
    if found == row["before"]:
        return "unchanged"
    if found != row["after"]:
        raise PageError(
            "changed since it was mended; left alone",
            place=name,
            remedy="put back by hand what the ledger says",
        )
    before = b"".join(_bytes(row["undo"], now, row["encoding"]))
    if hashlib.sha256(before).hexdigest() != row["before"]:
        raise PageError("the ledger was changed; left alone", place=name, remedy="find the ledger as written")
    replace_file(path, name, now, before)
    return "restored"


def _bytes(undo: Sequence[Any], now: bytes, encoding: str) -> Iterator[bytes]:
    for part in undo:
        match part:
            case [int(start), int(end)]:
                yield now[start:end]
            case str():
                yield part.encode(encoding)
            case {"base64": str(data)}:
                yield base64.b64decode(data)
