"""Whether a score is a probability: what the ledger's rows said, and how many of them were right.

    python -m tests.benchmarks.calibration [SET...] [--dress NAME]...

Without SET the editions of the quality gate are cleaned, in the dresses named, else in all that
are damaged; a SET is a folder with ``archive/`` and ``gold.jsonl``.  For each kind of row and
each tenth from 0.5 to 1.0: the number of rows, their mean score, the share that is right.
A join is right where its two fragments follow each other in a true paragraph, a repeat where
most of it was planted, furniture and jump lines where they belong to no article.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

from pagefix.model import REPEATS, Action, Cleaned, Row, Span
from pagefix.pipeline import clean_edition
from pagefix.rules import load_rules
from tests.benchmarks.ablation import read_set
from tests.support.gate import DRESSES
from tests.support.gold import GoldEdition
from tests.support.scoring import RUNNING, Place, Sheets

Judged = tuple[str, float, bool]
"""Kind of row, its score, whether it is right."""

_DAMAGED = ("as_printed", "unmarked", "traditional", "misread", "typewritten")
_TENTHS = (0.5, 0.6, 0.7, 0.8, 0.9)


def judged(gold: GoldEdition, cleaned: Cleaned) -> Iterator[Judged]:
    """Every join and every drop of an edition, done or left as uncertain."""
    sheets = Sheets(gold.texts())
    repeats = _repeats(gold, cleaned, sheets)
    follows: dict[Place, Place] = {}
    running: set[Place] = set()
    for article in gold.articles:
        for block in article.blocks:
            places = [place for place in sheets.places(block.spans) if place not in repeats]
            follows |= dict(pairwise(places))
            running |= set(places) if block.role in RUNNING else set()
    for row in cleaned.ledger:
        if row.tail and row.head:
            tail, head = (
                [p for p in sheets.places([span]) if p not in repeats] for span in (row.tail, row.head)
            )
            kind = "jump" if row.rule.startswith("jumps") else "seam"
            yield kind, row.score, bool(tail and head) and follows.get(tail[-1]) == head[0]
        elif row.action is Action.DROP and (places := sheets.places([_span(row)])):
            if row.reason in REPEATS:
                yield "repeat", row.score, 2 * sum(place in repeats for place in places) > len(places)
            else:
                yield "furniture", row.score, 2 * sum(place in running for place in places) <= len(places)


def _repeats(gold: GoldEdition, cleaned: Cleaned, sheets: Sheets) -> set[Place]:
    """What was planted; where one copy is as good as the other, the one that was dropped."""
    dropped = {
        place
        for row in cleaned.ledger
        if row.action is Action.DROP and row.reason in REPEATS
        for place in sheets.places([_span(row)])
    }
    found: set[Place] = set()
    for planted in gold.planted:
        copy, kept = set(sheets.places([planted.span])), set(sheets.places([planted.of]))
        found |= kept if planted.either and len(kept & dropped) > len(copy & dropped) else copy
    return found


def _span(row: Row) -> Span:
    return Span(row.page, row.start, row.end)


def table(rows: Iterable[Judged]) -> Iterator[str]:
    """Line by line: for each kind, and for all, rows, mean score and share right in each tenth."""
    kinds: dict[str, dict[float, list[tuple[float, bool]]]] = defaultdict(lambda: defaultdict(list))
    for kind, score, right in rows:
        if score >= _TENTHS[0]:
            tenth = max(limit for limit in _TENTHS if score >= limit)
            for name in (kind, "all"):
                kinds[name][tenth].append((score, right))
    yield "kind       " + "".join(f"{f'{limit:.1f} to {limit + 0.1:.1f}':>24}" for limit in _TENTHS)
    for kind, tenths in sorted(kinds.items()):
        yield f"{kind:11}" + "".join(f"{_cell(tenths[limit]):>24}" for limit in _TENTHS)


def _cell(rows: list[tuple[float, bool]]) -> str:
    if not rows:
        return "-"
    mean = sum(score for score, _ in rows) / len(rows)
    return f"{len(rows)}: {mean:.3f} / {sum(right for _, right in rows) / len(rows):.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sets", nargs="*", type=Path)
    parser.add_argument("--dress", action="append", choices=list(DRESSES))
    args = parser.parse_args()
    rules = load_rules()
    golds = (
        (gold for folder in args.sets for gold in read_set(folder))
        if args.sets
        else (gold for dress in args.dress or _DAMAGED for gold in DRESSES[dress]())
    )
    rows = [row for gold in golds for row in judged(gold, clean_edition(gold.pages, rules))]
    print("\n".join(table(rows)))


if __name__ == "__main__":
    main()
