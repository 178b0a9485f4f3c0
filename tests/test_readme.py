"""What the README and its neighbours show is what the tool does."""

from __future__ import annotations

import json
import re
import textwrap
from pathlib import Path

import pytest

from pagefix.archive import clean_archive
from pagefix.rules import Rules, load_rules
from tests.support.recipes import recipes

_FENCE = re.compile(r"^```(\w+)[ ]?(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def _fences(root: Path) -> list[tuple[str, str, str]]:
    return _FENCE.findall((root / "README.md").read_text(encoding="utf-8"))


def test_before_and_after(root: Path, tmp_path: Path, rules: Rules) -> None:
    fences = _fences(root)
    folder = tmp_path / "pages" / "2025-05-29"
    folder.mkdir(parents=True)
    (before,) = [text for _, name, text in fences if name == "before"]
    (folder / "A01.md").write_text(before, encoding="utf-8")
    clean_archive(tmp_path / "pages", tmp_path / "out", rules)
    articles = [p.read_text(encoding="utf-8") for p in sorted((tmp_path / "out").rglob("*.md"))]
    assert [text.split("---\n\n", 1)[1] for text in articles] == [t for _, n, t in fences if n == "after"]

    (shown,) = [text for _, name, text in fences if name == "ledger"]
    ledger = [json.loads(line) for line in (tmp_path / "out/ledger.jsonl").read_text("utf-8").splitlines()]
    for line in map(json.loads, shown.splitlines()):
        (row,) = [row for row in ledger if (row["start"], row["action"]) == (line["start"], line["action"])]
        short = {key: value[1:] if key in ("from", "to", "of") else value for key, value in row.items()}
        # Weights are fitted anew now and then; what is shown must stay near.
        assert line.pop("score") == pytest.approx(short.pop("score"), abs=0.02)
        assert {key: short[key] for key in line} == line


def test_the_ten_lines_are_the_recipe_that_is_run(root: Path) -> None:
    ingest = next(recipe for recipe in recipes() if recipe.name == "ingest")
    assert [text for kind, _, text in _fences(root) if kind == "python" and ">>>" not in text] == [
        ingest.code
    ]


def test_every_link_of_the_documents_leads_somewhere(root: Path) -> None:
    for document in (root / "README.md", root / "CONTRIBUTING.md", *sorted((root / "docs").glob("*.md"))):
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", document.read_text(encoding="utf-8")):
            if "://" not in target and not target.endswith("accuracy.md"):  # that one is written last
                assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_the_rule_that_is_shown_to_contributors_is_sound(root: Path, tmp_path: Path) -> None:
    text = (root / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (rule,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    (tmp_path / "mine.toml").write_text(textwrap.dedent("   " + rule), encoding="utf-8")
    assert load_rules(tmp_path).patterns("note")[-1].id == "notes.translator"


def test_the_map_names_every_room(root: Path) -> None:
    text = (root / "CONTRIBUTING.md").read_text(encoding="utf-8")
    house = root / "src/pagefix"
    rooms = {p.parent.relative_to(house).as_posix() for p in house.glob("**/__init__.py")} - {".", "steps"}
    rooms |= {p.stem for p in house.glob("*.py")} - {"__init__", "__main__"}
    rows = re.findall(r"^\| \d+ \| (.+?) \|", text, re.MULTILINE)
    assert {name for row in rows for name in re.findall(r"`(.+?)`", row)} == rooms
