"""Where the work is done: in this thread, in processes of our own, on Dask, or wherever the caller says.

The library starts no process unless it is told to; whatever the executor is, the same
functions run in it.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pagefix.archive.outdir import Places, clear_folder
from pagefix.errors import UsageError

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
    """An executor, and how to get another one where it breaks."""

    def __init__(
        self, executor: Executor, workers: int | None, anew: Callable[[], Executor] | None = None
    ) -> None:
        self.executor = executor
        self._workers = workers
        self._anew = anew

    @property
    def window(self) -> int:
        """How many tasks may be in hand at once."""
        if isinstance(self.executor, Here):
            return 1
        return _AHEAD * int(self._workers or getattr(self.executor, "_max_workers", None) or _MANY)

    def renew(self, fault: BaseException) -> None:
        """Replaces an executor that a dying worker broke.

        Raises :class:`~pagefix.errors.UsageError` where it is the caller's, who alone can replace it.
        """
        if not isinstance(fault, BrokenExecutor):
            return
        if self._anew is None:
            raise UsageError(
                "a worker died and took the executor with it",
                remedy="run again with a new one: what is finished is kept",
            )
        self.executor.shutdown(wait=True, cancel_futures=True)
        self.executor = self._anew()

    def close(self) -> None:
        """Ends an executor of our own; the caller's goes on."""
        if self._anew is not None:
            self.executor.shutdown(wait=True, cancel_futures=True)


def is_death(fault: BaseException) -> bool:
    """Whether a task failed because its worker died, and not by a fault of its own.

    Dask's KilledWorker is known by its name: distributed need not be installed.
    """
    return isinstance(fault, BrokenExecutor) or any(k.__name__ == "KilledWorker" for k in type(fault).__mro__)


def may_start_processes() -> bool:
    """False in a daemonic process (a worker of Celery or Airflow), which may have no children."""
    return not multiprocessing.current_process().daemon


@contextmanager
def crew_of(executor: Executor | None, jobs: int | None, places: Places) -> Iterator[Crew]:
    """The crew for a run: the caller's executor, or ``jobs`` processes, or none but this one."""
    if executor is not None:
        crew = Crew(executor, jobs)
    elif jobs is None or jobs < 2 or not may_start_processes():
        crew = Crew(Here(), 1)
    else:
        crew = Crew(_processes(jobs, places), jobs, lambda: _processes(jobs, places))
    try:
        yield crew
    finally:
        crew.close()
        clear_folder(places.crew)


def _processes(jobs: int, places: Places) -> ProcessPoolExecutor:
    # No forks of this process: one with threads may hang, and holds its memory.  Where the system
    # has it, a server of forks loads once what all workers need; else each is a fresh interpreter.
    served = "forkserver" in multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if served else "spawn")
    if served:
        context.set_forkserver_preload(["pagefix.archive.warm"])
    return ProcessPoolExecutor(
        jobs,
        mp_context=context,
        initializer=_begin_work,
        initargs=(str(places.crew),),
    )


def _begin_work(crew: str) -> None:
    """Makes a process of ours a good worker: it leaves Ctrl-C to its parent and dies with it."""
    from filelock import FileLock

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Path(crew).mkdir(parents=True, exist_ok=True)
    # Held as long as the process lives, so that a later run can wait for it.
    _held.append(FileLock(Path(crew) / f"{os.getpid()}.lock"))
    _held[0].acquire()
    threading.Thread(target=_die_with_parent, daemon=True).start()


_held: list[Any] = []


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
