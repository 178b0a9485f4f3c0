"""Proofs of many files, in their order, in this process or in several."""

from __future__ import annotations

import pickle
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from pagefix.errors import PageError
from pagefix.inplace.files import read_bytes
from pagefix.inplace.proofs import Proof, pull_proof
from pagefix.processes import may_start_processes, worker_processes
from pagefix.rules import Rules

# Files in hand for each process: enough that a long page keeps none of the others waiting.
_AHEAD = 8

Pulled = Proof | PageError


class Named(NamedTuple):
    """A file, and what to call it in messages."""

    path: Path
    name: str


def pull_proofs(
    files: Iterable[Named], rules: Rules, encoding: str | None, jobs: int = 1
) -> Iterator[tuple[Named, Pulled]]:
    """Reads and mends each file; yields its proof, or the error that sets it aside, in their order.

    ``jobs``: so many processes do it, unless this one is daemonic.  Where one dies, the files that
    were in hand are tried again one by one, and one that it dies of again is set aside.
    """
    if jobs < 2 or not may_start_processes():
        return ((file, _pulled(file, rules, encoding)) for file in files)
    return _in_processes(iter(files), pickle.dumps(rules), encoding, jobs)


def _in_processes(
    files: Iterator[Named], rules: bytes, encoding: str | None, jobs: int
) -> Iterator[tuple[Named, Pulled]]:
    crew: Executor = worker_processes(jobs)
    waiting: deque[tuple[Named, Future[Pulled]]] = deque()
    suspects: deque[Named] = deque()
    try:
        while True:
            while not suspects and len(waiting) < _AHEAD * jobs and (file := next(files, None)) is not None:
                waiting.append((file, _handed_in(crew, file, rules, encoding)))
            if suspects:
                file = suspects.popleft()
                try:
                    yield file, _handed_in(crew, file, rules, encoding).result()
                except BrokenExecutor:
                    crew = _another(crew, jobs)
                    yield file, _died(file)
            elif waiting:
                file, future = waiting.popleft()
                try:
                    yield file, future.result()
                except BrokenExecutor:
                    crew = _another(crew, jobs)
                    suspects.extend([file, *(later for later, _ in waiting)])
                    waiting.clear()
            else:
                return
    finally:
        crew.shutdown(wait=True, cancel_futures=True)


def _handed_in(crew: Executor, file: Named, rules: bytes, encoding: str | None) -> Future[Pulled]:
    try:
        return crew.submit(_pulled_with, file, rules, encoding)
    except BrokenExecutor as fault:
        broken: Future[Pulled] = Future()
        broken.set_exception(fault)
        return broken


def _another(crew: Executor, jobs: int) -> Executor:
    crew.shutdown(wait=True, cancel_futures=True)
    return worker_processes(jobs)


def _died(file: Named) -> PageError:
    return PageError(
        "the process that read it died (killed, or out of memory)", place=file.name, remedy="try it alone"
    )


def _pulled_with(file: Named, rules: bytes, encoding: str | None) -> Pulled:
    return _pulled(file, _thawed(rules), encoding)


@lru_cache(maxsize=2)
def _thawed(rules: bytes) -> Rules:
    # Once a process, not once a file: patterns are compiled when they are first used.
    found = pickle.loads(rules)
    assert isinstance(found, Rules)
    return found


def _pulled(file: Named, rules: Rules, encoding: str | None) -> Pulled:
    try:
        return pull_proof(read_bytes(*file), file.name, rules, encoding)
    except PageError as fault:
        return fault
