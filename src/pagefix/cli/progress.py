"""How far the run is, on standard error: a bar on a terminal, else a line now and then."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pagefix.archive import Progress

# Seconds between two lines in a log: seldom enough to be read after a night.
_EVERY = 30.0
_FIRST = 10.0
_DOING = {"finding": "looking at files", "cleaning": "cleaning", "writing": "writing the books"}


@contextmanager
def progress(silent: bool) -> Iterator[Callable[[Progress], None] | None]:
    """A function that is told how far the run is."""
    if silent:
        yield None
    elif sys.stderr.isatty():
        with _bar() as report:
            yield report
    else:
        yield _lines()


def _lines() -> Callable[[Progress], None]:
    pace = _Pace()
    due = time.monotonic() + _FIRST

    def report(state: Progress) -> None:
        nonlocal due
        pace.note(state)
        if time.monotonic() >= due:
            due = time.monotonic() + _EVERY
            print(f"{_DOING[state.stage]}: {_count(state)}{pace.said()}", file=sys.stderr, flush=True)

    return report


@contextmanager
def _bar() -> Iterator[Callable[[Progress], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    pace = _Pace()
    columns = (
        TextColumn("{task.fields[doing]}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[said]}", markup=False),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, doing="", said="")

        def report(state: Progress) -> None:
            pace.note(state)
            said = _count(state) + pace.said()
            bar.update(
                task, completed=state.done, total=state.total or None, doing=_DOING[state.stage], said=said
            )

        yield report


def _count(state: Progress) -> str:
    return f"{state.done} of {state.total} pages" if state.total else f"{state.done} pages"


class _Pace:
    """Pages a second, and the time that the rest will take.

    Only pages that were cleaned in this run count: those that were done before cost nothing.
    """

    def __init__(self) -> None:
        self._stage = ""
        self._begun = (0.0, 0)
        self._rate = 0.0
        self._left = 0

    def note(self, state: Progress) -> None:
        now = time.monotonic()
        if state.stage != self._stage:
            self._stage, self._begun = state.stage, (now, state.worked)
        took, worked = now - self._begun[0], state.worked - self._begun[1]
        self._rate = worked / took if took > 1 and state.stage == "cleaning" else 0.0
        self._left = state.total - state.done

    def said(self) -> str:
        if not self._rate:
            return ""
        return f", {self._rate:.1f} a second, {_time(self._left / self._rate)} left"


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
