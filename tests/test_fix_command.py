"""``pagefix fix`` as a user meets it: what it prints, what it leaves, how it ends."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

_TAIL = "昨天上午，青河镇三座新桥同时通车，两岸群众敲锣打"
_HEAD = "鼓来看热闹，孩子们跟着第一辆客车跑过了桥。"
DAMAGED = f"# 青河镇修通三座桥\n\n{_TAIL}\n\n{_HEAD}\n"
MENDED = f"# 青河镇修通三座桥\n\n{_TAIL}{_HEAD}\n"
CLEAN = "# 老码头变成新公园\n\n海州市的老码头经过两年改造，昨天作为滨江公园开放。\n"


def run(
    *arguments: str | Path, cwd: Path, stdin: bytes = b"", env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "pagefix", *map(str, arguments)]
    variables = {**os.environ, "PYTHONUTF8": "1", **(env or {})}
    return subprocess.run(command, capture_output=True, cwd=cwd, input=stdin, timeout=120, env=variables)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "A01.md").write_text(DAMAGED, encoding="utf-8")
    (tmp_path / "A02.md").write_text(CLEAN, encoding="utf-8")
    return tmp_path


def text(path: Path) -> str:
    return path.read_bytes().decode("utf-8")


def test_a_page_is_mended_where_it_stands(folder: Path) -> None:
    before = (folder / "A02.md").stat()
    done = run("fix", "A01.md", "A02.md", cwd=folder)
    assert done.returncode == 0
    assert text(folder / "A01.md") == MENDED
    assert text(folder / "A02.md") == CLEAN
    assert (folder / "A02.md").stat().st_ino == before.st_ino
    assert sorted(path.name for path in folder.iterdir()) == ["A01.md", "A02.md"]
    assert done.stdout.decode().startswith("A01.md:5: seams.pair: seam: ")
    assert done.stderr.decode() == "1 file mended, 1 without damage\n"
    again = run("fix", ".", cwd=folder)
    assert (again.returncode, again.stdout) == (0, b"")
    assert again.stderr.decode() == "0 files mended, 2 without damage\n"


def test_check_and_diff_change_nothing(folder: Path) -> None:
    assert run("fix", "--check", "A01.md", cwd=folder).returncode == 1
    done = run("fix", "--diff", "A01.md", "A02.md", cwd=folder)
    assert done.returncode == 1
    shown = done.stdout.decode().split("\n")
    assert shown[:3] == ["--- A01.md", "+++ A01.md", "@@ -1,5 +1,3 @@"]
    assert shown[5:] == [f"-{_TAIL}", "-", f"-{_HEAD}", f"+{_TAIL}{_HEAD}", ""]
    assert text(folder / "A01.md") == DAMAGED
    for option in ("--check", "--diff"):
        done = run("fix", option, "A02.md", cwd=folder)
        assert (done.returncode, done.stdout) == (0, b"")


def test_a_difference_can_be_applied(folder: Path) -> None:
    (folder / "A01.md").write_bytes(DAMAGED.removesuffix("\n").replace("\n", "\r\n").encode())
    done = run("fix", "--diff", "A01.md", cwd=folder)
    assert b"\\ No newline at end of file" in done.stdout
    subprocess.run(["git", "apply", "-p0", "-"], cwd=folder, input=done.stdout, check=True)
    assert (folder / "A01.md").read_bytes() == MENDED.removesuffix("\n").replace("\n", "\r\n").encode()


@pytest.mark.parametrize(
    ("arguments", "env", "coloured"),
    [
        ([], {}, False),
        (["--color", "always"], {}, True),
        (["--color", "always"], {"NO_COLOR": "1"}, True),
        (["--color", "never"], {"FORCE_COLOR": "1"}, False),
    ],
)
def test_colours_that_are_asked_for(
    folder: Path, arguments: list[str], env: dict[str, str], coloured: bool
) -> None:
    done = run("fix", "--diff", "A01.md", *arguments, cwd=folder, env=env)
    assert (b"\x1b[" in done.stdout) is coloured


@pytest.mark.skipif(os.name == "nt", reason="pseudo-terminals")
@pytest.mark.parametrize(
    ("arguments", "env", "coloured"),
    [([], {}, True), ([], {"NO_COLOR": "1"}, False), (["--color", "never"], {}, False)],
)
def test_colours_on_a_terminal(
    folder: Path, arguments: list[str], env: dict[str, str], coloured: bool
) -> None:
    import pty

    mine, theirs = pty.openpty()
    command = [sys.executable, "-m", "pagefix", "fix", "--diff", "A01.md", *arguments]
    variables = {name: value for name, value in os.environ.items() if name != "NO_COLOR"} | env
    done = subprocess.run(
        command, stdout=theirs, stderr=subprocess.PIPE, cwd=folder, env=variables, timeout=120
    )
    os.close(theirs)
    shown = b""
    while chunk := _read(mine):
        shown += chunk
    os.close(mine)
    assert done.returncode == 1
    assert _TAIL in shown.decode()
    assert (b"\x1b[" in shown) is coloured


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux says EIO where the other end is closed
        return b""


def test_standard_input(folder: Path) -> None:
    done = run("fix", "-", "--stdin-filename", "B01.md", cwd=folder, stdin=DAMAGED.encode("gb18030"))
    assert done.returncode == 0
    assert done.stdout == MENDED.encode("gb18030")
    assert done.stderr.decode().startswith("B01.md:5: seams.pair: ")
    done = run("fix", "-", "--check", cwd=folder, stdin=DAMAGED.encode())
    assert done.returncode == 1
    assert done.stdout.decode().startswith("-:5: seams.pair: ")
    for left in (["--force-exclude", "--exclude", "B*.md"], ["--ignore", "seams"]):
        done = run("fix", "-", "--stdin-filename", "B01.md", *left, cwd=folder, stdin=DAMAGED.encode())
        assert (done.returncode, done.stdout.decode()) == (0, DAMAGED)
    assert run("fix", "-", "A01.md", cwd=folder).returncode == 2


def test_exit_non_zero_on_fix(folder: Path) -> None:
    assert run("fix", "--exit-non-zero-on-fix", "A01.md", cwd=folder).returncode == 1
    assert run("fix", "--exit-non-zero-on-fix", "A01.md", cwd=folder).returncode == 0


def test_findings_as_json(folder: Path) -> None:
    done = run("fix", "--check", "--json", "A01.md", cwd=folder)
    (finding,) = map(json.loads, done.stdout.decode().splitlines())
    assert (finding["page"], finding["line"], finding["rule"]) == ("A01.md", 5, "seams.pair")
    assert (finding["what"], finding["done"]) == ("seam", True)
    assert DAMAGED[finding["start"] : finding["end"]] == _HEAD
    assert 0.5 <= finding["score"] <= 1
    assert run("fix", "--diff", "--json", "A01.md", cwd=folder).returncode == 2


def test_what_may_be_done_is_the_users_choice(folder: Path) -> None:
    done = run("fix", "--check", "--min-score", "1", "A01.md", cwd=folder)
    assert done.returncode == 0
    assert "left alone, seam: " in done.stdout.decode()
    assert "below min_score 1" in done.stdout.decode()
    for choice in (["--select", "repeats"], ["--ignore", "seams.pair"]):
        done = run("fix", *choice, "A01.md", cwd=folder)
        assert (done.returncode, done.stdout, text(folder / "A01.md")) == (0, b"", DAMAGED)


def test_excluded_files(folder: Path) -> None:
    (folder / "raw").mkdir()
    (folder / "raw/A03.md").write_text(DAMAGED, encoding="utf-8")
    (folder / ".hidden.md").write_text(DAMAGED, encoding="utf-8")
    (folder / "picture.png").write_bytes(b"\x89PNG")
    run("fix", ".", "--exclude", "raw", "--exclude", "A0[2-9].md", cwd=folder)
    assert text(folder / "A01.md") == MENDED
    assert text(folder / "raw/A03.md") == text(folder / ".hidden.md") == DAMAGED
    run("fix", "raw/A03.md", "--exclude", "raw", "--force-exclude", cwd=folder)
    assert text(folder / "raw/A03.md") == DAMAGED
    run("fix", "raw/A03.md", "--exclude", "raw", cwd=folder)
    assert text(folder / "raw/A03.md") == MENDED


def test_encoding_newlines_mark_and_mode_stay(folder: Path) -> None:
    wanted: dict[Path, bytes] = {}
    for encoding in ("utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-be"):
        mark = "\ufeff" if encoding == "utf-16-be" else ""
        for newline in ("\n", "\r\n", "\r"):
            page = folder / f"{encoding}-{len(wanted)}.md"
            page.write_bytes((mark + DAMAGED.replace("\n", newline)).encode(encoding))
            page.chmod(0o640)
            wanted[page] = (mark + MENDED.replace("\n", newline)).encode(encoding)
    assert run("fix", ".", cwd=folder).returncode == 0
    for page, data in wanted.items():
        assert page.read_bytes() == data, page.name
        assert stat.S_IMODE(page.stat().st_mode) == 0o640


def test_bytes_that_are_no_text_stay(folder: Path) -> None:
    page, ledger = folder / "A01.md", folder / "way/back.jsonl"
    for encoding, bad in (("utf-8", b"\xff\xfe\xff"), ("gb18030", b"\xff")):
        before = DAMAGED.encode(encoding).replace("孩子们".encode(encoding), "孩子".encode(encoding) + bad)
        page.write_bytes(before)
        done = run("fix", "A01.md", "--ledger", ledger, cwd=folder)
        assert done.returncode == 0, done.stderr.decode()
        after = MENDED.encode(encoding).replace("孩子们".encode(encoding), "孩子".encode(encoding) + bad)
        assert page.read_bytes() == after
    # Both rows speak of one file, which now is as the second says: the first is refused.
    done = run("undo", ledger, cwd=folder)
    assert page.read_bytes() == before
    assert done.returncode == 3


def test_files_that_cannot_be_mended_are_set_aside(folder: Path) -> None:
    (folder / "B01.md").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    (folder / "B02.md").write_text(DAMAGED, encoding="utf-8")
    (folder / "B02.md").chmod(0o444)
    done = run("fix", "--ledger", "fixed.jsonl", "B01.md", "B02.md", "B03.md", "A01.md", cwd=folder)
    assert done.returncode == 3
    assert [json.loads(row)["file"] for row in text(folder / "fixed.jsonl").splitlines()] == ["A01.md"]
    told = done.stderr.decode()
    assert "set aside: B01.md: this is a binary file" in told
    assert "set aside: B02.md: the file is read-only (make it writable" in told
    assert "set aside: B03.md: No such file" in told
    assert text(folder / "A01.md") == MENDED
    assert text(folder / "B02.md") == DAMAGED


def test_a_link_goes_on_pointing(folder: Path) -> None:
    (folder / "shelf").mkdir()
    (folder / "A01.md").rename(folder / "shelf/A01.md")
    (folder / "A01.md").symlink_to("shelf/A01.md")
    assert run("fix", "A01.md", "shelf/A01.md", cwd=folder).stderr.decode().startswith("1 file mended, 0 ")
    assert (folder / "A01.md").is_symlink()
    assert text(folder / "shelf/A01.md") == MENDED


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="file names are text there")
def test_file_names_that_are_no_utf8(folder: Path) -> None:
    name = os.fsdecode("第".encode("gb18030") + b"\xff.md")
    (folder / name).write_text(DAMAGED, encoding="utf-8")
    for arguments in (["--check"], ["--check", "--json"], ["--diff"], ["--ledger", "back.jsonl"]):
        done = run("fix", name, *arguments, cwd=folder)
        assert done.returncode == (arguments[0] != "--ledger"), done.stderr
    assert text(folder / name) == MENDED
    assert run("undo", "back.jsonl", cwd=folder).returncode == 0
    assert text(folder / name) == DAMAGED


@pytest.mark.skipif(os.name == "nt", reason="POSIX pipes")
def test_a_reader_that_goes_away_stops_no_work(folder: Path) -> None:
    for n in range(30):
        (folder / f"C{n:02d}.md").write_text(DAMAGED, encoding="utf-8")
    command = f"{sys.executable} -m pagefix fix . | true"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, cwd=folder, timeout=120
    )
    assert (done.returncode, done.stderr) == (0, "31 files mended, 1 without damage\n")
    assert all(text(page) == MENDED for page in folder.glob("C*.md"))


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_an_interrupted_run_leaves_whole_files(folder: Path) -> None:
    pages = [folder / f"C{n:03d}.md" for n in range(400)]
    for page in pages:
        page.write_text(DAMAGED, encoding="utf-8")
    command = [sys.executable, "-m", "pagefix", "fix", ".", "--ledger", "back.jsonl"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=folder) as process:
        assert process.stdout is not None
        for _ in range(20):
            process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=120)
    assert process.returncode == 130
    assert told.decode().endswith("interrupted\n")
    found = [text(page) for page in pages]
    assert set(found) == {MENDED, DAMAGED}
    assert not list(folder.glob(".pagefix-*"))
    assert run("undo", "back.jsonl", cwd=folder).returncode == 0
    assert {text(page) for page in pages} == {DAMAGED}


def test_usage_errors_exit_with_two(folder: Path) -> None:
    for arguments in (
        [],
        ["--ignore", "seam", "A01.md"],
        ["--min-score", "2", "A01.md"],
        ["--rules", "nowhere", "A01.md"],
        ["--encoding", "klingon", "A01.md"],
        ["--ledger", ".", "A01.md"],
    ):
        done = run("fix", *arguments, cwd=folder)
        assert done.returncode == 2, arguments
        assert done.stderr
        assert text(folder / "A01.md") == DAMAGED
