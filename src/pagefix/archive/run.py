"""A run over an archive: what changed is cleaned, edition by edition, and the books are put together."""

from __future__ import annotations

import json
import pickle
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from pagefix.archive.books import Manifest, note_looked, publish, read_manifest, update
from pagefix.archive.cleaning import Orders, Outcome, clean_part
from pagefix.archive.dispatch import carry_out
from pagefix.archive.executors import crew_of
from pagefix.archive.folders import Edition, Index
from pagefix.archive.outdir import BOOKS, Places, at_work, check_places, clear_folder, locked
from pagefix.archive.parts import Head
from pagefix.archive.placing import recover
from pagefix.archive.stamp import stamp_of
from pagefix.archive.summary import Failure, Summary
from pagefix.archive.updating import Plan
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
    done: int = 0
    worked: int = 0
    fresh: bool = False
    touched: bool = False
    risky: bool = False

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
) -> Summary:
    """Cleans every page below ``archive`` into ``out``; what an earlier run finished is kept.

    ``jobs``: worker processes to start, none by default; in a daemonic process none are
    started.  ``executor``: any :class:`concurrent.futures.Executor` to work in instead, which
    is left running (``jobs`` then says how many tasks it does at once, if it does not say so
    itself).  ``layout`` names the one pattern that says how the archive files its pages.
    The output is the same for all of them, byte for byte.  ``keep_marks``: articles that stay
    as they were keep the clusters that they had; for a caller who then marks reprints anew.

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
            summary = _run(places, index, orders, tally, early, jobs, executor, keep_marks)
    finally:
        index.close()
    summary.worked, summary.seconds = tally.worked, time.monotonic() - begun
    return summary


def _run(
    places: Places,
    index: Index,
    orders: Orders,
    tally: _Tally,
    early: bool,
    jobs: int | None,
    executor: Executor | None,
    keep_marks: bool,
) -> Summary:
    tally.risky = early
    messages = recover(places)
    manifest = read_manifest(places)
    plan = Plan()
    _work(places, index, orders, manifest, plan, tally, jobs, executor, messages)
    whole = manifest.whole and not early and (manifest.settled or keep_marks)
    if whole and not tally.fresh and not tally.touched:
        summary = manifest.totals
        note_looked(places, orders.begun)
    else:
        with_books = tally.fresh or not whole
        may = whole and plan.short and (keep_marks or not (manifest.marked and with_books))
        summary = _written(
            places, index, orders, manifest, plan if may else None, with_books, tally, messages
        )
    clear_folder(places.staged)
    summary.messages = (messages + summary.messages)[:_MESSAGES]
    _first_lines(places, summary)
    return summary


def _written(
    places: Places,
    index: Index,
    orders: Orders,
    manifest: Manifest,
    plan: Plan | None,
    with_books: bool,
    tally: _Tally,
    messages: list[str],
) -> Summary:
    """The books, brought up to date by ``plan`` or written from all parts."""

    def anew(edition: Edition) -> None:
        messages.extend(clean_part(orders, edition).messages)

    def told(done: int) -> None:
        tally.tell("writing", done)

    if plan is not None:
        found = update(manifest, plan, orders, with_books=with_books, anew=anew, told=told)
        if found is not None:
            return found
    return publish(places, index, orders, with_books=with_books, anew=anew, told=told)


def _work(
    places: Places,
    index: Index,
    orders: Orders,
    manifest: Manifest,
    plan: Plan,
    tally: _Tally,
    jobs: int | None,
    executor: Executor | None,
    messages: list[str],
) -> None:
    """Has everything cleaned that is not as the last run left it."""
    changed = _changed(index, orders.stamp, manifest, plan, tally)
    first, size = list[Edition](), 0
    few = executor is None
    for edition in changed:
        first.append(edition)
        size += sum(page.size for page in edition.pages)
        few &= len(first) < 2 or (manifest.whole and size < _FEW)
        if not few:
            break
    few &= not tally.risky
    with crew_of(executor, 1 if few else jobs, places) as crew:
        for receipt in carry_out(orders, chain(first, changed), crew):
            tally.fresh |= receipt.outcome is Outcome.NEW
            tally.touched |= receipt.outcome is Outcome.TOUCHED
            tally.done += receipt.pages
            tally.worked += receipt.pages if receipt.outcome is Outcome.NEW else 0
            messages += receipt.messages[: max(0, _MESSAGES - len(messages))]
            tally.tell("cleaning", tally.done)
        if crew.broken:
            messages.append("the executor broke when a worker died: the rest was done in the calling process")


def _changed(index: Index, stamp: str, manifest: Manifest, plan: Plan, tally: _Tally) -> Iterator[Edition]:
    """The editions that are not as the manifest has them; both are in the same order.

    ``plan`` hears of all, also of those that the archive has lost.
    """
    heads = manifest.heads()
    head, size = next(heads, _NO_MORE)
    for edition in index.editions():
        order = edition.order
        while head is not None and head.order < order:
            plan.leaves(head, size, gone=True)
            tally.fresh = True
            head, size = next(heads, _NO_MORE)
        if head is not None and head.order == order:
            same = _as_before(manifest, head, edition, stamp)
            tally.risky |= head.again
            if same:
                plan.stays(head, size)
                tally.done += len(edition.pages)
            else:
                plan.leaves(head, size, gone=False)
            head, size = next(heads, _NO_MORE)
            if same:
                continue
        plan.comes(edition)
        yield edition
    while head is not None:
        plan.leaves(head, size, gone=True)
        tally.fresh = True
        head, size = next(heads, _NO_MORE)


_NO_MORE: tuple[Head | None, int] = (None, 0)


def _as_before(manifest: Manifest, head: Head, edition: Edition, stamp: str) -> bool:
    return (
        not head.again
        and head.made_of(edition, stamp)
        and head.dated_as(edition)
        and head.seasoned(manifest.looked)
        and head.complete_in(manifest.places.out, manifest.looked)
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
