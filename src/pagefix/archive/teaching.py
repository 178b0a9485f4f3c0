"""What the archive teaches: its lessons are heard before anything is cleaned."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import groupby, islice
from pathlib import Path

from pagefix.archive.books import Manifest
from pagefix.archive.changes import lesson_kept, side_by_side
from pagefix.archive.cleaning import Orders
from pagefix.archive.dispatch import Batch, hear_lessons
from pagefix.archive.executors import Crew
from pagefix.archive.folders import Index
from pagefix.archive.placing import cannot_write
from pagefix.lessons.facts import Taught
from pagefix.rules import Rules

# Editions whose pages a worker reads at once: some hundredths of a second.
_TOGETHER = 8


def may_teach(index: Index, rules: Rules) -> bool:
    """Whether the archive may have as many editions as it takes."""
    return index.most_editions() >= rules.number("lessons.fewest_editions")


def learn(
    index: Index, manifest: Manifest, orders: Orders, rules: Rules, crew: Crew, told: Callable[[int], None]
) -> Taught:
    """What the archive teaches.

    The lessons of editions that are as they were are in the manifest; the pages of the others are read.
    They wait in a file, for there may be too many of them for the memory.
    """
    from pagefix.lessons.counting import facts_of

    spool = manifest.places.staged / "lessons"
    pages = 0
    try:
        spool.parent.mkdir(parents=True, exist_ok=True)
        with spool.open("w", encoding="utf-8", newline="") as stream:
            for edition, lesson in hear_lessons(orders, _batches(index, manifest, orders.stamp), crew):
                stream.write(json.dumps((edition.name, lesson), ensure_ascii=False) + "\n")
                pages += len(edition.pages)
                told(pages)
        return facts_of(lambda: _spooled(spool), rules, orders.source)
    except OSError as fault:
        raise cannot_write(manifest.places, fault) from None


def _batches(index: Index, manifest: Manifest, stamp: str) -> Iterator[Batch]:
    """All editions in order, those whose lessons are known apart from the others."""
    pairs = (
        (edition, lesson_kept(manifest, head, edition, stamp))
        for head, _, edition in side_by_side(index, manifest)
        if edition is not None
    )
    for known, group in groupby(pairs, lambda pair: pair[1] is not None):
        while batch := list(islice(group, _TOGETHER)):
            editions = tuple(edition for edition, _ in batch)
            yield Batch(editions, [str(lesson) for _, lesson in batch] if known else None)


def _spooled(spool: Path) -> Iterator[tuple[str, str]]:
    """Name and lesson of each edition, as they were written."""
    with spool.open(encoding="utf-8", newline="\n") as stream:
        for line in stream:
            name, lesson = json.loads(line)
            yield name, lesson
