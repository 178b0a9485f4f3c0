"""Archives for tests: made from the golden cases, each page another one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from itertools import cycle
from pathlib import Path

from tests.support.cases import cases

_PLACES = ["海州", "青河", "云溪", "白沙", "江口", "石门", "新塘", "柳林", "双桥", "南屏"]
_LEAVING = """# {place}老码头变成新公园

{place}市的老码头经过两年改造，昨天作为滨江公园开放，许多住在附近的老人在这里找到了

（下转A02版）
"""
_LANDING = """# {place}老码头变成新公园

（上接A01版）年轻时挑担过江的回忆。市民李女士说，她每天晚饭后都要来走一走，看看江上来往的船。

# {place}茶园来了新技术员

技术员白天在{place}的茶园里教剪枝，晚上在祠堂里讲防虫。
"""


def make_archive(folder: Path, *, days: int = 6, pages: int = 3, paper: str = "") -> Path:
    """An archive of ``days`` editions; on each an article jumps from the first page to the second.

    The files are an hour old, so that their times can be trusted.
    """
    texts = _texts()
    for day in range(1, days + 1):
        place = _PLACES[day % len(_PLACES)]
        for number in range(1, pages + 1):
            head = {1: _LEAVING, 2: _LANDING}.get(number, "")
            text = "\n".join([head.format(place=place), *(next(texts) for _ in range(3))])
            write_page(folder / paper / f"2025-05-{day:02d}" / f"A{number:02d}.md", text, age=3600 + day)
    return folder


def write_page(path: Path, text: str, age: float = 3600.0) -> None:
    """A page that was last changed ``age`` seconds ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    then = path.stat().st_mtime_ns // 10**9 * 10**9 - int(age * 10**9)
    os.utime(path, ns=(then, then))


def _texts() -> Iterator[str]:
    # Cases of several pages, with their jumps, would be one page of many stories that share a headline.
    single = (case.page for case in cases() if "@@" not in case.page)
    pages = [page for page in single if 0 < len(page) < 600 and "下转" not in page]
    for n, page in enumerate(cycle(pages)):
        yield page.replace("海州", _PLACES[n // len(pages) % len(_PLACES)])


def contents(out: Path, *, hidden: bool = False) -> Mapping[str, bytes]:
    """Every file below ``out`` with its bytes; ``hidden``: what pagefix keeps for itself too."""
    files = (path for path in out.rglob("*") if path.is_file())
    found = {path.relative_to(out).as_posix(): path.read_bytes() for path in files}
    return {name: data for name, data in sorted(found.items()) if hidden or not name.startswith(".pagefix")}


def command(*arguments: str | Path) -> list[str]:
    """``pagefix`` with the Python that runs the tests."""
    return [sys.executable, "-m", "pagefix", *map(str, arguments)]


def run(*arguments: str | Path, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Runs the command to its end."""
    whole = {**os.environ, **(env or {})}
    return subprocess.run(command(*arguments), capture_output=True, text=True, env=whole, timeout=600)
