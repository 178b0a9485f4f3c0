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

from pagefix.archive.books import Manifest, note_looked, publish, read_manifest
from pagefix.archive.cleaning import Orders, Outcome, clean_part
from pagefix.archive.dispatch import carry_out
from pagefix.archive.executors import crew_of
from pagefix.archive.folders import Edition, Index
from pagefix.archive.outdir import BOOKS, Places, at_work, check_places, clear_folder, locked
from pagefix.archive.parts import Head
from pagefix.archive.placing import recover
from pagefix.archive.stamp import stamp_of
from pagefix.archive.summary import Failure, Summary
from pagefix.reading.layouts import place_finder
from pagefix.rules import Rules

_SHOWN = 20
_MESSAGES = 1000


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
) -> Summary:
    """Cleans every page below ``archive`` into ``out``; what an earlier run finished is kept.

    ``jobs``: worker processes to start, none by default; in a daemonic process none are
    started.  ``executor``: any :class:`concurrent.futures.Executor` to work in instead, which
    is left running (``jobs`` then says how many tasks it does at once, if it does not say so
    itself).  ``layout`` names the one pattern that says how the archive files its pages.
    The output is the same for all of them, byte for byte.

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
            summary = _run(places, index, orders, tally, early, jobs, executor)
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
) -> Summary:
    tally.risky = early
    messages = recover(places)
    manifest = read_manifest(places)
    _work(places, index, orders, manifest, tally, jobs, executor, messages)
    whole = manifest.whole and not early and not tally.fresh
    if whole and not tally.touched:
        summary = manifest.totals
        note_looked(places, orders.begun)
    else:
        summary = publish(
            places,
            index,
            orders,
            with_books=not whole,
            anew=lambda edition: messages.extend(clean_part(orders, edition).messages),
            told=lambda done: tally.tell("writing", done),
        )
    clear_folder(places.staged)
    summary.messages = (messages + summary.messages)[:_MESSAGES]
    _first_lines(places, summary)
    return summary


def _work(
    places: Places,
    index: Index,
    orders: Orders,
    manifest: Manifest,
    tally: _Tally,
    jobs: int | None,
    executor: Executor | None,
    messages: list[str],
) -> None:
    """Has everything cleaned that is not as the last run left it."""
    changed = _changed(index, orders.stamp, manifest, tally)
    first = list(islice(changed, 2))
    # For one edition a process of its own costs more than it saves, unless it may be a killer.
    few = executor is None and len(first) < 2 and not tally.risky
    with crew_of(executor, 1 if few else jobs, places) as crew:
        for receipt in carry_out(orders, chain(first, changed), crew):
            tally.fresh |= receipt.outcome is Outcome.NEW
            tally.touched |= receipt.outcome is Outcome.TOUCHED
            tally.done += receipt.pages
            tally.worked += receipt.pages if receipt.outcome is Outcome.NEW else 0
            messages += receipt.messages[: max(0, _MESSAGES - len(messages))]
            tally.tell("cleaning", tally.done)


def _changed(index: Index, stamp: str, manifest: Manifest, tally: _Tally) -> Iterator[Edition]:
    """The editions that are not as the manifest has them; both are in the same order."""
    heads = manifest.heads()
    head = next(heads, None)
    for edition in index.editions():
        order = edition.order
        while head is not None and head.order < order:
            tally.fresh = True  # an edition is gone
            head = next(heads, None)
        if head is not None and head.order == order:
            same = _as_before(manifest, head, edition, stamp)
            tally.risky |= head.again
            head = next(heads, None)
            if same:
                tally.done += len(edition.pages)
                continue
        yield edition
    tally.fresh |= head is not None


def _as_before(manifest: Manifest, head: Head, edition: Edition, stamp: str) -> bool:
    return (
        not head.again
        and head.made_of(edition, stamp)
        and head.dated_as(edition)
        and head.seasoned(manifest.looked)
        and head.complete_in(manifest.places.out)
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
