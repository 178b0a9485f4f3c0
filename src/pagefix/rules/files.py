"""From rule files to entries with their lines; all that cannot be read is reported at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from pagefix.errors import RuleError, UsageError
from pagefix.rules.entries import Entry

_SUFFIXES = (".toml", ".yaml", ".yml")
_HEADER = re.compile(r"\[\[\s*([\w-]+)\s*\]\]")
_KEY = re.compile(r"[\"']?([\w.-]+)[\"']?\s*=")
_STRING = re.compile(r"'''|\"\"\"|\"(?:\\.|[^\"\\])*\"|'[^']*'|#.*")


def shipped_folder() -> Path:
    """Where the shipped rules are: in the installed package, else in the repository."""
    here = Path(__file__).resolve().parent.parent
    for folder in (here / "_rules", here.parent.parent / "rules"):
        if folder.is_dir():
            return folder
    raise RuleError(f"the shipped rules are not beside {here}", remedy="install pagefix again")


def read_folder(folder: Path) -> tuple[Entry, ...]:
    """Every entry of every rule file of ``folder``, files sorted by name.

    Raises :class:`~pagefix.errors.UsageError` where there is no such folder, and
    :class:`~pagefix.errors.RuleError` with all files that cannot be read.
    """
    if not folder.is_dir():
        raise UsageError(
            "no such folder of rules", place=str(folder), remedy="name a folder that holds .toml files"
        )
    return _read(path for path in sorted(folder.iterdir()) if path.suffix in _SUFFIXES)


def read_rules(place: Path) -> tuple[Entry, ...]:
    """Every entry of a rule file, or of a folder of them (:func:`read_folder`, which see for errors)."""
    return _read([place]) if place.is_file() and place.suffix in _SUFFIXES else read_folder(place)


def _read(paths: Iterable[Path]) -> tuple[Entry, ...]:
    entries: list[Entry] = []
    faults: list[str] = []
    for path in paths:
        try:
            entries += _read_toml(path) if path.suffix == ".toml" else _read_yaml(path)
        except (RuleError, OSError, UnicodeDecodeError) as fault:
            faults.append(str(fault))
    if faults:
        raise RuleError("\n".join(faults))
    return tuple(entries)


def _read_toml(path: Path) -> list[Entry]:
    text = path.read_text(encoding="utf-8")
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise RuleError(f"not TOML: {fault}", place=str(path), remedy="see https://toml.io") from None
    places = list(_places(text))
    entries = []
    for kind, items in data.items():
        of_kind = [place for place in places if place[0] == kind]
        for n, item in enumerate(_items(items)):
            _, line, keys = of_kind[n] if n < len(of_kind) else (kind, 1, {})
            entries.append(Entry(str(path), line, kind, item, keys))
    return sorted(entries, key=lambda entry: entry.line)


def _items(items: Any) -> list[Mapping[str, Any]]:
    return [
        item if isinstance(item, dict) else {"": item}
        for item in (items if isinstance(items, list) else [items])
    ]


def _places(text: str) -> Iterator[tuple[str, int, dict[str, int]]]:
    """Kind, line and lines of the keys of each ``[[kind]]``: tomllib keeps no places."""
    kind, start, keys = "", 0, dict[str, int]()
    inside = ""
    for number, line in enumerate(text.split("\n"), 1):
        if not inside:
            if header := _HEADER.match(line):
                if kind:
                    yield kind, start, keys
                kind, start, keys = header.group(1), number, {}
            elif key := _KEY.match(line):
                keys.setdefault(key.group(1), number)
        inside = _open_string(line, inside)
    if kind:
        yield kind, start, keys


def _open_string(line: str, inside: str) -> str:
    """The quotes of a multi-line string that is still open at the end of ``line``."""
    at = 0
    while at < len(line):
        if inside:
            end = line.find(inside, at)
            if end < 0:
                return inside
            inside, at = "", end + 3
        else:
            found = _STRING.search(line, at)
            if not found:
                return ""
            inside = found.group() if found.group() in ("'''", '"""') else ""
            at = found.end()
    return inside


def _read_yaml(path: Path) -> list[Entry]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        data = YAML(typ="rt").load(path.read_text(encoding="utf-8")) or {}
    except YAMLError as fault:
        raise RuleError(f"not YAML: {' '.join(str(fault).split())}", place=str(path)) from None
    if not isinstance(data, dict):
        raise RuleError("a rule file holds lists named pattern, number, words or weights", place=f"{path}:1")
    entries = []
    data = cast(Any, data)
    for kind, items in data.items():
        for item in items if isinstance(items, list) else [items]:
            if isinstance(item, dict):
                lines = {str(key): item.lc.key(key)[0] + 1 for key in item}  # type: ignore[attr-defined]
                entries.append(
                    Entry(str(path), min(lines.values(), default=1), str(kind), _plain(item), lines)
                )
            else:
                entries.append(Entry(str(path), data.lc.key(kind)[0] + 1, str(kind), {"": item}, {}))
    return entries


def _plain(value: Any) -> Any:
    """ruamel's round-trip objects as plain Python ones."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, bool) or value is None:
        return value
    return next((kind(value) for kind in (int, float, str) if isinstance(value, kind)), str(value))
