"""Putting an edition's files in place so that being killed in between loses nothing.

Everything is written into a folder of its own first, with a plan of what goes where.  Moving
the part is the one step that decides: before it the folder is forgotten, after it the plan
is carried out, by this run or the next.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path

from pagefix.archive.outdir import Places, clear_folder, read_json, remove_file
from pagefix.archive.parts import Head, digest_of, write_part
from pagefix.errors import UsageError

_PLAN = "plan.json"
_PART = "part"


def put_edition(
    places: Places,
    key: str,
    head: Head,
    rows: Sequence[bytes],
    looked: int,
    texts: Mapping[str, bytes],
    old: Head | None,
) -> list[str]:
    """Puts a part and the article files ``texts`` in place, and takes away those that are stale.

    Returns messages about files that somebody changed.  Raises
    :class:`~pagefix.errors.UsageError` where OUT cannot be written.
    """
    before = old.files if old is not None else {}
    staged = places.staged / f"{key}.{secrets.token_hex(4)}"
    try:
        staged.mkdir(parents=True)
        for n, text in enumerate(texts.values()):
            (staged / f"{n}.md").write_bytes(text)
        write_part(staged / _PART, head, rows, looked)
        plan = {
            "moves": [[name, before.get(name), head.files[name]] for name in texts],
            "stale": {name: digest for name, digest in before.items() if name not in head.files},
        }
        (staged / _PLAN).write_text(json.dumps(plan, ensure_ascii=False), encoding="utf-8")
        target = places.part(key)
        target.parent.mkdir(parents=True, exist_ok=True)
        (staged / _PART).replace(target)
        return _carry_out(places, staged)
    except OSError as fault:
        raise cannot_write(places, fault) from None


def cannot_write(places: Places, fault: OSError) -> UsageError:
    """What to say where OUT takes nothing more."""
    return UsageError(
        f"cannot write here: {fault.strerror or fault}",
        place=str(places.out),
        remedy="make room or mend the permissions, then run again: what is finished is kept",
    )


def recover(places: Places, key: str = "") -> list[str]:
    """Finishes or forgets what was being put in place when a process was killed.

    ``key`` narrows it to one edition.  Returns messages as :func:`put_edition` does.
    """
    messages: list[str] = []
    if places.staged.is_dir():
        for staged in sorted(places.staged.iterdir()):
            if staged.name.startswith(key):
                decided = (staged / _PLAN).exists() and not (staged / _PART).exists()
                messages += _carry_out(places, staged) if decided else []
                clear_folder(staged)
    return messages


def take_away(places: Places, files: Mapping[str, str]) -> list[str]:
    """Removes article files, but none that somebody changed."""
    messages = []
    for name, digest in files.items():
        path = places.out / name
        if _digest(path) in (None, digest):
            remove_file(places.out, name)
        else:
            messages.append(f"{path}: not removed, it was changed since pagefix wrote it")
    return messages


def move_in(source: Path, target: Path, before: str | None, now: str) -> list[str]:
    """Puts a file in its place; one there that somebody changed since ``before`` is kept beside it."""
    changed = before is not None and _digest(target) not in (None, before, now)
    messages = [_set_beside(target)] if changed else []
    _move(source, target)
    return messages


def _carry_out(places: Places, staged: Path) -> list[str]:
    plan = read_json(staged / _PLAN)
    messages: list[str] = []
    for n, (name, before, now) in enumerate(plan.get("moves", ())):
        source, target = staged / f"{n}.md", places.out / name
        if source.exists():
            messages += move_in(source, target, before, now)
    messages += take_away(places, plan.get("stale", {}))
    clear_folder(staged)
    return messages


def _set_beside(target: Path) -> str:
    """Keeps a file that somebody changed under another name."""
    beside, n = target.with_suffix(".edited.md"), 1
    while beside.exists():
        n += 1
        beside = target.with_suffix(f".edited-{n}.md")
    target.replace(beside)
    return f"{target}: written anew; your version of it is now {beside.name}"


def _move(source: Path, target: Path) -> None:
    # Nearly always the folder is there; another worker may take it away, empty, between two steps.
    for _ in range(10):
        try:
            source.replace(target)
            return
        except FileNotFoundError:
            if not source.exists():
                return
        target.parent.mkdir(parents=True, exist_ok=True)
    source.replace(target)


def _digest(path: Path) -> str | None:
    try:
        return digest_of(path.read_bytes())
    except OSError:
        return None
