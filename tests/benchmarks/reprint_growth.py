"""How reprints grow: an index built of 10^3, 10^4, 10^5 articles, then a day of 100 more compared with it.

    python tests/benchmarks/reprint_growth.py [1000 10000 100000]

Articles have five paragraphs of invented text; one in ten is a later printing with 2 % errors.
The day comes as ``pagefix clean`` brings it: with what is known of the rows that stayed.  Every run is a
process of its own.  Prints a table: wall and processor seconds of the whole process, its peak
memory, bytes of the index, and the processor seconds of two steps: reading the lines of
``articles.jsonl`` to see which are new (all of the file in the first run, and where another program
has changed it), and comparing what is new.  The ratios are those of comparing and of the whole
process.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.reprint_bench.contenders import peak
from tests.support.printings import Desk, article

DAY = 100


def articles(count: int, day: int) -> Iterator[str]:
    """Lines of ``articles.jsonl``, a hundred articles a day from ``day`` on."""
    desk = Desk(day + 1)
    printed: list[list[str]] = []
    for n in range(count):
        if printed and n % 10 == 9:
            story = desk.misread(printed[int(desk.random.integers(len(printed)))], 0.02)
        else:
            story = desk.story(5, int(desk.random.integers(40, 160)))
            printed.append(story)
        date = day + n // DAY
        edition = f"{1900 + date // 360}-{date // 30 % 12 + 1:02d}-{date % 30 + 1:02d}"
        yield article(edition, n % DAY + 1, story, f"标题{n}")


@dataclass(frozen=True, slots=True)
class Step:
    """One run: seconds of the whole process, its processor seconds and peak MiB; and within it the
    processor seconds of reading the lines of ``articles.jsonl`` and of comparing what is new."""

    seconds: float
    processor: float
    peak: float
    reading: float
    comparing: float


def timed(out: Path) -> Step:
    """One run of reprints over ``out`` in a process of its own."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, __file__, "--one", out], capture_output=True, text=True, check=True
    )
    return Step(time.perf_counter() - start, *json.loads(done.stdout))


def one(out: Path) -> None:
    """The run itself, its two long steps timed."""
    from pagefix.reprints import run
    from pagefix.rules import load_rules

    spent = {"scan": 0.0, "update": 0.0}

    def clocked(name: str) -> None:
        step = getattr(run, name)

        def timed_step(*work: Any, **options: Any) -> Any:
            start = time.process_time()
            found = step(*work, **options)
            spent[name] += time.process_time() - start
            return found

        setattr(run, name, timed_step)

    for name in spent:
        clocked(name)
    run.find_reprints([out], load_rules())
    print(json.dumps([time.process_time(), peak(), spent["scan"], spent["update"]]))


def bring(out: Path, day: Sequence[str]) -> None:
    """A day more in ``articles.jsonl``, and the rows known, as ``pagefix clean`` leaves them."""
    from pagefix.writing.linebook import keep_lines, kept_lines, lines_of, pieced

    path = out / "articles.jsonl"
    known = kept_lines(out, path)
    assert known is not None
    data = "".join(day).encode()
    with path.open("ab") as stream:
        stream.write(data)
    keep_lines(out, pieced(path, [known, lines_of(path, data.splitlines(keepends=True))]))


def main() -> None:
    """Prints a row for each size."""
    if sys.argv[1:2] == ["--one"]:
        one(Path(sys.argv[2]))
        return
    sizes = [int(size) for size in sys.argv[1:]] or [1000, 10_000, 100_000]
    print("| articles | articles.jsonl MB | index MB | build: s | processor s | peak MiB | reading | "
          "comparing | 100 more: s | processor s | reading | comparing | ratio | whole |")  # fmt: skip
    print("|---" * 14 + "|", flush=True)
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="growth-") as folder:
            out = Path(folder)
            with (out / "articles.jsonl").open("w", encoding="utf-8") as stream:
                stream.writelines(articles(size, 0))
            build = timed(out)
            index = sum(p.stat().st_size for p in (out / ".pagefix" / "reprints").rglob("*") if p.is_file())
            bring(out, list(articles(DAY, 40_000)))
            day = timed(out)
            books = (out / "articles.jsonl").stat().st_size
            print(
                f"| {size:,} | {books / 1e6:.0f} | {index / 1e6:.1f} | {build.seconds:.2f} | "
                f"{build.processor:.2f} | {build.peak:.0f} | {build.reading:.3f} | {build.comparing:.3f} | "
                f"{day.seconds:.2f} | {day.processor:.2f} | {day.reading:.3f} | {day.comparing:.3f} | "
                f"1/{build.comparing / day.comparing:.0f} | 1/{build.processor / day.processor:.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
