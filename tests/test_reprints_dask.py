"""The same bytes from Dask's workers, also where one of them is killed in the middle."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from pagefix.cli.scheduler import dask_client
from pagefix.errors import UsageError
from pagefix.reprints import find_reprints
from pagefix.reprints.cluster import DaskWorkers
from pagefix.rules import load_rules
from tests.support.printings import Desk, article, write_out

pytest.importorskip("distributed")
RULES = load_rules()


def lines(stories: int, seed: int) -> list[str]:
    desk = Desk(seed)
    printed = [desk.story(3, 110) for _ in range(stories)]
    first = [article("2025-03-01", n, story) for n, story in enumerate(printed, 1)]
    return first + [article("2025-03-02", n, desk.misread(s, 0.02)) for n, s in enumerate(printed[:60], 1)]


def all_files(out: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in out.iterdir() if p.is_file()}


def books(out: Path) -> bytes:
    (path,) = (out / ".pagefix/reprints/article").glob("pairs-*")
    return path.read_bytes()


def test_two_workers_one_killed_give_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Small batches, so that there is a middle in which a worker can die.
    monkeypatch.setattr("pagefix.reprints.update._BATCH_BYTES", 60_000)
    monkeypatch.setattr("pagefix.reprints.update._ALIGN", 8)
    printed = lines(700, seed=1)
    here, there = write_out(tmp_path / "here", printed), write_out(tmp_path / "there", printed)
    assert find_reprints([here], RULES).clusters == 60
    killed: list[int] = []
    with dask_client("local:2") as client:
        workers = DaskWorkers(client)
        processes = set(client.run(os.getpid).values())
        assert len(processes) == 2
        signed = workers.sign

        def sign(batches, scheme):  # type: ignore[no-untyped-def]
            for n, batch in enumerate(signed(batches, scheme)):
                if n == 4:
                    victim = min(processes)
                    os.kill(victim, signal.SIGKILL)
                    killed.append(victim)
                yield batch

        monkeypatch.setattr(DaskWorkers, "sign", lambda _, *work: sign(*work))  # type: ignore[no-untyped-call]
        assert find_reprints([there], RULES, workers=workers).clusters == 60
    assert killed
    assert not _alive(killed[0])
    assert all_files(there) == all_files(here)
    assert books(there) == books(here)


def test_a_day_on_a_cluster_at_an_address(tmp_path: Path) -> None:
    from distributed import LocalCluster

    printed = lines(120, seed=2)
    here, there = write_out(tmp_path / "here", printed), write_out(tmp_path / "there", printed[:150])
    find_reprints([here], RULES)
    with (
        LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None) as cluster,
        dask_client(cluster.scheduler_address) as client,
    ):
        workers = DaskWorkers(client)
        find_reprints([there], RULES, workers=workers)
        write_out(there, printed)
        find_reprints([there], RULES, workers=workers)
    assert all_files(there) == all_files(here)


@pytest.mark.parametrize(
    ("scheduler", "said"),
    [
        ("local:", "number of processes"),
        ("local:0", "number of processes"),
        ("nowhere", "no Dask scheduler answers"),
    ],
)
def test_schedulers_that_are_none(scheduler: str, said: str) -> None:
    with pytest.raises(UsageError, match=said), dask_client(scheduler):
        pass


def _alive(pid: int) -> bool:
    for _ in range(50):
        try:
            state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").split()[2]
        except OSError:
            return False
        if state == "Z":
            return False
        time.sleep(0.1)
    return True
