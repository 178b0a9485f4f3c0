"""Raise the quality gate's floors to what is reached: ``python -m tests.benchmarks.floors [--show]``.

Floors only rise: a figure below its floor leaves the floor as it is and is reported, and the
command then ends with exit code 1.  ``--show`` prints the figures and writes nothing.
"""

from __future__ import annotations

import argparse
import math

from pagefix.rules import load_rules
from tests.support.gate import DRESSES, FLOORS, floors, weigh_dress

_HEAD = """# What the quality gate asks of every figure (tests/test_quality.py); floors only rise.
# Raised by: python -m tests.benchmarks.floors
"""


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--show", action="store_true", help="print the figures and write nothing")
    show = parser.parse_args().show
    rules = load_rules()
    before = floors() if FLOORS.exists() else {}
    lines, sunk = [_HEAD], 0
    for dress in DRESSES:
        reached = weigh_dress(dress, rules)
        figures = reached.figures()
        lost = figures.pop("lost")
        print(f"{dress}: {reached.perfect} of {reached.articles} articles perfect, {lost:.0f} lost")
        lines.append(f"[{dress}]")
        for name, figure in figures.items():
            floor = before.get(dress, {}).get(name, 0.0)
            # Rounded down, so that the figure itself never lies below its floor.
            now = max(floor, math.floor(figure * 10_000) / 10_000)
            sunk += figure < floor
            print(f"  {name:8} {figure:.4f}  floor {floor:.4f}{'  SUNK' if figure < floor else ''}")
            lines.append(f"{name} = {now:.4f}")
        lines.append("")
    if not show:
        FLOORS.write_text("\n".join(lines), encoding="utf-8")
    return min(sunk, 1)


if __name__ == "__main__":
    raise SystemExit(main())
