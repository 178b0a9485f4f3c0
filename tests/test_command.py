"""The command as a user meets it, above all where something is wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


def run(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pagefix", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=120)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    folder = tmp_path / "archive" / "2025-05-29"
    folder.mkdir(parents=True)
    (folder / "A01.md").write_text(
        "# 青河镇修通三座桥\n\n昨天上午，青河镇三座新桥同时通车，两岸群众敲锣打\n\n鼓来看热闹。\n",
        encoding="utf-8",
    )
    return tmp_path / "archive"


def test_clean_and_restore(archive: Path, tmp_path: Path) -> None:
    out, back = tmp_path / "out", tmp_path / "back"
    done = run("clean", archive, "--out", out)
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 page, 1 article -> " in done.stdout
    assert "青河镇修通三座桥" in done.stdout
    files = sorted(p.relative_to(out).as_posix() for p in out.rglob("[!.]*") if p.is_file())
    assert [name for name in files if not name.startswith(".pagefix/")] == [
        "2025-05-29/A01-01-青河镇修通三座桥.md",
        "articles.jsonl",
        "ledger.jsonl",
        "pages.jsonl",
        "reprints.jsonl",
    ]
    article = json.loads((out / "articles.jsonl").read_text(encoding="utf-8"))
    assert article["id"] == "2025-05-29/A01-01"
    assert article["text"] == "昨天上午，青河镇三座新桥同时通车，两岸群众敲锣打鼓来看热闹。"
    assert article["created"] == "2025-05-29"
    assert run("restore", out, "--to", back).returncode == 0
    assert (back / "2025-05-29/A01.md").read_bytes() == (archive / "2025-05-29/A01.md").read_bytes()


def test_what_may_be_done_is_the_users_choice(archive: Path, tmp_path: Path) -> None:
    done = run("clean", archive, "--out", tmp_path / "out", "--min-score", "1", "--json")
    assert json.loads(done.stdout)["uncertain"] == 1
    row = next(
        row
        for line in (tmp_path / "out/ledger.jsonl").read_text(encoding="utf-8").splitlines()
        if (row := json.loads(line))["action"] == "uncertain"
    )
    assert (row["rule"], row["what"]) == ("seams.pair", "seam")
    assert "below min_score 1" in row["why"]
    done = run("clean", archive, "--out", tmp_path / "out", "--select", "repeats, jumps", "--json")
    assert [json.loads(done.stdout)[key] for key in ("joined", "uncertain")] == [0, 0]
    done = run("clean", archive, "--out", tmp_path / "out", "--ignore", "seam")
    assert (done.returncode, "did you mean seams?" in done.stderr) == (2, True)


def test_a_second_run_gives_the_same_files(archive: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run("clean", archive, "--out", out)
    before = {p: p.read_bytes() for p in out.rglob("*") if p.is_file()}
    assert run("clean", archive, "--out", out).returncode == 0
    assert {p: p.read_bytes() for p in out.rglob("*") if p.is_file()} == before


def test_what_the_archive_lost_goes_unless_it_was_changed(archive: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    second = archive / "2025-05-29/A02.md"
    second.write_text("# 老码头变成新公园\n\n老码头昨天作为滨江公园开放。\n", encoding="utf-8")
    third = archive / "2025-05-29/A03.md"
    third.write_text("# 茶园来了新技术员\n\n技术员白天教剪枝，晚上讲防虫。\n", encoding="utf-8")
    run("clean", archive, "--out", out)
    mine = out / "2025-05-29/A03-01-茶园来了新技术员.md"
    mine.write_text(mine.read_text(encoding="utf-8") + "我的批注\n", encoding="utf-8")
    second.unlink()
    third.unlink()
    done = run("clean", archive, "--out", out)
    assert not (out / "2025-05-29/A02-01-老码头变成新公园.md").exists()
    assert "我的批注" in mine.read_text(encoding="utf-8")
    assert "not removed, it was changed" in done.stderr


def test_an_empty_page_is_a_page(archive: Path, tmp_path: Path) -> None:
    (archive / "2025-05-29/A02.md").write_bytes(b"")
    (archive / "2025-05-29/A03.md").write_text("2025年5月29日 星期四\n\n— 3 —\n", encoding="utf-8")
    (archive / "2025-05-29/A04.md").write_text("Sorry, I can't assist with that.", encoding="utf-8")
    done = run("clean", archive, "--out", tmp_path / "out")
    assert done.returncode == 0
    rows = map(json.loads, (tmp_path / "out/pages.jsonl").read_text(encoding="utf-8").splitlines())
    assert [row["status"] for row in rows] == ["ok", "empty", "furniture", "refusal"]


def test_binary_and_undecodable_files_are_set_aside(archive: Path, tmp_path: Path) -> None:
    (archive / "2025-05-29/A02.md").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    (archive / "2025-05-29/A03.md").write_bytes(bytes(range(1, 256)) * 8)
    done = run("clean", archive, "--out", tmp_path / "out")
    assert done.returncode == 3
    assert "set aside: 2025-05-29/A02.md" in done.stderr
    assert "--encoding" in done.stderr
    failed = [
        json.loads(line) for line in (tmp_path / "out/failed.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert [row["page"] for row in failed] == ["2025-05-29/A02.md", "2025-05-29/A03.md"]
    assert len((tmp_path / "out/articles.jsonl").read_text(encoding="utf-8").splitlines()) == 1


@pytest.mark.parametrize("place", ["archive/out", ".", "archive"])
def test_out_and_archive_may_not_lie_in_each_other(archive: Path, tmp_path: Path, place: str) -> None:
    before = sorted(tmp_path.rglob("*"))
    done = run("clean", archive, "--out", tmp_path / place)
    assert done.returncode == 2
    assert "lie in each other" in done.stderr
    assert sorted(tmp_path.rglob("*")) == before


def test_somebody_elses_files_are_left(archive: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.md").write_text("mine", encoding="utf-8")
    done = run("clean", archive, "--out", out)
    assert done.returncode == 2
    assert "did not write (thesis.md)" in done.stderr
    assert [p.name for p in out.iterdir()] == ["thesis.md"]


def test_a_missing_folder_and_a_folder_without_pages(tmp_path: Path) -> None:
    done = run("clean", tmp_path / "nowhere", "--out", tmp_path / "out")
    assert (done.returncode, "no such folder" in done.stderr) == (2, True)
    (tmp_path / "empty").mkdir()
    done = run("clean", tmp_path / "empty", "--out", tmp_path / "out")
    assert (done.returncode, "no page here" in done.stderr) == (2, True)
    assert not (tmp_path / "out").exists()


def test_a_line_of_fifty_megabytes(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    archive.mkdir()
    (archive / "A01.md").write_text("青河镇的新桥通车了，" * 1_700_000, encoding="utf-8")
    done = run("clean", archive, "--out", tmp_path / "out", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["pages"] == 1


def test_wrong_rules_are_told_with_their_line(archive: Path, tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "x.toml").write_text('[[number]]\nid = "a.b"\nvalue = "one"\n', encoding="utf-8")
    done = run("clean", archive, "--out", tmp_path / "out", "--rules", folder)
    assert done.returncode == 2
    assert "x.toml:3" in done.stderr
    assert "unit is missing" in done.stderr
    assert not (tmp_path / "out").exists()


def test_an_output_that_was_tampered_with_is_not_restored(archive: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run("clean", archive, "--out", out)
    books = (out / "articles.jsonl").read_text(encoding="utf-8")
    (out / "articles.jsonl").write_text(books.replace("敲锣打", "敲锣大"), encoding="utf-8")
    done = run("restore", out, "--to", tmp_path / "back")
    assert done.returncode == 3
    assert "2025-05-29/A01.md" in done.stderr
    assert not (tmp_path / "back").exists()


def test_restore_overwrites_nothing_and_leads_nowhere_else(archive: Path, tmp_path: Path) -> None:
    out, back = tmp_path / "out", tmp_path / "back"
    run("clean", archive, "--out", out)
    (back / "2025-05-29").mkdir(parents=True)
    (back / "2025-05-29/A01.md").write_text("mine", encoding="utf-8")
    assert run("restore", out, "--to", back).returncode == 2
    assert (back / "2025-05-29/A01.md").read_text(encoding="utf-8") == "mine"
    assert run("restore", out, "--to", back, "--force").returncode == 0
    pages = (out / "pages.jsonl").read_text(encoding="utf-8")
    (out / "pages.jsonl").write_text(pages.replace("2025-05-29/A01.md", "../A01.md"), encoding="utf-8")
    done = run("restore", out, "--to", tmp_path / "elsewhere")
    assert done.returncode == 3
    assert not (tmp_path / "A01.md").exists()


def test_rules_commands() -> None:
    assert "jumps.from" in run("rules", "list").stdout
    assert "all sound" in run("rules", "check").stdout
    assert "properties" in json.loads(run("rules", "schema").stdout)


@pytest.mark.parametrize(
    "command",
    [[], ["clean"], ["fix"], ["undo"], ["reprints"], ["restore"], ["rules"], ["rules", "check"]],
)
def test_every_help_has_an_example(command: list[str]) -> None:
    done = run(*command, "--help")
    assert done.returncode == 0
    assert "Example:" in done.stdout


def test_usage_errors_exit_with_two() -> None:
    done = run("clean")
    assert done.returncode == 2
    assert done.stdout == ""


@pytest.mark.skipif(os.name == "nt", reason="POSIX pipes")
def test_a_reader_that_goes_away_is_no_error() -> None:
    command = f"{sys.executable} -m pagefix rules list --json | head -1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
