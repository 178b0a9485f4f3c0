"""The same functions on Dask: the same bytes, also where a Dask worker is killed."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from pagefix.archive import clean_archive
from pagefix.rules import Rules
from tests.support.archives import contents, make_archive, run
from tests.support.lessons import taught_pages, write_archive

distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_archive(tmp_path_factory.mktemp("made") / "archive", days=6, pages=2)


def test_an_executor_of_dask_and_a_killed_worker(archive: Path, tmp_path: Path, rules: Rules) -> None:
    clean_archive(archive, tmp_path / "reference", rules)
    out = tmp_path / "out"
    with distributed.Client(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as client:
        victim = min(client.run(os.getpid).values())

        def kill() -> None:
            while not list(out.glob(".pagefix/parts/*/*.part")):
                time.sleep(0.01)
            os.kill(victim, signal.SIGKILL)

        killer = threading.Thread(target=kill)
        killer.start()
        clean_archive(archive, out, rules, executor=client.get_executor(), jobs=2)
        killer.join(60)
        assert client.submit(os.getpid, pure=False).result() != victim
    assert contents(out, hidden=True) == contents(tmp_path / "reference", hidden=True)


def test_a_scheduler_on_the_command_line(archive: Path, tmp_path: Path, rules: Rules) -> None:
    clean_archive(archive, tmp_path / "reference", rules)
    done = run(
        "clean", archive, "--out", tmp_path / "out", "--scheduler", "local:2", "--quiet", "--no-reprints"
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert contents(tmp_path / "out", hidden=True) == contents(tmp_path / "reference", hidden=True)


def test_what_an_archive_teaches_is_followed_on_dask(tmp_path: Path, rules: Rules) -> None:
    archive = write_archive(tmp_path / "archive", taught_pages())
    clean_archive(archive, tmp_path / "reference", rules)
    with distributed.Client(n_workers=2, threads_per_worker=1, dashboard_address=None) as client:
        clean_archive(archive, tmp_path / "out", rules, executor=client.get_executor(), jobs=2)
    assert contents(tmp_path / "out", hidden=True) == contents(tmp_path / "reference", hidden=True)


@pytest.mark.parametrize(
    ("scheduler", "message"), [("local:none", "write local:4"), ("tcp://127.0.0.1:9", "check the address")]
)
def test_a_scheduler_that_is_none(archive: Path, tmp_path: Path, scheduler: str, message: str) -> None:
    done = run("clean", archive, "--out", tmp_path / "out", "--scheduler", scheduler)
    assert (done.returncode, message in done.stderr) == (2, True), done.stderr
    assert not (tmp_path / "out").exists()
