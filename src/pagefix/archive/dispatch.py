"""Handing editions out to workers, to be heard or cleaned, and what to do when one dies over its work."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from dataclasses import dataclass
from typing import Any, NamedTuple

from pagefix.archive.cleaning import Orders, Receipt, clean_part, read_lessons, try_page
from pagefix.archive.executors import Crew, is_death
from pagefix.archive.folders import Edition
from pagefix.archive.summary import Failure
from pagefix.errors import UsageError

_DIED = "the worker that read it died (killed, or out of memory)"


@dataclass(frozen=True, slots=True)
class _Dead:
    """A task whose worker died, or broke under it while it waited."""

    edition: Edition
    fault: BaseException


def carry_out(orders: Orders, editions: Iterable[Edition], crew: Crew) -> Iterator[Receipt]:
    """Has every edition cleaned, in whatever order they finish.

    Only a handful is in hand at a time.  A worker that dies costs one retry of what it
    had in hand, then single pages, and then the page that it dies of is set aside.
    """
    waiting: dict[Future[Receipt], Edition] = {}
    try:
        for edition in editions:
            waiting[_hand_out(crew.executor, clean_part, orders, edition)] = edition
            if len(waiting) >= crew.window:
                yield from _collect(orders, waiting, crew)
        while waiting:
            yield from _collect(orders, waiting, crew)
    finally:
        for future in waiting:
            future.cancel()


class Batch(NamedTuple):
    """Editions, and the lesson of each if they are known."""

    editions: tuple[Edition, ...]
    lessons: list[str] | None


def hear_lessons(orders: Orders, batches: Iterable[Batch], crew: Crew) -> Iterator[tuple[Edition, str]]:
    """Every edition with its lesson, in the order of the batches; those that are not known are read.

    An edition that kills its worker has nothing to say.
    """
    waiting: deque[tuple[Batch, Future[list[str]] | None]] = deque()

    def first() -> Iterator[tuple[Edition, str]]:
        batch, future = waiting.popleft()
        if future is None:
            lessons = batch.lessons or []
        elif (fault := _fault_of(future)) is None:
            lessons = future.result()
        elif is_death(fault):
            crew.renew(fault)
            alone = (_survived(crew, read_lessons, orders, (edition,)) for edition in batch.editions)
            lessons = [found[0] if found else "" for found in alone]
        else:
            raise fault
        yield from zip(batch.editions, lessons, strict=True)

    try:
        for batch in batches:
            known = batch.lessons is not None
            waiting.append(
                (batch, None if known else _hand_out(crew.executor, read_lessons, orders, batch.editions))
            )
            if len(waiting) >= crew.window:
                yield from first()
        while waiting:
            yield from first()
    finally:
        for _, future in waiting:
            if future is not None:
                future.cancel()


def _collect(orders: Orders, waiting: dict[Future[Receipt], Edition], crew: Crew) -> Iterator[Receipt]:
    """Waits for one edition at least."""
    done, _ = wait(waiting, return_when=FIRST_COMPLETED)
    dead: list[_Dead] = []
    yield from _settle(((future, waiting.pop(future)) for future in done), dead)
    if dead:
        # One broken worker breaks a whole pool: whatever was in hand is tried again, one by one, so
        # that the next death tells whose it is.
        yield from _settle((waiting.popitem() for _ in range(len(waiting))), dead)
        crew.renew(dead[0].fault)
        for each in sorted(dead, key=lambda each: each.edition.order):
            yield _again(orders, each.edition, crew)


def _settle(pairs: Iterable[tuple[Future[Receipt], Edition]], dead: list[_Dead]) -> Iterator[Receipt]:
    """The receipts of what is done; whose worker died goes to ``dead``, any other fault is raised."""
    for future, edition in pairs:
        fault = _fault_of(future)
        if fault is None:
            yield future.result()
        elif is_death(fault):
            dead.append(_Dead(edition, fault))
        else:
            raise fault


def _again(orders: Orders, edition: Edition, crew: Crew) -> Receipt:
    receipt: Receipt | None = _survived(crew, clean_part, orders, edition)
    if receipt is not None:
        return receipt
    aside = []
    for number, page in enumerate(edition.pages):
        if _survived(crew, try_page, orders, edition, number) is None:
            aside.append(Failure(page.path, _DIED, _DIED))
    for apart in (False, True):
        receipt = _survived(crew, clean_part, orders, edition, tuple(aside), apart)
        if receipt is not None:
            return receipt
    # Nothing is left to clean, so this thread can write it down itself.
    return clean_part(orders, edition, tuple(Failure(page.path, _DIED, _DIED) for page in edition.pages))


def _survived(crew: Crew, task: Any, *args: Any) -> Any:
    """What the task returns, or None where its worker died, or nothing may be risked on it."""
    executor = crew.trial
    if executor is None:
        return None
    future = _hand_out(executor, task, *args)
    fault = _fault_of(future)
    if fault is None:
        return future.result()
    if not is_death(fault):
        raise fault
    crew.renew(fault)
    return None


def _hand_out(executor: Executor, task: Any, *args: Any) -> Future[Any]:
    try:
        return executor.submit(task, *args)
    except BrokenExecutor as fault:
        broken: Future[Any] = Future()
        broken.set_exception(fault)
        return broken


def _fault_of(future: Future[Any]) -> BaseException | None:
    try:
        return future.exception()
    except CancelledError:
        raise UsageError(
            "the executor gave its tasks up",
            remedy="see whether its scheduler still runs, then run again: what is finished is kept",
        ) from None
