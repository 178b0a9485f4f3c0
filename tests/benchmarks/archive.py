"""Memory, pace and second runs over a big archive.

    python -m tests.benchmarks.archive [--pages 20000] [--jobs N] [--keep DIR]

The pages are those of ``fixtures/editions``, two or three set together and their names and
numbers changed from page to page; four make an edition.  The command itself is measured,
with all its processes: the peak of their resident memory (shared pages counted once for
each process, so the truth is lower), pages a second, characters a second and core, then the
run after it without changes, the one after a hundredth of the editions changed, and the
proof that every page can be put back.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from tests.support.editions import editions

_NAMES = ["海州", "青河", "云溪", "白沙", "江口", "石门", "新塘", "柳林", "双桥", "南屏"]
_EDITION = 4
_DAY = 86_400


@dataclass(frozen=True)
class Measured:
    """One run of the command: seconds, processor seconds, peak of resident memory in MiB."""

    seconds: float
    busy: float
    memory: float


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=20_000)
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--longest", type=int, help="cut every page after so many characters")
    parser.add_argument("--keep", type=Path, help="leave archive and results here")
    asked = parser.parse_args()
    root = asked.keep or Path(tempfile.mkdtemp(prefix="pagefix-archive-"))
    try:
        measure(root, asked.pages, asked.jobs, asked.longest)
    finally:
        if asked.keep is None:
            shutil.rmtree(root, ignore_errors=True)


def measure(root: Path, pages: int, jobs: int, longest: int | None = None) -> None:
    """Makes the archive, runs the command over it and prints a table."""
    archive, out = root / "archive", root / "out"
    characters = make(archive, pages, longest)
    clean = ["clean", str(archive), "--out", str(out), "--jobs", str(jobs), "--quiet"]
    first = run(clean)
    second = run(clean)
    changed = touch_up(archive, max(1, pages // _EDITION // 100))
    third = run(clean)
    proof = run(["restore", str(out), "--check"])
    say = "{:<34} {:>12}".format
    print(say("pages, characters", f"{pages}, {characters}"))
    print(say("jobs", jobs))
    print(say("first run", f"{first.seconds:.1f} s"))
    print(say("pages a second", f"{pages / first.seconds:.1f}"))
    print(say("characters a second", f"{characters / first.seconds:.0f}"))
    print(say("characters a second and core", f"{characters / first.seconds / jobs:.0f}"))
    print(say("characters a processor second", f"{characters / first.busy:.0f}"))
    print(say("peak memory of all processes", f"{first.memory:.0f} MiB"))
    print(say("second run, nothing changed", f"{second.seconds:.2f} s"))
    print(say("  times faster (processor time)", _times(first, second)))
    print(say(f"run with {changed} pages changed", f"{third.seconds:.2f} s"))
    share = 100 * third.seconds / first.seconds, 100 * third.busy / first.busy
    print(say("  of the first run (processor)", f"{share[0]:.1f} % ({share[1]:.1f} %)"))
    print(say("proof of every page", f"{proof.seconds:.1f} s, {proof.memory:.0f} MiB"))
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    print(say("size of OUT", f"{size / 2**20:.0f} MiB"))


def _times(first: Measured, second: Measured) -> str:
    return f"{first.seconds / second.seconds:.0f} ({first.busy / second.busy:.0f})"


def make(archive: Path, pages: int, longest: int | None = None) -> int:
    """Writes the pages, an hour old, and returns how many characters they have."""
    sources = [page.text for edition in editions() for page in edition.pages]
    chance = random.Random(11)
    then = time.time() - 3600
    total = 0
    for number in range(pages):
        day = time.strftime("%Y/%m/%d", time.gmtime(_DAY * (number // _EDITION)))
        text = "\n\n".join(varied(text, chance) for text in chance.sample(sources, 2 + number % 2))[:longest]
        path = archive / "daily" / day / f"{number % _EDITION + 1:02d}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        os.utime(path, (then, then))
        total += len(text)
    return total


def varied(text: str, chance: random.Random) -> str:
    """The same page on another day: other numbers, and a few characters read otherwise."""
    table: dict[str, int | str | None] = {str(n): str(chance.randrange(10)) for n in range(1, 10)}
    letters = sorted({c for c in text if "\u4e00" <= c <= "\u9fff"})
    for old, new in zip(chance.sample(letters, 4), chance.sample(letters, 4), strict=True):
        table[old] = new
    return text.translate(str.maketrans(table))


def touch_up(archive: Path, count: int) -> int:
    """Changes a page of each of so many editions; all pages of those must be cleaned again."""
    paths = sorted(archive.rglob("01.md"))
    for path in random.Random(12).sample(paths, count):
        path.write_text(
            path.read_text(encoding="utf-8") + "\n\n# 更正\n\n昨天的日期有误。\n", encoding="utf-8"
        )
    return count


def run(arguments: list[str]) -> Measured:
    """Runs ``pagefix`` and watches it and its children."""
    begun, before = time.perf_counter(), os.times()
    process = subprocess.Popen([sys.executable, "-m", "pagefix", *arguments])
    peak = [0.0]
    watch = threading.Thread(target=_watch, args=(process, peak))
    watch.start()
    if process.wait() not in (0, 3):
        raise SystemExit(f"pagefix {arguments[0]} failed")
    watch.join()
    after = os.times()
    busy = after.children_user + after.children_system - before.children_user - before.children_system
    return Measured(time.perf_counter() - begun, busy, peak[0])


def _watch(process: subprocess.Popen[bytes], peak: list[float]) -> None:
    while process.poll() is None:
        peak[0] = max(peak[0], sum(map(_resident, _tree(process.pid))) / 2**20)
        time.sleep(0.2)


def _tree(root: int) -> list[int]:
    parents: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(path.parent.name))
    found = [root]
    for pid in found:
        found += parents.get(pid, [])
    return found


def _resident(pid: int) -> int:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main()
