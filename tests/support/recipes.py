"""The recipes of ``docs/recipes.md``: blocks with ``recipe=NAME`` in their fence; one name is one script."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).resolve().parents[2] / "docs" / "recipes.md"
_BLOCK = re.compile(r"^```python([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_WORD = re.compile(r"(\w+)=(\S+)")


@dataclass(frozen=True)
class Recipe:
    """A script, and the packages that it needs beside pagefix."""

    name: str
    code: str
    needs: tuple[str, ...] = ()


def recipes() -> list[Recipe]:
    """Every recipe, in the order of the file."""
    found: dict[str, Recipe] = {}
    for head, code in _BLOCK.findall(FILE.read_text(encoding="utf-8")):
        words = dict(_WORD.findall(head))
        before = found.get(words["recipe"], Recipe(words["recipe"], ""))
        found[before.name] = Recipe(
            before.name,
            before.code + code,
            tuple(words.get("heavy", "").split("+")) if "heavy" in words else (),
        )
    return list(found.values())
