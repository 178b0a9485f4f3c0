"""Settings: what the nearest ``pagefix.toml`` or ``[tool.pagefix]`` says becomes the options' defaults."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click

from pagefix.errors import UsageError


@dataclass(frozen=True, slots=True)
class Settings:
    """What a file says, by key, and which file it was; paths are absolute, lists are tuples."""

    values: Mapping[str, Any]
    file: Path | None = None

    def defaults(self, command: click.Command) -> dict[str, Any]:
        """The values for those keys that ``command`` has an option for, by the option's name."""
        return {
            str(option.name): self.values[key]
            for option in command.params
            if isinstance(option, click.Option)
            for key in (name.removeprefix("--") for name in option.opts)
            if key in self.values
        }


def _text(value: object, _folder: Path) -> object:
    return value if isinstance(value, str) and value else None


def _folder(value: object, folder: Path) -> object:
    return folder / value if isinstance(value, str) and value else None


def _list(value: object, _folder: Path) -> object:
    value = [value] if isinstance(value, str) else value
    return tuple(value) if isinstance(value, list) and all(isinstance(x, str) for x in value) else None


def _share(value: object, _folder: Path) -> object:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if number and 0 <= value <= 1 else None  # type: ignore[arg-type, operator]


def _count(value: object, _folder: Path) -> object:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 1 else None


def _yes_or_no(value: object, _folder: Path) -> object:
    return value if isinstance(value, bool) else None


KEYS = {
    "encoding": (_text, "the name of an encoding, in quotes"),
    "exclude": (_list, "a list of patterns"),
    "force-exclude": (_yes_or_no, "true or false"),
    "ignore": (_list, "a list of findings"),
    "jobs": (_count, "a whole number from 1"),
    "layout": (_text, "the name of a layout, in quotes"),
    "min-score": (_share, "a number from 0 to 1"),
    "rules": (_folder, "a folder, in quotes"),
    "select": (_list, "a list of findings"),
    "teach": (_yes_or_no, "true or false"),
}
"""The keys, each named like the option that it is the default of, and what they must be."""


def nearest_settings(folder: Path) -> Settings:
    """The settings of the nearest file from ``folder`` upwards that has any.

    In one folder ``pagefix.toml`` goes over ``[tool.pagefix]`` of ``pyproject.toml``.  Raises
    :class:`~pagefix.errors.UsageError` for a file that is no TOML, and for the first key that
    is unknown or of the wrong kind.
    """
    for place in (folder, *folder.parents):
        if (path := place / "pagefix.toml").is_file():
            return _settings(_read(path), path, "it")
        if (path := place / "pyproject.toml").is_file():
            tool = _read(path).get("tool")
            if isinstance(tool, dict) and "pagefix" in tool:
                return _settings(tool["pagefix"], path, "[tool.pagefix]")
    return Settings({})


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise UsageError(f"not TOML: {fault}", place=str(path), remedy="mend the file") from None
    except OSError as fault:
        raise UsageError(
            fault.strerror or str(fault), place=str(path), remedy="check it, or use --isolated"
        ) from None


def _settings(table: object, path: Path, where: str) -> Settings:
    if not isinstance(table, dict):
        raise UsageError("[tool.pagefix] is no table", place=str(path), remedy="write it in brackets")
    values: dict[str, object] = {}
    for key, given in table.items():
        if key not in KEYS:
            near = get_close_matches(key, KEYS, n=1, cutoff=0.4)
            remedy = f"did you mean {near[0]}?" if near else f"there are {', '.join(KEYS)}"
            raise UsageError(f"{where} has no key {key}", place=str(path), remedy=remedy)
        read, wanted = KEYS[key]
        value = read(given, path.parent)
        if value is None:
            raise UsageError(
                f"{where} says {key} = {given!r}", place=str(path), remedy=f"it must be {wanted}"
            )
        values[key] = value
    return Settings(values, path)
