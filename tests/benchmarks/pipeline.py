"""How fast pages are cleaned: `python -m tests.benchmarks.pipeline [--quick]`.

Prints, for pages of 7,000 characters put together from ``fixtures/editions``:

- milliseconds a page on one core after start, room by room, beside the floor in the same
  run (reading the file, decoding it and folding it once);
- pages a second with two processes, ledger and files included;
- how time grows with the number of pages and with the length of a page, and peak memory.

Times are those of the processor, medians of several rounds; caches are emptied before each
page, so that no page profits from having been cleaned before.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from pagefix import pipeline
from pagefix.archive.run import clean_archive
from pagefix.ledger import settle
from pagefix.matching.keys import fold
from pagefix.model import Page
from pagefix.reading import read_page
from pagefix.rules import Rules, load_rules
from pagefix.steps.articles import group_articles
from pagefix.steps.blocks import find_blocks
from pagefix.steps.fragments import join_fragments, join_within_stories
from pagefix.steps.jumps import link_jumps
from pagefix.steps.repeats import find_repeats
from pagefix.writing import article_file_name, article_line, article_markdown, ledger_line, page_line
from tests.benchmarks.pages import LENGTH, page_of, write_archive

Spent = dict[str, float]
"""Seconds by room."""

# Made once a process and the same for every page: they stay.
_KEPT = {
    "_to_simplified", "_key_codes", "_permutations", "_shipped", "_repertoire", "_sheets", "_weights",
    "characters_of", "rarity_of",
}  # fmt: skip
_ROOMS = (
    "find_blocks",
    "find_repeats",
    "join_fragments",
    "group_articles",
    "join_within_stories",
    "link_jumps",
    "settle",
)


def main() -> None:
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=form)
    parser.add_argument("--quick", action="store_true", help="fewer pages and rounds, no page above 100,000")
    parser.add_argument("--long", type=int, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.long:
        _long_page(args.long)
        return
    with tempfile.TemporaryDirectory(prefix="pagefix-bench-") as folder:
        one_core(Path(folder), pages=12 if args.quick else 48, rounds=2 if args.quick else 5)
        _two_processes(Path(folder), pages=120 if args.quick else 400)
        _more_pages(Path(folder), counts=(4, 40) if args.quick else (4, 40, 400, 2000))
    _longer_pages(range(3, 6 if args.quick else 7))


def one_core(folder: Path, pages: int, rounds: int) -> None:
    """A page at a time: the floor, every room, and what is written."""
    rules = load_rules()
    archive = folder / "one"
    write_archive(archive, pages)
    paths = sorted(archive.rglob("*.md"))
    spent: dict[str, list[float]] = {}
    _clean(read_page(paths[0], "warm.md"), rules, {})
    blocks = statistics.mean(len(find_blocks(read_page(path, path.name), rules).blocks) for path in paths)
    for path in paths:
        for name, seconds in _best_round(path, rules, rounds).items():
            spent.setdefault(name, []).append(1000 * seconds)
    middle = {name: statistics.median(times) for name, times in spent.items()}
    print(f"\n{'room':<16} {'ms a page':>9}    (one core, {pages} pages of {LENGTH} characters, medians;")
    print(f"{'':<29} {blocks:.0f} blocks a page)")
    for name in ("floor", *_ROOMS, "writing", "all"):
        print(f"{name:<16} {middle[name]:9.2f}")
    print(f"{'all / floor':<16} {middle['all'] / middle['floor']:9.1f}")


def _best_round(path: Path, rules: Rules, rounds: int) -> Spent:
    best: Spent = {}
    for _ in range(rounds):
        for cache in _caches():
            cache.cache_clear()
        spent: Spent = {}
        page = _timed(spent, "floor", lambda: read_page(path, path.name, edition=path.parent.name))
        _timed(spent, "floor", partial(fold, page.text))
        for cache in _caches():
            cache.cache_clear()
        _clean(page, rules, spent)
        spent["all"] = sum(spent.values())
        best = min(best, spent, key=lambda counts: counts["all"]) if best else spent
    return best


def _clean(page: Page, rules: Rules, spent: Spent) -> None:
    """The rooms of :mod:`pagefix.pipeline`, one by one with a watch, and the writing of all rows."""
    blocked = _timed(spent, "find_blocks", lambda: find_blocks(page, rules))
    trimmed = _timed(spent, "find_repeats", lambda: find_repeats(blocked, rules))
    joined = _timed(spent, "join_fragments", lambda: join_fragments([trimmed], rules)[0])
    grouped = _timed(spent, "group_articles", lambda: group_articles(joined, rules))
    rejoined = _timed(spent, "join_within_stories", lambda: join_within_stories(grouped, rules))
    linked = _timed(spent, "link_jumps", lambda: link_jumps([rejoined], rules))
    cleaned = _timed(spent, "settle", lambda: settle(linked, gap_mark=rules.words("gap_mark")[0]))

    def write() -> None:
        for article in cleaned.articles:
            article_line(article, "bench")
            article_file_name(article)
            article_markdown(article)
        for row in cleaned.ledger:
            ledger_line(row)
        page_line(page, "ok")

    _timed(spent, "writing", write)


def _timed(spent: Spent, name: str, work: Callable[[], Any]) -> Any:
    start = time.process_time()
    done = work()
    spent[name] = spent.get(name, 0.0) + time.process_time() - start
    return done


def _caches() -> Iterator[Any]:
    for name, module in list(sys.modules.items()):
        if name.startswith("pagefix"):
            for value in vars(module).values():
                clears = hasattr(value, "cache_clear") and not isinstance(value, type)
                if clears and getattr(value, "__name__", "") not in _KEPT:
                    yield value


def _two_processes(folder: Path, pages: int) -> None:
    archive = folder / "two"
    write_archive(archive, pages)
    write_archive(folder / "few", 8)
    # What starting takes is left out: a run over few pages costs little else.
    few, many = (_seconds(folder / name) for name in ("few", "two"))
    print(
        f"\ntwo processes, files and ledger included: {(pages - 8) / (many - few):.0f} pages a second", end=""
    )
    print(f" after {few:.1f} s of starting ({pages} pages)")


def _seconds(archive: Path) -> float:
    start = time.perf_counter()
    _clean_all(archive, jobs=2)
    return time.perf_counter() - start


def _clean_all(archive: Path, jobs: int = 1) -> None:
    """All pages of an archive; one that was set aside took no time, so the figure would be none."""
    summary = clean_archive(archive, archive.with_suffix(".out"), load_rules(), jobs=jobs)
    if summary.failed:
        raise SystemExit(f"{summary.failed} pages set aside, the first: {summary.failures[0]}")


def _more_pages(folder: Path, counts: Sequence[int]) -> None:
    print(f"\n{'pages':>9} {'ms a page':>9} {'MB':>6}    (one process, files included)")
    for count in counts:
        archive = folder / f"pages{count}"
        write_archive(archive, count)
        start = time.process_time()
        _clean_all(archive)
        took = time.process_time() - start
        print(f"{count:9} {1000 * took / count:9.1f} {_peak():6}")


def _longer_pages(powers: range) -> None:
    print(f"\n{'characters':>10} {'s':>8} {'µs a character':>15} {'MB':>6}    (one page, a process each)")
    for power in powers:
        command = [sys.executable, "-m", "tests.benchmarks.pipeline", "--long", str(10**power)]
        print(subprocess.run(command, check=True, capture_output=True, text=True).stdout, end="")


def _long_page(length: int) -> None:
    rules = load_rules()
    pipeline.clean_edition([Page("A01.md", page_of(2000), "warm", "A01")], rules)
    page = Page("A01.md", page_of(length, 1), "long", "A01")
    start = time.process_time()
    pipeline.clean_edition([page], rules)
    took = time.process_time() - start
    print(f"{length:10} {took:8.3f} {1e6 * took / length:15.2f} {_peak():6}")


def _peak() -> int:
    """Megabytes that this process has held at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
