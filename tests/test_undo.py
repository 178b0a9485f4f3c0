"""What ``fix`` took out of a page comes back, and nothing else is touched."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.test_fix_command import CLEAN, DAMAGED, MENDED, folder, run, text

__all__ = ["folder"]


def test_a_ledger_puts_every_byte_back(folder: Path, sample: Path) -> None:
    shutil.copy(sample, folder / "A03.md")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert run("fix", ".", "--ledger", "way/back.jsonl", cwd=folder).returncode == 0
    changed = {path.name for path in folder.glob("*.md") if path.read_bytes() != before[path.name]}
    assert changed == {"A01.md", "A03.md"}
    rows = [json.loads(line) for line in text(folder / "way/back.jsonl").splitlines()]
    assert [row["file"] for row in rows] == ["../A01.md", "../A03.md"]
    assert [finding["rule"] for finding in rows[0]["findings"]] == ["seams.pair"]
    done = run("undo", "way/back.jsonl", cwd=folder.parent / folder.name)
    assert done.returncode == 0
    assert sorted(done.stdout.decode().split("\n")) == ["", "restored: ../A01.md", "restored: ../A03.md"]
    assert {path.name: path.read_bytes() for path in folder.glob("*.md")} == before
    again = run("undo", "way/back.jsonl", cwd=folder)
    assert (again.returncode, again.stdout.decode().split()[0]) == (0, "unchanged:")


def test_a_ledger_is_added_to_and_read_from_its_end(folder: Path) -> None:
    run("fix", "A01.md", "--ledger", "back.jsonl", cwd=folder)
    twice = MENDED + "\n镇长说，过去进城要绕二十里山路，果子烂在树上没\n\n有人要，如今半个小时就到了县城。\n"
    (folder / "A01.md").write_text(twice, encoding="utf-8")
    run("fix", "A01.md", "--ledger", "back.jsonl", cwd=folder)
    assert text(folder / "A01.md") == twice.replace("没\n\n有", "没有")
    done = run("undo", "back.jsonl", cwd=folder)
    # The first row's page is not the one that the second row gives back: somebody wrote to it.
    assert (done.returncode, text(folder / "A01.md")) == (3, twice)


def test_a_file_that_was_changed_since_is_left_alone(folder: Path) -> None:
    (folder / "A03.md").write_text(DAMAGED, encoding="utf-8")
    (folder / "A04.md").write_text(DAMAGED, encoding="utf-8")
    run("fix", ".", "--ledger", "back.jsonl", cwd=folder)
    (folder / "A01.md").write_text(MENDED + "\n我的批注\n", encoding="utf-8")
    (folder / "A04.md").unlink()
    done = run("undo", "back.jsonl", cwd=folder)
    assert done.returncode == 3
    told = done.stderr.decode()
    assert "left alone: A01.md: changed since it was mended" in told
    assert "left alone: A04.md: No such file" in told
    assert text(folder / "A01.md") == MENDED + "\n我的批注\n"
    assert text(folder / "A03.md") == DAMAGED


@pytest.mark.parametrize("spoilt", [True, False])
def test_a_ledger_that_was_tampered_with_or_cut_off(folder: Path, spoilt: bool) -> None:
    (folder / "A03.md").write_text(DAMAGED, encoding="utf-8")
    run("fix", ".", "--ledger", "back.jsonl", cwd=folder)
    rows = text(folder / "back.jsonl").splitlines()
    first = rows[0].replace('"\\n\\n"', '"\\n，\\n"') if spoilt else rows[0][:80]
    assert first != rows[0]
    (folder / "back.jsonl").write_text("\n".join([first, rows[1], ""]), encoding="utf-8")
    done = run("undo", "back.jsonl", cwd=folder)
    assert done.returncode == 3
    assert ("the ledger was changed" if spoilt else "back.jsonl:1: this is no row") in done.stderr.decode()
    assert text(folder / "A01.md") == MENDED
    assert text(folder / "A03.md") == DAMAGED


def test_a_row_after_one_that_was_cut_off_is_whole(folder: Path) -> None:
    (folder / "back.jsonl").write_text('{"file": "A0', encoding="utf-8")
    run("fix", "A01.md", "--ledger", "back.jsonl", cwd=folder)
    done = run("undo", "back.jsonl", cwd=folder)
    assert (done.returncode, text(folder / "A01.md")) == (3, DAMAGED)


def test_no_ledger_and_nothing_to_undo(folder: Path) -> None:
    assert run("undo", "nowhere.jsonl", cwd=folder).returncode == 2
    run("fix", "A02.md", "--ledger", "back.jsonl", cwd=folder)
    assert text(folder / "A02.md") == CLEAN
    assert not (folder / "back.jsonl").exists()
