"""``[tool.pagefix]`` of the nearest ``pyproject.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from pagefix.errors import UsageError

_KEYS = ("encoding", "rules")


@dataclass(frozen=True, slots=True)
class Settings:
    """What the file says; the command line goes over it."""

    rules: Path | None = None
    encoding: str | None = None


def configured(folder: Path) -> Settings:
    """The settings of the nearest ``pyproject.toml`` from ``folder`` upwards that has any.

    Raises :class:`~pagefix.errors.UsageError` for a file that is no TOML and for unknown keys.
    """
    for place in (folder, *folder.parents):
        path = place / "pyproject.toml"
        if path.is_file():
            try:
                table = tomllib.loads(path.read_text(encoding="utf-8")).get("tool", {}).get("pagefix")
            except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
                raise UsageError(f"not TOML: {fault}", place=str(path), remedy="mend the file") from None
            if isinstance(table, dict):
                return _settings(table, path)
    return Settings()


def _settings(table: dict[str, object], path: Path) -> Settings:
    for key, value in table.items():
        if key not in _KEYS:
            near = get_close_matches(key, _KEYS, n=1, cutoff=0.4)
            remedy = f"did you mean {near[0]}?" if near else f"there are {', '.join(_KEYS)}"
            raise UsageError(f"[tool.pagefix] has no key {key}", place=str(path), remedy=remedy)
        if not isinstance(value, str):
            raise UsageError(
                f"[tool.pagefix] {key} must be a string", place=str(path), remedy="put it in quotes"
            )
    rules, encoding = table.get("rules"), table.get("encoding")
    return Settings(
        rules=path.parent / rules if isinstance(rules, str) else None,
        encoding=encoding if isinstance(encoding, str) else None,
    )
