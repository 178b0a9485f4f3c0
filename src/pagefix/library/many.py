"""Many pages, each alone, in this process or in any executor."""

from __future__ import annotations

import os
import pickle
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pagefix.errors import PageError, PagefixError
from pagefix.library.pages import clean_page, read
from pagefix.model import Cleaned
from pagefix.rules import Rules


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one file: ``cleaned``, or the ``error`` that kept it from being cleaned."""

    path: Path
    cleaned: Cleaned | None = None
    error: PagefixError | None = None


def clean_many(
    paths: Iterable[str | os.PathLike[str]],
    executor: Executor | None = None,
    *,
    root: str | os.PathLike[str] | None = None,
    encoding: str | None = None,
    rules: Rules | None = None,
    in_flight: int = 64,
) -> Iterator[Result]:
    """Reads and cleans each file as a page of its own; yields the results in the order of ``paths``.

    A page that fails is a result with its error, and the others go on.  ``executor`` is any
    :class:`concurrent.futures.Executor` (threads, processes, Dask's ``client.get_executor()``);
    without one everything happens here.  At most ``in_flight`` pages are with the executor at a
    time, and ``paths`` is read no further than that, so memory does not grow with the archive.
    The executor stays open; pages that are waiting when the iterator is closed are cancelled.
    ``root``, ``encoding`` and ``rules`` are those of :func:`read`.

    Raises :class:`concurrent.futures.BrokenExecutor` where a worker was killed, and ValueError
    for an ``in_flight`` below 1.
    """
    if in_flight < 1:
        raise ValueError("in_flight must be at least 1")
    base = None if root is None else Path(root)
    if executor is None:
        return (_clean(Path(path), base, encoding, rules) for path in paths)
    return _stream(map(Path, paths), executor, base, encoding, rules, in_flight)


def _stream(
    paths: Iterator[Path],
    executor: Executor,
    root: Path | None,
    encoding: str | None,
    rules: Rules | None,
    in_flight: int,
) -> Iterator[Result]:
    packed = None if rules is None else pickle.dumps(rules)
    waiting: deque[Future[Result]] = deque()
    try:
        for path in paths:
            waiting.append(executor.submit(_clean_packed, path, root, encoding, packed))
            if len(waiting) >= in_flight:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()


def _clean_packed(path: Path, root: Path | None, encoding: str | None, packed: bytes | None) -> Result:
    return _clean(path, root, encoding, None if packed is None else _unpacked(packed))


@lru_cache(maxsize=2)
def _unpacked(packed: bytes) -> Rules:
    # Once a worker, not once a page: patterns are compiled when they are first used.
    rules: Rules = pickle.loads(packed)
    return rules


def _clean(path: Path, root: Path | None, encoding: str | None, rules: Rules | None) -> Result:
    try:
        return Result(path, clean_page(read(path, root=root, encoding=encoding, rules=rules), rules=rules))
    except PagefixError as fault:
        return Result(path, error=fault)
    except Exception as fault:
        what = f"{type(fault).__name__}: {fault}"
        remedy = "a fault of pagefix's own: please report it with this page"
        return Result(path, error=PageError(what, place=str(path), remedy=remedy))
