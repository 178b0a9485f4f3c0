"""What starting costs: ``python tests/benchmarks/imports.py [--runs N]``.

Each row is one command, run N times in processes of their own; the least wall time counts,
since whatever else the machine does can only add to it.  The ratio to Python's own start is
what can be compared between machines.  The last rows, from ``-X importtime``, are the modules
that cost most.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence

_PAGE = "# 青河镇修通三座桥\\n\\n昨天上午，青河镇三座新桥同时通车，两岸群众敲锣打\\n\\n鼓来看热闹。\\n"
_CLEAN = f'import pagefix; pagefix.clean_page("{_PAGE}")'
_COMMANDS = (
    ("python starts", ("-c", "pass")),
    ("import pagefix", ("-c", "import pagefix")),
    ("pagefix --help", ("-m", "pagefix", "--help")),
    ("pagefix.read is at hand", ("-c", "import pagefix; pagefix.read")),
    ("the rules are loaded", ("-c", "import pagefix; pagefix.load_rules()")),
    ("a small page is clean", ("-c", _CLEAN)),
    ("twice", ("-c", f'{_CLEAN}; pagefix.clean_page("{_PAGE}")')),
)


def least_seconds(arguments: Sequence[str], runs: int) -> float:
    """The shortest of ``runs`` runs of Python with ``arguments``, in seconds."""
    times = []
    for _ in range(runs):
        begin = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - begin)
    return min(times)


def dearest(arguments: Sequence[str], count: int) -> list[tuple[float, str]]:
    """The modules whose own code takes longest to import: milliseconds and name."""
    command = [sys.executable, "-X", "importtime", *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ})
    rows = []
    for line in done.stderr.splitlines():
        parts = line.removeprefix("import time:").split("|")
        if len(parts) == 3 and parts[0].strip().isdigit():
            rows.append((int(parts[0]) / 1000, parts[2].strip()))
    return sorted(rows, reverse=True)[:count]


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10)
    runs = parser.parse_args().runs
    start = 0.0
    for name, arguments in _COMMANDS:
        seconds = least_seconds(arguments, runs)
        start = start or seconds
        print(f"{name:<28} {seconds:7.3f} s  {seconds / start:6.1f} x  {seconds - start:+7.3f} s")
    for name, arguments in _COMMANDS[1:3] + _COMMANDS[5:6]:
        print(f"\n{name}: dearest imports")
        for milliseconds, module in dearest(arguments, 8):
            print(f"  {milliseconds:7.1f} ms  {module}")


if __name__ == "__main__":
    main()
