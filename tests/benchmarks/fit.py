"""Fit the weights of headings and seams on archives with gold.

    python -m tests.benchmarks.fit SET... [--write RULES_DIR]

Each SET is a folder with ``archive/`` and ``gold.jsonl`` (one edition a line:
``{"edition", "pages": {path: …}, "articles": [{"id", "blocks": [{"role", "spans": [[page,
start, end]]}]}], "duplicates": [{"spans", "optional"?}], "furniture": [{"spans"}]}``).

Headings: a multinomial logistic regression (headline, crosshead, running text) over the
features of ``steps.blocks.headings``.  Seams: for each tail a softmax over its possible
heads and staying open, for each head one over its possible tails and beginning a
paragraph, the two sharing the score of a pair (pseudo-likelihood of the assignment).
Both with a ridge penalty, that of seams towards the weights in force: delete their values to
start from nothing.  Figures printed are cross-validated over editions.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from pagefix.evidence.seams import Weights
from pagefix.rules import load_rules
from tests.benchmarks.fitting.gold import load
from tests.benchmarks.fitting.habits import HABITS, habits_of
from tests.benchmarks.fitting.headings import fit_headings, heading_rows
from tests.benchmarks.fitting.seams import fit_seams, seam_pages
from tests.benchmarks.fitting.tables import today, toml_weights


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sets", nargs="+", type=Path)
    parser.add_argument(
        "--write", type=Path, help="the rules folder whose headings.toml and seams.toml are replaced"
    )
    parser.add_argument("--only", choices=["headings", "seams"])
    parser.add_argument(
        "--show", action="store_true", help="list the seams that are wrong in cross-validation"
    )
    parser.add_argument("--data", default="pages set from clean articles and damaged by a press simulator")
    args = parser.parse_args()
    rules = load_rules()
    pages = [(folder.name, page) for folder in args.sets for page in load(folder)]
    if args.only != "seams":
        found = [(f"{n}/{g.edition}", lines, *row) for n, g in pages for lines, row in heading_rows(g, rules)]
        text = "\n".join(
            fit_headings([r for r in found if r[1] is lines], lines, args.data) for lines in (False, True)
        )
        if args.write:
            (args.write / "headings.toml").write_text(text, encoding="utf-8")
            rules = load_rules(args.write)
    if args.only != "headings":
        habits = habits_of(g for _, g in pages)
        weights = replace(Weights.read(rules.weights), words=habits)
        seams = [(f"{n}/{g.edition}", s) for n, g in pages for s in seam_pages(g, rules, weights)]
        note = {"date": today(), "data": args.data}
        text = toml_weights("seams.words", HABITS, habits, note) + "\n"
        text += "\n".join(
            fit_seams([x for x in seams if x[1].lines is lines], lines, rules, args.data, args.show)
            for lines in (False, True)
        )
        if args.write:
            (args.write / "seams.toml").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
