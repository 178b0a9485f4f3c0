"""A run over an archive: what changed is cleaned, edition by edition, and the books are put together."""

from __future__ import annotations

import json
import pickle
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from pagefix.archive.books import Manifest, note_looked, publish, read_manifest, update
from pagefix.archive.changes import Looked, changed
from pagefix.archive.cleaning import Orders, Outcome, clean_part
from pagefix.archive.dispatch import carry_out
from pagefix.archive.executors import Crew, crew_of
from pagefix.archive.folders import Edition, Index
from pagefix.archive.outdir import BOOKS, Places, at_work, check_places, clear_folder, locked
from pagefix.archive.placing import recover
from pagefix.archive.stamp import stamp_of
from pagefix.archive.summary import Failure, Summary
from pagefix.archive.taughtfile import put_file, stands_as, told_of
from pagefix.archive.teaching import learn, may_teach
from pagefix.archive.updating import Plan
from pagefix.lessons.facts import Taught
from pagefix.reading.layouts import place_finder
from pagefix.rules import Rules

_SHOWN = 20
_MESSAGES = 1000
# A later run cleans less than so many bytes of pages in this process: some four seconds of work,
# where each other process costs a second and a half before it begins.
_FEW = 1_000_000


class Progress(NamedTuple):
    """How far a run is: ``done`` pages of ``total`` (0: not known yet), ``worked`` of them in this run."""

    stage: str
    done: int
    total: int
    worked: int


@dataclass(slots=True)
class _Tally:
    """What the run has seen so far."""

    told: Callable[[Progress], None] | None
    total: int = 0
    cleaned: int = 0
    worked: int = 0
    fresh: bool = False
    touched: bool = False
    risky: bool = False
    looked: Looked = field(default_factory=Looked)

    def tell(self, stage: str, done: int) -> None:
        if self.told is not None:
            self.told(Progress(stage, done, self.total, self.worked))


def clean_archive(
    archive: Path,
    out: Path,
    rules: Rules,
    *,
    encoding: str | None = None,
    layout: str | None = None,
    jobs: int | None = None,
    executor: Executor | None = None,
    progress: Callable[[Progress], None] | None = None,
    keep_marks: bool = False,
    teach: bool = True,
) -> Summary:
    """Cleans every page below ``archive`` into ``out``; what an earlier run finished is kept.

    ``jobs``: worker processes to start, none by default; in a daemonic process none are
    started.  ``executor``: any :class:`concurrent.futures.Executor` to work in instead, which
    is left running (``jobs`` then says how many tasks it does at once, if it does not say so
    itself).  ``layout`` names the one pattern that says how the archive files its pages.
    The output is the same for all of them, byte for byte.  ``keep_marks``: articles that stay
    as they were keep the clusters that they had; for a caller who then marks reprints anew.
    ``teach``: running heads and reporters' names that recur in the archive are looked for first
    and taught as rules, which ``out/taught.toml`` then lists; an archive of few editions teaches nothing.

    Pages that cannot be read or cleaned are set aside in ``out/failed.jsonl``; the others
    are done.  Raises :class:`~pagefix.errors.UsageError` for places that cannot be used and
    where another run is at work in ``out``.
    """
    begun = time.monotonic()
    tally = _Tally(progress)
    now = time.time_ns()
    index = Index(int(rules.number("layout.largest_edition")))
    try:
        index.fill(archive, place_finder(rules, layout), lambda n: tally.tell("finding", n))
        tally.total = index.pages
        check_places(archive, out)
        root = archive.resolve()
        root = root if root.is_dir() else root.parent
        source = archive.resolve().name
        stamp = stamp_of(rules, encoding=encoding, source=source)
        orders = Orders(
            archive=str(root),
            out=str(out.resolve()),
            rules=pickle.dumps(rules),
            rules_version=rules.version,
            stamp=stamp,
            source=source,
            encoding=encoding,
            begun=now,
        )
        with locked(out.resolve()) as places, at_work(places) as early:
            tally.risky = early
            messages = recover(places)
            run = _Run(
                places,
                index,
                orders,
                rules,
                tally,
                read_manifest(places),
                executor is None,
                jobs,
                lambda workers: crew_of(executor, workers, places),
                messages,
            )
            summary = run.carry_out(early, keep_marks, teach)
    finally:
        index.close()
    summary.worked, summary.seconds = tally.worked, time.monotonic() - begun
    return summary


@dataclass(slots=True)
class _Run:
    """A run at work.

    ``hire`` makes a crew of so many processes; ``free``: no caller's executor must be used.  ``taught``
    is what the archive teaches, once that is known.
    """

    places: Places
    index: Index
    orders: Orders
    rules: Rules
    tally: _Tally
    manifest: Manifest
    free: bool
    jobs: int | None
    hire: Callable[[int | None], AbstractContextManager[Crew]]
    messages: list[str]
    taught: Taught | None = None

    def carry_out(self, early: bool, keep_marks: bool, teach: bool) -> Summary:
        """All of it: what the archive teaches, what changed, and the books.

        ``early``: the run before this one was killed.
        """
        tally, manifest = self.tally, self.manifest
        whole = manifest.whole and not early and (manifest.settled or keep_marks)
        plan = self._work(whole, teach and may_teach(self.index, self.rules))
        fresh = tally.fresh or tally.looked.gone
        if whole and not fresh and not tally.touched:
            summary = manifest.totals
            note_looked(self.places, self.orders.begun)
        else:
            with_books = fresh or not whole
            may = whole and plan.short and (keep_marks or not (manifest.marked and with_books))
            summary = self._written(plan if may else None, with_books)
        if self.orders.taught_as != manifest.taught or self.taught is not None:
            put_file(self.places, self.orders.taught, manifest.taught)
        clear_folder(self.places.staged)
        summary.messages = (self.messages + summary.messages)[:_MESSAGES]
        _first_lines(self.places, summary)
        return summary

    def _written(self, plan: Plan | None, with_books: bool) -> Summary:
        """The books, brought up to date by ``plan`` or written from all parts."""

        def anew(edition: Edition) -> None:
            self.messages.extend(clean_part(self.orders, edition).messages)

        def told(done: int) -> None:
            self.tally.tell("writing", done)

        if plan is not None:
            found = update(self.manifest, plan, self.orders, with_books=with_books, anew=anew, told=told)
            if found is not None:
                return found
        return publish(self.places, self.index, self.orders, with_books=with_books, anew=anew, told=told)

    def _work(self, whole: bool, teach: bool) -> Plan:
        """Has everything cleaned that is not as the last run left it, with what the archive teaches."""
        tally, manifest = self.tally, self.manifest
        with ExitStack() as stack:
            crew = None
            if teach:
                plan = Plan()
                size = self._changed_size(plan, tally.looked) if whole else _FEW
                if not size and stands_as(self.places, manifest.taught):
                    self.orders = replace(self.orders, taught_as=manifest.taught)
                    return plan
                few = self.free and size < _FEW and not tally.risky
                crew = stack.enter_context(self.hire(1 if few else self.jobs))
                self._learn(crew)
                crew = None if few else crew
            tally.touched |= self.orders.taught_as != manifest.taught
            plan, tally.looked = Plan(), Looked()
            changes = changed(self.index, manifest, self.orders.stamp_of, plan, tally.looked)
            begun, few = self._beginning(changes)
            if crew is None:
                crew = stack.enter_context(self.hire(1 if few else self.jobs))
            self._clean(chain(begun, changes), crew)
        return plan

    def _changed_size(self, plan: Plan, looked: Looked) -> int:
        """About how many bytes of pages are in editions that changed, came or went; 0 where all is as it was.

        What the last run taught is in the stamps: where nothing changed, it would teach the same.
        """
        base = self.orders.stamp
        changes = changed(
            self.index, self.manifest, lambda head: base + head.stamp[len(base) :], plan, looked
        )
        size = 0
        for edition in changes:
            size += 1 + sum(page.size for page in edition.pages)
            if size > _FEW:
                break
        return size + looked.gone

    def _learn(self, crew: Crew) -> None:
        """Gives the orders what the archive teaches."""

        def told(done: int) -> None:
            self.tally.tell("learning", done)

        self.taught = learn(self.index, self.manifest, self.orders, self.rules, crew, told)
        self.orders = replace(self.orders, taught=self.taught, taught_as=told_of(self.taught))

    def _beginning(self, changes: Iterator[Edition]) -> tuple[list[Edition], bool]:
        """The first of the editions to clean, and whether they are so few that this process does them."""
        first, size = list[Edition](), 0
        few = self.free
        for edition in changes:
            first.append(edition)
            size += sum(page.size for page in edition.pages)
            few &= len(first) < 2 or (self.manifest.whole and size < _FEW)
            if not few:
                break
        self.tally.risky |= self.tally.looked.again
        return first, few and not self.tally.risky

    def _clean(self, editions: Iterator[Edition], crew: Crew) -> None:
        tally = self.tally
        for receipt in carry_out(self.orders, editions, crew):
            tally.fresh |= receipt.outcome is Outcome.NEW
            tally.touched |= receipt.outcome is Outcome.TOUCHED
            tally.cleaned += receipt.pages
            tally.worked += receipt.pages if receipt.outcome is Outcome.NEW else 0
            self.messages += receipt.messages[: max(0, _MESSAGES - len(self.messages))]
            tally.tell("cleaning", tally.looked.done + tally.cleaned)
        if crew.broken:
            self.messages.append(
                "the executor broke when a worker died: the rest was done in the calling process"
            )


def _first_lines(places: Places, summary: Summary) -> None:
    """The headlines of a small archive, and the first pages that were set aside."""
    if summary.articles <= _SHOWN:
        with (places.out / BOOKS[0]).open(encoding="utf-8", newline="\n") as stream:
            rows = map(json.loads, stream)
            summary.headlines = [row["headline"] or f"({row['id']})" for row in rows]
    if summary.failed:
        with (places.out / BOOKS[3]).open(encoding="utf-8", newline="\n") as stream:
            rows = map(json.loads, islice(stream, _MESSAGES))
            summary.failures = [Failure(row["page"], row["reason"], row["traceback"]) for row in rows]
