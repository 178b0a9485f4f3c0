"""Books brought up to date: byte for byte those of a first run, without reading what stayed."""

from __future__ import annotations

import errno
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pagefix.archive import clean_archive, updating
from pagefix.archive.books import read_manifest
from pagefix.archive.outdir import Places
from pagefix.archive.updating import starts_of_rows
from pagefix.rules import Rules
from tests.support.archives import contents, make_archive, run, write_page

Change = Callable[[Path], object]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_archive(tmp_path_factory.mktemp("made") / "archive", days=6, pages=2)


@pytest.fixture
def mine(archive: Path, tmp_path: Path) -> Path:
    shutil.copytree(archive, tmp_path / "archive")
    return tmp_path / "archive"


@pytest.fixture
def only_updates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Writing the books from all parts is a failure."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the books were written from all parts")

    monkeypatch.setattr("pagefix.archive.run.publish", refuse)


def edit(day: int) -> Change:
    def change(archive: Path) -> None:
        page = archive / f"2025-05-{day:02d}" / "A01.md"
        write_page(page, page.read_text(encoding="utf-8") + "\n# 更正\n\n昨天的日期有误。\n", age=1800)

    return change


def drop(day: int) -> Change:
    return lambda archive: shutil.rmtree(archive / f"2025-05-{day:02d}")


def add(day: int, text: str = "# 开渠\n\n青河镇的新渠昨天开工。\n") -> Change:
    return lambda archive: write_page(archive / f"2025-05-{day:02d}" / "A03.md", text)


CHANGES = {
    "the first edition": [edit(1)],
    "the last edition": [edit(6)],
    "one in the middle": [edit(3)],
    "neighbours": [edit(3), edit(4)],
    "all": [edit(day) for day in range(1, 7)],
    "a page more": [add(2)],
    "editions more": [add(0), add(9)],
    "the first gone": [drop(1)],
    "the last two gone": [drop(5), drop(6)],
    "everything at once": [drop(2), edit(3), edit(5), add(4), add(8)],
    "a page that cannot be read": [
        lambda archive: (archive / "2025-05-04" / "A02.md").write_bytes(b"\0\1\2\xff")
    ],
}


def fresh(archive: Path, tmp_path: Path, rules: Rules) -> dict[str, bytes]:
    clean_archive(archive, tmp_path / "fresh", rules)
    return dict(contents(tmp_path / "fresh", hidden=True))


@pytest.mark.parametrize("what", CHANGES)
def test_the_bytes_of_a_first_run(
    mine: Path, tmp_path: Path, rules: Rules, request: pytest.FixtureRequest, what: str
) -> None:
    out = tmp_path / "out"
    clean_archive(mine, out, rules)
    for change in CHANGES[what]:
        change(mine)
    expected = fresh(mine, tmp_path, rules)
    request.getfixturevalue("only_updates")
    clean_archive(mine, out, rules)
    assert contents(out, hidden=True) == expected


def test_change_after_change(mine: Path, tmp_path: Path, rules: Rules) -> None:
    """Also from books that have a failed page in them, and back."""
    out = tmp_path / "out"
    clean_archive(mine, out, rules)
    chance = random.Random(5)
    spoilt, good = mine / "2025-05-04" / "A02.md", (mine / "2025-05-04" / "A02.md").read_bytes()
    for n in range(6):
        edit(chance.choice([1, 2, 3, 5, 6]))(mine)
        spoilt.write_bytes(b"\0\1\2\xff" if n % 2 else good)
        clean_archive(mine, out, rules)
        shutil.rmtree(tmp_path / "fresh", ignore_errors=True)
        assert contents(out, hidden=True) == fresh(mine, tmp_path, rules)


def test_a_long_plan_is_given_up(
    mine: Path, tmp_path: Path, rules: Rules, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    clean_archive(mine, out, rules)
    for change in (edit(2), drop(3), edit(4), add(8)):
        change(mine)
    expected = fresh(mine, tmp_path, rules)
    monkeypatch.setattr(updating, "_MOST_PAGES", 3)
    clean_archive(mine, out, rules)
    assert contents(out, hidden=True) == expected


@pytest.mark.parametrize("fault", [errno.ENOSYS, errno.EXDEV])
def test_a_disk_that_cannot_copy_by_itself(
    mine: Path, tmp_path: Path, rules: Rules, monkeypatch: pytest.MonkeyPatch, fault: int
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(fault, os.strerror(fault))

    out = tmp_path / "out"
    clean_archive(mine, out, rules)
    edit(3)(mine)
    expected = fresh(mine, tmp_path, rules)
    monkeypatch.setattr(os, "copy_file_range", refuse, raising=False)
    clean_archive(mine, out, rules)
    assert contents(out, hidden=True) == expected


def test_marks_stay_where_articles_stay(mine: Path, tmp_path: Path, rules: Rules) -> None:
    """A run that is killed before it marks reprints leaves old marks; the next sets them right."""
    told = "海州港昨天开出今年春运的第一班客船，船上三百二十名旅客大多是回家过年的工人。"
    for day in (2, 4):
        add(day, f"# 春运开始\n\n{told}\n\n港务局说，{told[::-1]}\n")(mine)
    out, other = tmp_path / "out", tmp_path / "other"
    clean = ("clean", mine, "--jobs", "1", "--out")
    assert run(*clean, out).returncode == 0
    assert b'"cluster": "' in (out / "articles.jsonl").read_bytes()
    for change in (edit(1), drop(4)):
        change(mine)
    clean_archive(mine, out, rules, keep_marks=True)
    assert b'"cluster": "' in (out / "articles.jsonl").read_bytes()
    shutil.copytree(out, other)
    (other / ".pagefix/manifest.json").touch()
    assert run(*clean, out).returncode == 0
    assert run(*clean, tmp_path / "anew").returncode == 0
    assert contents(out) == contents(tmp_path / "anew")
    # Whoever wants no marks gets none.
    clean_archive(mine, other, rules)
    assert (other / "articles.jsonl").read_bytes() == fresh(mine, tmp_path, rules)["articles.jsonl"]


def test_where_rows_begin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "rows"
    rows = [b"x" * n + b"\n" for n in (0, 5, 3, 9, 1, 0, 7)]
    path.write_bytes(b"".join(rows))
    bounds = [sum(map(len, rows[:n])) for n in range(8)]
    for size in (1, 2, 3, 8, 100):
        monkeypatch.setattr(updating, "_CHUNK", size)
        assert starts_of_rows(path, range(8)) == bounds
        assert starts_of_rows(path, [0, 0, 3, 3, 7]) == [0, 0, bounds[3], bounds[3], bounds[7]]
        assert starts_of_rows(path, [6, 8]) == [bounds[6]]
    path.write_bytes(b"")
    assert starts_of_rows(path, [0, 0]) == [0, 0]


def test_killed_while_one_book_is_aside(mine: Path, tmp_path: Path, rules: Rules) -> None:
    out = tmp_path / "out"
    clean_archive(mine, out, rules)
    expected = contents(out, hidden=True)
    hidden = out / ".pagefix"
    (hidden / "staged" / "before").mkdir(parents=True)
    (hidden / "publishing").touch()
    (hidden / "running.json").write_text("{}")
    (out / "articles.jsonl").replace(hidden / "staged" / "before" / "articles.jsonl")
    clean_archive(mine, out, rules)
    assert contents(out, hidden=True) == expected


def test_a_folder_that_nothing_left_since_is_not_read(mine: Path, tmp_path: Path, rules: Rules) -> None:
    out = tmp_path / "out"
    clean_archive(mine, out, rules)
    head = next(head for head, _ in read_manifest(Places(out)).heads() if head.files)
    assert head.complete_in(out)
    (out / min(head.files)).unlink()
    changed = (out / head.folder).stat().st_mtime_ns
    second = 1_000_000_000
    assert not head.complete_in(out)
    assert not head.complete_in(out, changed - 60 * second)
    assert not head.complete_in(out, changed + second)
    assert head.complete_in(out, changed + 60 * second)
