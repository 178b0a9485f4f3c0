"""Memory, pace and second runs over a big archive.

    python -m tests.benchmarks.archive [--pages 20000] [--characters 4000] [--jobs N] [--keep DIR]

The pages are those of ``fixtures/editions`` (or those below ``--source``), set together until
a page has ``--characters``, their characters exchanged from page to page; four make an edition.
The command itself is measured, with all its processes: the peak of their resident
memory (shared pages counted once for each process, so the truth is lower), pages a second,
characters a second and core.  Then the runs after it: nothing changed; a hundredth of the pages
changed, in whole editions and each in another edition; a hundredth of editions more.  Last the
proof that every page can be put back.  The start is what one changed edition costs alone.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.editions import editions

_NAMES = ["海州", "青河", "云溪", "白沙", "江口", "石门", "新塘", "柳林", "双桥", "南屏"]
_EDITION = 4
_DAY = 86_400
# Seconds between two looks at the processes: what each does after the last one is not seen.
_LOOK = 0.1


@dataclass(frozen=True)
class Measured:
    """One run of the command: seconds, processor seconds of all processes, peak of their memory in MiB."""

    seconds: float
    busy: float
    memory: float


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=20_000)
    parser.add_argument("--characters", type=int, default=4_000, help="about so many on a page")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--source", type=Path, help="make the pages of those below this folder")
    parser.add_argument("--keep", type=Path, help="leave archive and results here")
    asked = parser.parse_args()
    root = asked.keep or Path(tempfile.mkdtemp(prefix="pagefix-archive-"))
    try:
        measure(root, Press(asked.characters, asked.source), asked.pages, asked.jobs)
    finally:
        if asked.keep is None:
            shutil.rmtree(root, ignore_errors=True)


def measure(root: Path, press: Press, pages: int, jobs: int) -> None:
    """Makes the archive, runs the command over it and prints a table."""
    archive, out = root / "archive", root / "out"
    characters = press.print(archive, 0, pages)
    clean = ["clean", str(archive), "--out", str(out), "--jobs", str(jobs), "--quiet"]
    first = run(clean)
    print(_SAY("pages, characters", f"{pages}, {characters}"))
    print(_SAY("jobs", jobs))
    print(_SAY("first run", f"{first.seconds:.1f} s, processor {first.busy:.1f} s"))
    print(_SAY("pages a second", f"{pages / first.seconds:.1f}"))
    print(_SAY("characters a second and core", f"{characters / first.seconds / jobs:.0f}"))
    print(_SAY("characters a processor second", f"{characters / first.busy:.0f}"))
    print(_SAY("peak memory of all processes", f"{first.memory:.0f} MiB"))
    second = run(clean)
    times = f"{first.seconds / second.seconds:.0f} ({first.busy / second.busy:.0f}) times faster"
    print(_SAY("nothing changed", f"{second.seconds:.2f} s, {times}"))
    _start(root, press, jobs)
    some = max(1, pages // _EDITION // 100)
    days = random.Random(12).sample(sorted(archive.glob("daily/*/*/*")), min(5, pages // _EDITION) * some)
    whole = [page for day in days[:some] for page in sorted(day.iterdir())]
    _later("in whole editions", clean, first, touch_up(whole))
    scattered = [min(day.iterdir()) for day in days[some:]]
    _later("each in another edition", clean, first, touch_up(scattered))
    press.print(archive, pages, some * _EDITION)
    _later("in new editions", clean, first, some * _EDITION)
    proof = run(["restore", str(out), "--check"])
    print(_SAY("proof of every page", f"{proof.seconds:.1f} s, {proof.memory:.0f} MiB"))
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    print(_SAY("size of OUT", f"{size / 2**20:.0f} MiB"))


_SAY = "{:<42} {:>12}".format


def _later(what: str, clean: list[str], first: Measured, pages: int) -> None:
    then = run(clean)
    share = f"{100 * then.seconds / first.seconds:.2f} % ({100 * then.busy / first.busy:.2f} %)"
    print(_SAY(f"{pages} pages {what}", f"{then.seconds:.2f} s, {share}, {then.memory:.0f} MiB"))


def _start(root: Path, press: Press, jobs: int) -> None:
    """What a run costs that has one edition to clean, in an archive that has no other."""
    archive = root / "one"
    press.print(archive, 0, _EDITION)
    clean = ["clean", str(archive), "--out", str(root / "one-out"), "--jobs", str(jobs), "--quiet"]
    run(clean)
    touch_up([min(archive.rglob("*.md"))])
    alone = run(clean)
    print(_SAY("one edition alone", f"{alone.seconds:.2f} s, processor {alone.busy:.2f} s"))


class Press:
    """Sets pages of about so many characters from others, each a little different."""

    def __init__(self, characters: int, source: Path | None) -> None:
        self._characters = characters
        if source is None:
            self._texts = [page.text for edition in editions() for page in edition.pages]
        else:
            self._texts = [path.read_text(encoding="utf-8") for path in sorted(source.rglob("*.md"))]

    def print(self, archive: Path, first: int, count: int) -> int:
        """Writes pages, an hour old, and returns how many characters they have."""
        chance = random.Random(first + 11)
        then = time.time() - 3600
        total = 0
        for number in range(first, first + count):
            day = time.strftime("%Y/%m/%d", time.gmtime(_DAY * (number // _EDITION)))
            text = self._page(chance)
            path = archive / "daily" / day / f"{number % _EDITION + 1:02d}.md"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            os.utime(path, (then, then))
            total += len(text)
        return total

    def _page(self, chance: random.Random) -> str:
        text = ""
        for piece in chance.sample(self._texts, len(self._texts)):
            if text and len(text) + len(piece) / 2 > self._characters:
                break
            text += "\n\n" * bool(text) + varied(piece, chance)
        return text


def varied(text: str, chance: random.Random) -> str:
    """The same page on another day: other numbers, and other characters.

    One in ten is read a little otherwise and is a reprint; in all others a third of the
    characters are exchanged, so that they are news.
    """
    table: dict[str, int | str | None] = {str(n): str(chance.randrange(10)) for n in range(1, 10)}
    letters = sorted({c for c in text if "\u4e00" <= c <= "\u9fff"})
    count = 4 if chance.random() < 0.1 else len(letters) // 3
    some = chance.sample(letters, count)
    table.update(zip(some, chance.sample(some, count), strict=True))
    return text.translate(str.maketrans(table))


def touch_up(paths: Sequence[Path]) -> int:
    """Changes the pages, a minute ago; all editions that they belong to must be cleaned again."""
    then = time.time() - 60
    for path in paths:
        path.write_text(
            path.read_text(encoding="utf-8") + "\n\n# 更正\n\n昨天的日期有误。\n", encoding="utf-8"
        )
        os.utime(path, (then, then))
    return len(paths)


def run(arguments: list[str]) -> Measured:
    """Runs ``pagefix`` and watches it and all processes that come of it."""
    begun = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "pagefix", *arguments])
    peak, ticks = 0, dict[int, int]()
    while process.poll() is None:
        tree = _tree(process.pid)
        ticks.update(tree)
        peak = max(peak, sum(map(_resident, tree)))
        time.sleep(_LOOK)
    if process.returncode not in (0, 3):
        raise SystemExit(f"pagefix {arguments[0]} failed")
    busy = sum(ticks.values()) / os.sysconf("SC_CLK_TCK")
    return Measured(time.perf_counter() - begun, busy, peak / 2**20)


def _tree(root: int) -> dict[int, int]:
    """A process and all below it, with the ticks of processor time that each has taken.

    What the system adds up for a parent will not do: workers are children of the fork server,
    which outlives the command and for which nobody waits.
    """
    parents: dict[int, list[int]] = {}
    ticks: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        pid = int(path.parent.name)
        parents.setdefault(int(fields[1]), []).append(pid)
        ticks[pid] = int(fields[11]) + int(fields[12])
    found = [root]
    for pid in found:
        found += parents.get(pid, [])
    return {pid: ticks[pid] for pid in found if pid in ticks}


def _resident(pid: int) -> int:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main()
