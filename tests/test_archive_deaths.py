"""What a run survives: dead workers, a page that kills, a killed run, a second run on one OUT."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from pagefix.archive import Progress, clean_archive
from pagefix.archive.cleaning import failure_of
from pagefix.errors import PageError
from pagefix.rules import Rules, load_rules
from tests.support.archives import command, contents, make_archive, run, write_page

pytestmark = pytest.mark.skipif(os.name == "nt", reason="POSIX signals")

# A hundred before a release: PAGEFIX_KILLS=100 pytest tests/test_archive_deaths.py -k kill_9
KILLS = int(os.environ.get("PAGEFIX_KILLS", "4"))

# Python runs this when it starts, so that every worker dies over the page named deadly.
_DEADLY = """
import os, signal
import pagefix.reading
real = pagefix.reading.read_page
def read_page(path, *more, **named):
    if "deadly" in path.name:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(path, *more, **named)
pagefix.reading.read_page = read_page
"""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_archive(tmp_path_factory.mktemp("made") / "archive", days=8, pages=2)


@pytest.fixture(scope="module")
def marked(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with its reprints marked."""
    out = tmp_path_factory.mktemp("marked") / "out"
    assert run("clean", archive, "--out", out, "--jobs", "1").returncode == 0
    return out


@pytest.fixture(scope="module")
def reference(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("reference") / "out"
    clean_archive(archive, out, load_rules())
    return out


def begin(archive: Path, out: Path, marks: str = "--no-reprints") -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command("clean", archive, "--out", out, "--jobs", "2", "--quiet", marks),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def wait_for(out: Path, pattern: str, patience: float = 60.0) -> list[Path]:
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if found := list(out.glob(pattern)):
            return found
        time.sleep(0.01)
    raise AssertionError(f"no {pattern} in {out} after {patience} s")


def make_older(archive: Path, older: Path, out: Path, marks: str) -> None:
    """OUT as it was when the archive lacked an edition, had one more, and had other words on two pages."""
    shutil.copytree(archive, older)
    shutil.rmtree(older / "2025-05-02")
    shutil.copytree(older / "2025-05-03", older / "2025-05-30")
    for name in ("2025-05-04/A01.md", "2025-05-08/A02.md"):
        write_page(older / name, "# 短讯\n\n昨天下了一场大雨。\n", age=7200)
    assert run("clean", older, "--out", out, "--jobs", "1", marks).returncode == 0


@pytest.mark.parametrize("seed", range(KILLS))
def test_kill_9_at_any_moment(
    archive: Path, reference: Path, marked: Path, tmp_path: Path, seed: int
) -> None:
    """The run after the killed one ends with the bytes of a run that nobody disturbed.

    Half of the killed runs are first ones, half bring an older OUT up to date.
    """
    chance = random.Random(seed)
    marks = "--reprints" if seed % 2 else "--no-reprints"
    out = tmp_path / "out"
    late = seed % 4 > 1
    if late:
        make_older(archive, tmp_path / "older" / archive.name, out, marks)
    for _ in range(chance.randint(1, 2)):
        process = begin(archive, out, marks)
        if chance.random() < 0.7 and not late:
            # From the first finished edition on: before it there is nothing to lose.
            wait_for(out, ".pagefix/parts/*/*.part")
            time.sleep(chance.uniform(0.0, 1.0))
        else:
            time.sleep(chance.uniform(0.0, 3.0))
        if chance.random() < 0.5:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()  # its workers are on their own
        process.wait()
    found = [] if late else (out / ".pagefix/parts").glob("*/*.part")
    parts = {path: path.stat().st_mtime_ns for path in found}
    done = run("clean", archive, "--out", out, "--jobs", "2", "--json", marks)
    assert done.returncode == 0, done.stderr
    if seed % 2:
        assert contents(out) == contents(marked)
    else:
        assert contents(out, hidden=True) == contents(reference, hidden=True)
    for path, written in parts.items():
        assert path.stat().st_mtime_ns == written, "a finished edition was cleaned again"


def test_a_killed_worker_costs_a_retry(archive: Path, reference: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    process = begin(archive, out)
    wait_for(out, ".pagefix/parts/*/*.part")
    worker = next(iter(wait_for(out, ".pagefix/crew/*.lock")))
    os.kill(int(worker.stem), signal.SIGKILL)
    assert process.wait(120) == 0
    assert contents(out, hidden=True) == contents(reference, hidden=True)


def test_a_page_that_kills_its_worker_is_set_aside(archive: Path, reference: Path, tmp_path: Path) -> None:
    mine, out = tmp_path / "archive", tmp_path / "out"
    shutil.copytree(archive, mine)
    deadly = mine / "2025-05-03" / "deadly.md"
    deadly.write_text("# 标题\n\n这一页让读它的人死去。\n", encoding="utf-8")
    (tmp_path / "site").mkdir()
    (tmp_path / "site/sitecustomize.py").write_text(_DEADLY, encoding="utf-8")
    done = run(
        "clean",
        mine,
        "--out",
        out,
        "--jobs",
        "2",
        "--json",
        "--no-reprints",
        env={"PYTHONPATH": str(tmp_path / "site")},
    )
    assert done.returncode == 3, done.stderr
    assert json.loads(done.stdout)["failed"] == ["2025-05-03/deadly.md"]
    row = json.loads((out / "failed.jsonl").read_text(encoding="utf-8"))
    assert row["page"] == "2025-05-03/deadly.md"
    assert "killed, or out of memory" in row["reason"]
    books = dict(contents(out))
    del books["failed.jsonl"]
    assert books == contents(reference)
    # Memory may be free the next time: such a page is tried again, and no other is.
    done = run("clean", mine, "--out", out, "--json", "--no-reprints")
    assert (done.returncode, json.loads(done.stdout)["worked"]) == (0, 3)
    assert not (out / "failed.jsonl").exists()
    assert "这一页让读它的人死去" in (out / "articles.jsonl").read_text(encoding="utf-8")


def test_two_runs_on_one_out_are_kept_apart(archive: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, time\nfrom pathlib import Path\nfrom pagefix.archive.outdir import at_work, locked\n"
            "with locked(Path(sys.argv[1])) as places, at_work(places):\n"
            "    print('held', flush=True)\n    time.sleep(600)",
            str(out),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    before = contents(out, hidden=True)
    done = run("clean", archive, "--out", out)
    assert done.returncode == 2
    assert f"another run is writing here (process {holder.pid} on " in done.stderr
    assert "wait for it, or choose another OUT" in done.stderr
    assert contents(out, hidden=True) == before
    holder.kill()
    holder.wait()
    done = run("clean", archive, "--out", out, "--jobs", "1")
    assert done.returncode == 0, done.stderr


def _in_a_daemon(archive: Path, out: Path) -> None:
    assert multiprocessing.current_process().daemon
    clean_archive(archive, out, load_rules(), jobs=2)


def test_a_daemonic_worker_may_clean(archive: Path, reference: Path, tmp_path: Path) -> None:
    """Celery's and Airflow's workers may have no children; there the work is done in place."""
    process = multiprocessing.get_context("spawn").Process(
        target=_in_a_daemon, args=(archive, tmp_path / "out"), daemon=True
    )
    process.start()
    process.join(120)
    assert process.exitcode == 0
    assert contents(tmp_path / "out", hidden=True) == contents(reference, hidden=True)


def test_the_library_starts_no_process(
    archive: Path, tmp_path: Path, rules: Rules, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(subprocess.Popen, "__init__", refuse)
    monkeypatch.setattr(multiprocessing.process.BaseProcess, "start", refuse)
    assert clean_archive(archive, tmp_path / "out", rules).pages == 16


def test_a_full_disk_is_told_and_loses_nothing(archive: Path, reference: Path, tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk: the books are bigger than any part."""
    out = tmp_path / "out"
    size = (reference / "articles.jsonl").stat().st_size // 2
    clean = command("clean", archive, "--out", out, "--no-reprints")
    script = f"ulimit -f {size // 1024}; exec {' '.join(clean)} --jobs 1"
    done = subprocess.run(
        ["bash", "-c", f"trap '' XFSZ; {script}"], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 2, done.stderr
    assert "cannot write here: File too large" in done.stderr
    assert "what is finished is kept" in done.stderr
    assert run("clean", archive, "--out", out, "--no-reprints").returncode == 0
    assert contents(out, hidden=True) == contents(reference, hidden=True)


@pytest.mark.parametrize("way", ["fork", "spawn"])
def test_a_worker_of_the_callers_executor_is_killed(
    archive: Path, reference: Path, tmp_path: Path, rules: Rules, way: str
) -> None:
    """Nobody but the caller can mend the executor, so this thread does the rest."""
    out = tmp_path / "out"
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context(way)) as workers:

        def kill(_: object) -> None:
            if processes := dict(workers._processes):
                os.kill(next(iter(processes)), signal.SIGKILL)

        summary = clean_archive(archive, out, rules, executor=workers, progress=_once("cleaning", kill))
        with pytest.raises(BrokenExecutor):
            workers.submit(os.getpid)
    assert contents(out, hidden=True) == contents(reference, hidden=True)
    assert any("the executor broke" in message for message in summary.messages)


def _once(stage: str, what: Callable[[Progress], None]) -> Callable[[Progress], None]:
    seen: list[Progress] = []

    def report(state: Progress) -> None:
        if state.stage == stage and not seen:
            seen.append(state)
            what(state)

    return report


def test_a_page_that_kills_the_callers_workers_is_set_aside(
    archive: Path, reference: Path, tmp_path: Path, rules: Rules, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is tried once more in a process of its own, never in the caller's."""
    mine, out = tmp_path / "archive", tmp_path / "out"
    shutil.copytree(archive, mine)
    (mine / "2025-05-03" / "deadly.md").write_text("# 标题\n\n这一页让读它的人死去。\n", encoding="utf-8")
    (tmp_path / "site").mkdir()
    (tmp_path / "site/sitecustomize.py").write_text(_DEADLY, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"))
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as workers:
        summary = clean_archive(mine, out, rules, executor=workers)
    assert [failure.page for failure in summary.failures] == ["2025-05-03/deadly.md"]
    books = dict(contents(out))
    del books["failed.jsonl"]
    assert books == contents(reference)
    # Nothing kills here: the page is tried again, and no other is.
    summary = clean_archive(mine, out, rules)
    assert (summary.failed, summary.worked) == (0, 3)


def test_where_no_process_may_be_started_the_suspects_are_set_aside(
    archive: Path, reference: Path, tmp_path: Path, rules: Rules, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pagefix.archive.executors.may_start_processes", lambda: False)
    out = tmp_path / "out"
    summary = clean_archive(archive, out, rules, executor=_Breaks(at=3))
    failed = {failure.page.split("/")[0] for failure in summary.failures}
    assert failed == {"2025-05-03", "2025-05-04"}
    assert (summary.failed, summary.pages) == (4, 12)
    # They are tried again in every run.
    summary = clean_archive(archive, out, rules)
    assert (summary.failed, summary.worked) == (0, 4)
    assert contents(out) == contents(reference)


class _Breaks(Executor):
    """Has two tasks in hand when the third breaks it."""

    _max_workers = 1

    def __init__(self, at: int) -> None:
        self._left = at

    def submit(self, task: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self._left -= 1
        if self._left <= 0:
            future.set_exception(BrokenExecutor("a worker died"))
        else:
            future.set_result(task(*args, **kwargs))
        return future


def test_a_fault_that_nobody_foresaw_says_what_it_was() -> None:
    failure = failure_of("2025-05-03/A01.md", KeyError("headline"))
    assert failure.reason.endswith("(please report it with the page): KeyError: 'headline'")


@pytest.mark.parametrize("fault", [PageError("a.md: binary"), FileNotFoundError(2, "No such file")])
def test_a_fault_with_words_of_its_own_keeps_them(fault: Exception) -> None:
    assert failure_of("a.md", fault).reason == str(fault)
