"""Worker processes of pagefix's own: fresh interpreters that leave Ctrl-C to their parent and die with it."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.context import BaseContext
from typing import Any

# A page is many small things that do not hold each other: looking for rings among them at Python's
# own pace took 4 % of a worker's time, at this one 1 %.
_GARBAGE = (20_000, 20, 20)


def may_start_processes() -> bool:
    """False in a daemonic process (a worker of Celery or Airflow), which may have no children."""
    return not multiprocessing.current_process().daemon


def worker_processes(
    jobs: int,
    begin: Callable[..., None] | None = None,
    *args: Any,
    way: BaseContext | None = None,
    warm: str = "",
) -> ProcessPoolExecutor:
    """An executor of ``jobs`` processes, each of which calls ``begin`` with ``args`` first.

    ``way`` is how they are started.  Without it they are no forks of this process: one with
    threads may hang, and holds its memory.  Where the system has it, a server of forks imports
    the module ``warm`` once for all of them; else each is a fresh interpreter.
    """
    if way is None and warm and "forkserver" in multiprocessing.get_all_start_methods():
        way = multiprocessing.get_context("forkserver")
        way.set_forkserver_preload([warm])
    return ProcessPoolExecutor(
        jobs,
        mp_context=way or multiprocessing.get_context("spawn"),
        initializer=_begin,
        initargs=(begin, args),
    )


def _begin(begin: Callable[..., None] | None, args: tuple[Any, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(*_GARBAGE)
    if begin is not None:
        begin(*args)
    threading.Thread(target=_die_with_parent, daemon=True).start()


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
