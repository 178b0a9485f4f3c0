"""Where the work is done: in this thread, in processes of our own, on Dask, or wherever the caller says.

The library starts no process unless it is told to; whatever the executor is, the same
functions run in it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pagefix.archive.outdir import Places, clear_folder
from pagefix.processes import may_start_processes, worker_processes

# Tasks in hand for each worker: one at work, one waiting, so that none is idle.
_AHEAD = 2
# For an executor that does not say how many workers it has.
_MANY = 32


class Here(Executor):
    """Runs each task at once, in the thread that hands it in."""

    def submit(self, task: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """The future is done when this returns."""
        future: Future[Any] = Future()
        try:
            future.set_result(task(*args, **kwargs))
        except Exception as fault:
            future.set_exception(fault)
        return future


class Crew:
    """An executor, and what to do where a dying worker breaks it.

    One of our own is replaced (``anew``).  A caller's can only be replaced by the caller: this
    thread does the rest, and what may have killed the worker goes to a process of its own
    (``alone``), so that it cannot kill this one.
    """

    def __init__(
        self,
        executor: Executor,
        workers: int | None,
        *,
        anew: Callable[[], Executor] | None = None,
        alone: Callable[[], Executor | None] = lambda: None,
    ) -> None:
        self.executor = executor
        self.broken = False
        self._workers = workers
        self._anew = anew
        self._alone = alone
        self._child: Executor | None = None

    @property
    def window(self) -> int:
        """How many tasks may be in hand at once."""
        if isinstance(self.executor, Here):
            return 1
        return _AHEAD * int(self._workers or getattr(self.executor, "_max_workers", None) or _MANY)

    @property
    def trial(self) -> Executor | None:
        """Where to try what may have killed a worker; None where no process can be started for it."""
        if not self.broken:
            return self.executor
        if self._child is None:
            self._child = self._alone()
        return self._child

    def renew(self, fault: BaseException) -> None:
        """Replaces an executor that a dying worker broke; others go on."""
        if not isinstance(fault, BrokenExecutor):
            return
        if self._anew is not None:
            self.executor.shutdown(wait=True, cancel_futures=True)
            self.executor = self._anew()
        elif self._child is not None:
            self._child.shutdown(wait=True, cancel_futures=True)
            self._child = None
        else:
            self.executor, self.broken = Here(), True

    def close(self) -> None:
        """Ends executors of our own; the caller's goes on."""
        for executor in (self.executor if self._anew is not None else None, self._child):
            if executor is not None:
                executor.shutdown(wait=True, cancel_futures=True)


def is_death(fault: BaseException) -> bool:
    """Whether a task failed because its worker died, and not by a fault of its own.

    Dask's KilledWorker is known by its name: distributed need not be installed.
    """
    return isinstance(fault, BrokenExecutor) or any(k.__name__ == "KilledWorker" for k in type(fault).__mro__)


@contextmanager
def crew_of(executor: Executor | None, jobs: int | None, places: Places) -> Iterator[Crew]:
    """The crew for a run: the caller's executor, or ``jobs`` processes, or none but this one."""
    if executor is not None:
        crew = Crew(executor, jobs, alone=lambda: _one_process(executor, places))
    elif jobs is None or jobs < 2 or not may_start_processes():
        crew = Crew(Here(), 1)
    else:
        crew = Crew(_processes(jobs, places), jobs, anew=lambda: _processes(jobs, places))
    try:
        yield crew
    finally:
        crew.close()
        clear_folder(places.crew)


def _processes(jobs: int, places: Places) -> ProcessPoolExecutor:
    return worker_processes(jobs, _hold_lock, str(places.crew), warm="pagefix.archive.warm")


def _one_process(like: Executor, places: Places) -> Executor | None:
    """A worker process beside a caller's broken executor, started as that one starts its own.

    None where it cannot be: in a daemonic process, and where the caller's program does not bear
    to be started again.
    """
    if not may_start_processes():
        return None
    way = getattr(like, "_mp_context", None)
    child = worker_processes(1, _hold_lock, str(places.crew), way=way)
    try:
        child.submit(os.getpid).result()
    except BrokenExecutor:
        child.shutdown()
        return None
    return child


def _hold_lock(crew: str) -> None:
    """Takes a lock for as long as the process lives, so that a later run can wait for it."""
    from filelock import FileLock

    Path(crew).mkdir(parents=True, exist_ok=True)
    lock = FileLock(Path(crew) / f"{os.getpid()}.lock")
    lock.acquire()
    _held.append(lock)


_held: list[Any] = []
