"""Runs over an archive: the same bytes however it is done, and nothing done twice."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from pagefix.archive import Progress, clean_archive
from pagefix.errors import UsageError
from pagefix.rules import Rules, load_rules
from tests.support.archives import contents, make_archive, run, write_page

DAYS, PAGES = 4, 3


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_archive(tmp_path_factory.mktemp("made") / "archive", days=DAYS, pages=PAGES)


@pytest.fixture(scope="module")
def reference(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("reference") / "out"
    clean_archive(archive, out, load_rules())
    return out


@pytest.fixture
def mine(archive: Path, reference: Path, tmp_path: Path) -> tuple[Path, Path]:
    """An archive of one's own and what was made of it, both as old as they were."""
    shutil.copytree(archive, tmp_path / "archive")
    shutil.copytree(reference, tmp_path / "out")
    return tmp_path / "archive", tmp_path / "out"


def fresh(archive: Path, tmp_path: Path) -> dict[str, bytes]:
    """What a first run makes of the archive as it is now."""
    out = tmp_path / "fresh"
    clean_archive(archive, out, load_rules())
    return dict(contents(out))


def threads() -> Executor:
    return ThreadPoolExecutor(3)


def processes() -> Executor:
    return ProcessPoolExecutor(2, mp_context=get_context("spawn"))


class Backwards(Executor):
    """Does what it has in hand in the order last come, first done, and counts what it has."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []
        self.most = 0
        self._max_workers = 2

    def submit(self, task: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.waiting.append(lambda: future.set_result(task(*args, **kwargs)))
        self.most = max(self.most, len(self.waiting))
        if len(self.waiting) == 4:
            while self.waiting:
                self.waiting.pop()()
        return future


@pytest.mark.parametrize("executor", [threads, processes])
def test_any_executor_gives_the_same_bytes(
    archive: Path, reference: Path, tmp_path: Path, rules: Rules, executor: Callable[[], Executor]
) -> None:
    with executor() as workers:
        clean_archive(archive, tmp_path / "out", rules, executor=workers)
        assert workers.submit(len, "ab").result() == 2  # it is the caller's and goes on
    assert contents(tmp_path / "out", hidden=True) == contents(reference, hidden=True)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_any_number_of_jobs_gives_the_same_bytes(
    archive: Path, reference: Path, tmp_path: Path, jobs: str
) -> None:
    done = run("clean", archive, "--out", tmp_path / "out", "--jobs", jobs, "--no-reprints")
    assert done.returncode == 0, done.stderr
    assert contents(tmp_path / "out", hidden=True) == contents(reference, hidden=True)


def test_editions_that_finish_in_another_order_and_only_a_few_in_hand(
    archive: Path, reference: Path, tmp_path: Path, rules: Rules
) -> None:
    executor = Backwards()
    clean_archive(archive, tmp_path / "out", rules, executor=executor)
    assert executor.most == 4
    assert contents(tmp_path / "out", hidden=True) == contents(reference, hidden=True)


def test_the_order_of_files_does_not_matter(
    archive: Path, reference: Path, tmp_path: Path, rules: Rules
) -> None:
    files = [path for path in archive.rglob("*") if path.is_file()]
    random.Random(7).shuffle(files)
    for path in files:
        target = tmp_path / "archive" / path.relative_to(archive)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)
    clean_archive(tmp_path / "archive", tmp_path / "out", rules)
    assert contents(tmp_path / "out", hidden=True) == contents(reference, hidden=True)


def test_a_second_run_writes_nothing(mine: tuple[Path, Path], rules: Rules) -> None:
    clean_archive(*mine, rules)
    before = {path: path.stat().st_ctime_ns for path in mine[1].rglob("*.[jm]*") if path.is_file()}
    heard: list[Progress] = []
    summary = clean_archive(*mine, rules, progress=heard.append)
    assert (summary.worked, summary.pages, summary.editions) == (0, DAYS * PAGES, DAYS)
    assert [state for state in heard if state.stage != "finding"] == []
    after = {path: path.stat().st_ctime_ns for path in before}
    changed = {path.name for path in before if before[path] != after[path]}
    assert changed <= {"editions.jsonl"}  # whose time says when the pages were looked at


def test_a_changed_page_costs_its_edition_alone(
    mine: tuple[Path, Path], tmp_path: Path, rules: Rules
) -> None:
    archive, out = mine
    write_page(archive / "2025-05-02/A03.md", "# 村里办起农民夜校\n\n夜校每周开课两次。\n")
    summary = clean_archive(archive, out, rules)
    assert summary.worked == PAGES
    assert dict(contents(out)) == fresh(archive, tmp_path)


def test_other_times_on_the_same_bytes_cost_nothing(mine: tuple[Path, Path], rules: Rules) -> None:
    archive, out = mine
    clean_archive(archive, out, rules)
    before = (out / "articles.jsonl").stat().st_ctime_ns
    for path in archive.rglob("*.md"):
        os.utime(path, (1_700_000_000, 1_700_000_000))
    assert clean_archive(archive, out, rules).worked == 0
    assert (out / "articles.jsonl").stat().st_ctime_ns == before


def test_a_change_within_one_tick_of_the_clock_is_seen(tmp_path: Path, rules: Rules) -> None:
    page = tmp_path / "archive" / "2025-05-29" / "A01.md"
    write_page(page, "# 春耕开始\n\n今天农民下地了。\n", age=0)
    status = page.stat()
    clean_archive(tmp_path / "archive", tmp_path / "out", rules)
    page.write_text("# 春耕开始\n\n今天农民休息了。\n", encoding="utf-8")
    os.utime(page, ns=(status.st_mtime_ns, status.st_mtime_ns))
    clean_archive(tmp_path / "archive", tmp_path / "out", rules)
    assert "休息" in (tmp_path / "out/articles.jsonl").read_text(encoding="utf-8")


def test_an_edition_that_is_gone_goes(mine: tuple[Path, Path], tmp_path: Path, rules: Rules) -> None:
    archive, out = mine
    annotated = next((out / "2025-05-03").glob("A01-01*.md"))
    annotated.write_text("我的批注\n", encoding="utf-8")
    shutil.rmtree(archive / "2025-05-03")
    summary = clean_archive(archive, out, rules)
    assert summary.messages == [f"{annotated}: not removed, it was changed since pagefix wrote it"]
    annotated.unlink()
    annotated.parent.rmdir()
    assert dict(contents(out)) == fresh(archive, tmp_path)


def test_an_article_that_somebody_edited_is_set_beside(mine: tuple[Path, Path], rules: Rules) -> None:
    archive, out = mine
    edited = next((out / "2025-05-02").glob("A01-01*.md"))
    edited.write_text("我改过的文章\n", encoding="utf-8")
    page = archive / "2025-05-02/A03.md"
    write_page(page, page.read_text(encoding="utf-8") + "\n# 村里办起农民夜校\n\n夜校每周开课两次。\n")
    summary = clean_archive(archive, out, rules)
    beside = edited.with_suffix(".edited.md")
    assert beside.read_text(encoding="utf-8") == "我改过的文章\n"
    assert summary.messages == [f"{edited}: written anew; your version of it is now {beside.name}"]
    assert "老码头" in edited.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["articles.jsonl", "ledger.jsonl", "pages.jsonl", "2025-05-01/A02*.md"])
@pytest.mark.parametrize("how", ["gone", "spoilt"])
def test_what_was_lost_in_out_comes_back(
    mine: tuple[Path, Path], reference: Path, rules: Rules, name: str, how: str
) -> None:
    victim = next(mine[1].glob(name))
    if how == "gone":
        victim.unlink()
    elif victim.suffix == ".jsonl":
        victim.write_bytes(victim.read_bytes()[:-100])
    else:
        pytest.skip("an edited article is its editor's")
    assert clean_archive(*mine, rules).pages == DAYS * PAGES
    assert contents(mine[1], hidden=True) == contents(reference, hidden=True)


def test_a_spoilt_part_is_made_anew(mine: tuple[Path, Path], reference: Path, rules: Rules) -> None:
    for path in list((mine[1] / ".pagefix/parts").rglob("*.part"))[:2]:
        path.write_bytes(path.read_bytes()[:-7])
    (mine[1] / "pages.jsonl").unlink()
    clean_archive(*mine, rules)
    assert contents(mine[1], hidden=True) == contents(reference, hidden=True)


def test_other_rules_make_everything_anew(mine: tuple[Path, Path], rules: Rules) -> None:
    assert clean_archive(*mine, rules.choosing(min_score=0.99)).worked == DAYS * PAGES
    assert clean_archive(*mine, rules.choosing(min_score=0.99)).worked == 0
    assert clean_archive(*mine, rules, encoding="utf-8").worked == DAYS * PAGES


def test_the_late_page(archive: Path, reference: Path, tmp_path: Path, rules: Rules) -> None:
    late, out = tmp_path / "archive", tmp_path / "out"
    shutil.copytree(archive, late)
    for path in late.rglob("A01.md"):
        path.unlink()
    clean_archive(late, out, rules)
    rows = list(map(json.loads, (out / "articles.jsonl").read_text(encoding="utf-8").splitlines()))
    stubs = [row for row in rows if row["id"].endswith("/A02-01")]
    assert len(stubs) == DAYS
    assert all("A01" in row["continued_from"] for row in stubs)
    assert all(any("A01" in warning for warning in row["warnings"]) for row in stubs)
    shutil.copytree(archive, late, dirs_exist_ok=True)
    clean_archive(late, out, rules)
    assert contents(out, hidden=True) == contents(reference, hidden=True)
    whole = (out / "articles.jsonl").read_text(encoding="utf-8")
    assert "许多住在附近的老人在这里找到了年轻时挑担过江的回忆" in whole


def test_a_group_too_big_for_an_edition_is_cleaned_page_by_page(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "mine.toml").write_text(
        '[[number]]\nid = "layout.largest_edition"\nvalue = 3\nunit = "pages"\n'
        'reason = "So that five pages are too many."\n',
        encoding="utf-8",
    )
    rules = load_rules(folder)
    for name in ("a01.md", "A01.txt", "A02.md", "x.md", "y.md"):
        write_page(tmp_path / "archive" / name, "# 春耕开始\n\n今天，全县的农民下\n\n地了。\n")
    summary = clean_archive(tmp_path / "archive", tmp_path / "out", rules)
    assert (summary.pages, summary.editions) == (5, 5)
    rows = (tmp_path / "out/articles.jsonl").read_text(encoding="utf-8").splitlines()
    names = [json.loads(row)["id"] for row in rows]
    assert names == ["A01-01", "a01.2-01", "A02-01", "x-01", "y-01"]
    assert len(list((tmp_path / "out").glob("*.md"))) == 5
    assert clean_archive(tmp_path / "archive", tmp_path / "out", rules).worked == 0


def test_papers_are_kept_apart(tmp_path: Path, rules: Rules) -> None:
    text = "# 春耕开始\n\n今天，全县的农民下\n\n地了。\n"
    for name in ("RMRB/2025-05-29/A01.md", "rmrb/2025-05-29/A01.md", "2025-05-29/A01.md"):
        write_page(tmp_path / "archive" / name, text)
    write_page(tmp_path / "archive/20250529_A02.md", text)
    summary = clean_archive(tmp_path / "archive", tmp_path / "out", rules)
    assert (summary.pages, summary.editions) == (4, 3)
    files = sorted(p.relative_to(tmp_path / "out").as_posix() for p in (tmp_path / "out").rglob("A*.md"))
    assert files == [
        "2025-05-29/A01-01-春耕开始.md",
        "2025-05-29/A02-01-春耕开始.md",
        "RMRB/2025-05-29/A01-01-春耕开始.md",
        "rmrb/2025-05-29-2/A01-01-春耕开始.md",
    ]


def test_one_layout_by_name(tmp_path: Path, rules: Rules) -> None:
    write_page(tmp_path / "archive/1998-01-15/20250529_A02.md", "# 春耕开始\n\n今天，农民下地了。\n")
    for layout, edition in (("date_folder", "1998-01-15"), ("layout.dated_file", "1998-01-15/2025-05-29")):
        clean_archive(tmp_path / "archive", tmp_path / "out", rules, layout=layout)
        row = json.loads((tmp_path / "out/articles.jsonl").read_text(encoding="utf-8"))
        assert row["edition"] == edition
    with pytest.raises(UsageError, match="did you mean dated_file"):
        clean_archive(tmp_path / "archive", tmp_path / "out", rules, layout="dated_fil")
