"""``pagefix fix --jobs``: the same bytes and the same words in the same order, whoever does the work."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pagefix.inplace import files
from tests.test_fix_command import CLEAN, DAMAGED, MENDED, run

# Python runs this when it starts, so that whoever mends the page named deadly dies of it.
_DEADLY = """
import os, signal
import pagefix.inplace.pulling as pulling
real = pulling.pull_proof
def pull_proof(data, name, *more):
    if "deadly" in name:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(data, name, *more)
pulling.pull_proof = pull_proof
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twenty pages: some damaged, some not, one that is no text, one whose name is no UTF-8."""
    pages = tmp_path / "pages"
    pages.mkdir()
    for n in range(18):
        text = (DAMAGED if n % 3 else CLEAN) * (1 + 7 * (n % 4 == 0))
        (pages / f"{n:02d}.md").write_text(text.replace("青河", f"青{'河山水石'[n % 4]}"), encoding="utf-8")
    (pages / "10.md").write_bytes(b"\0\1\2\xff" * 50)
    if sys.platform == "linux":
        Path(os.fsdecode(os.fsencode(pages) + b"/\xff.md")).write_text(DAMAGED, encoding="utf-8")
    return pages


def as_bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("options", [(), ("--diff",), ("--json", "--check"), ("--quiet",)])
def test_any_number_of_jobs_says_and_does_the_same(
    folder: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    seen = []
    for jobs in ("1", "3"):
        place = tmp_path / jobs
        shutil.copytree(folder, place / "pages")
        done = run("fix", "pages", "--jobs", jobs, "--ledger", "fixed.jsonl", *options, cwd=place)
        ledger = place / "fixed.jsonl"
        rows = ledger.read_bytes() if ledger.exists() else b""
        seen.append((done.returncode, done.stdout, done.stderr, rows, as_bytes(place / "pages")))
    assert seen[0] == seen[1]
    assert seen[0][0] == 3
    assert bool(seen[0][3]) == (options in ((), ("--quiet",)))


def test_pages_without_damage_are_not_touched(folder: Path, tmp_path: Path) -> None:
    for path in folder.iterdir():
        path.write_text(CLEAN, encoding="utf-8")
    before = {path.name: path.stat().st_ino for path in folder.iterdir()}
    done = run("fix", "pages", "--jobs", "2", "--check", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, b"")
    assert {path.name: path.stat().st_ino for path in folder.iterdir()} == before


def test_a_page_that_kills_its_process_is_set_aside(folder: Path, tmp_path: Path) -> None:
    (folder / "05-deadly.md").write_text(DAMAGED, encoding="utf-8")
    (tmp_path / "site").mkdir()
    (tmp_path / "site/sitecustomize.py").write_text(_DEADLY, encoding="utf-8")
    done = run("fix", "pages", "--jobs", "2", cwd=tmp_path, env={"PYTHONPATH": str(tmp_path / "site")})
    assert done.returncode == 3
    told = done.stderr.decode().splitlines()
    assert told[0].startswith("set aside: pages/05-deadly.md: the process that read it died")
    assert sum(line.startswith("set aside: ") for line in told) == 2
    assert (folder / "05-deadly.md").read_text(encoding="utf-8") == DAMAGED
    assert (folder / "17.md").read_text(encoding="utf-8") == MENDED.replace("青河", "青山")


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_ctrl_c_leaves_whole_files(folder: Path, tmp_path: Path) -> None:
    before = as_bytes(folder)
    for n in range(200):
        (folder / f"more-{n:03d}.md").write_text(DAMAGED * 3, encoding="utf-8")
    before |= {f"more-{n:03d}.md": (DAMAGED * 3).encode() for n in range(200)}
    command = [
        sys.executable,
        "-m",
        "pagefix",
        "fix",
        "pages",
        "--jobs",
        "2",
        "--json",
        "--ledger",
        "fixed.jsonl",
    ]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    end = time.monotonic() + 60
    while not (tmp_path / "fixed.jsonl").exists() and time.monotonic() < end:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert (process.returncode, told.decode().splitlines()[-1]) == (130, "pagefix: interrupted")
    after = as_bytes(folder)
    rows = [json.loads(row) for row in (tmp_path / "fixed.jsonl").read_bytes().splitlines()]
    changed = [name for name in before if after[name] != before[name]]
    # The row comes first: the last one may speak of a file that is as it was.
    assert len(rows) - 1 <= len(changed) <= len(rows) < len(before)
    assert set(after) == set(before)
    assert run("undo", "fixed.jsonl", cwd=tmp_path).returncode in (0, 3)
    assert as_bytes(folder) == before


def test_an_interrupt_while_the_file_aside_is_made_leaves_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "01.md"
    page.write_bytes(b"old")

    def interrupted(name: str, flags: int) -> int:
        os.close(os.open(name, flags, 0o600))
        raise KeyboardInterrupt

    monkeypatch.setattr(files, "_for_its_owner", interrupted)
    with pytest.raises(KeyboardInterrupt):
        files.replace_file(page, "01.md", b"old", b"new")
    assert as_bytes(tmp_path) == {"01.md": b"old"}
    monkeypatch.undo()
    files.replace_file(page, "01.md", b"old", b"new")
    assert as_bytes(tmp_path) == {"01.md": b"new"}
