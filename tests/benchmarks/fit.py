"""Fit the weights of headings and seams on archives with gold.

    python -m tests.benchmarks.fit SET... --articles FILE... [--only headings|characters|seams] [--lines]
                                   [--write RULES_DIR]

Each SET is a folder with ``archive/`` and ``gold.jsonl`` (one edition a line:
``{"edition", "pages": {path: …}, "articles": [{"id", "blocks": [{"role", "spans": [[page,
start, end]]}]}], "duplicates": [{"spans", "optional"?}], "furniture": [{"spans"}]}``).

Headings: a multinomial logistic regression (headline, crosshead, running text) over the
features of ``steps.blocks.headings``.  Seams: for each tail a softmax over its possible
heads and staying open, for each head one over its possible tails and beginning a
paragraph, the two sharing the score of a pair (pseudo-likelihood of the assignment).
Characters are counted in whole articles (``--articles``: lines of JSON with ``blocks``, as
``pagefix clean`` writes them); the seams of one half of these are fitted with the counts of
the other half.
``--lines`` fits what holds for pages whose blocks are printed lines and leaves the other weights.
Both with a ridge penalty, that of seams towards the weights in force, from which they go half
of the way: delete their values to start from nothing, and fit several times.  Figures printed
are cross-validated over editions.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from pagefix.evidence.seams import Weights
from pagefix.rules import load_rules
from tests.benchmarks.fitting.characters import count, paragraphs_of, read_articles, rule_file, stories_of
from tests.benchmarks.fitting.gold import load
from tests.benchmarks.fitting.headings import fit_headings, heading_rows
from tests.benchmarks.fitting.seams import Halves, fit_seams, seam_pages
from tests.benchmarks.fitting.tables import as_before


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sets", nargs="+", type=Path)
    parser.add_argument("--articles", nargs="+", type=Path, default=[], help="files like articles.jsonl")
    parser.add_argument(
        "--write",
        type=Path,
        help="the rules folder whose headings.toml, characters.toml and seams.toml are replaced",
    )
    parser.add_argument("--only", choices=["headings", "characters", "seams"])
    parser.add_argument("--lines", action="store_true", help="only what holds for pages of printed lines")
    parser.add_argument(
        "--show", action="store_true", help="list the seams that are wrong in cross-validation"
    )
    parser.add_argument("--data", default="pages set from clean articles and damaged by a press simulator")
    args = parser.parse_args()
    if args.only != "headings" and not args.articles:
        parser.error("characters are counted in --articles")
    rules = load_rules()
    kinds = (True,) if args.lines else (False, True)
    pages = [
        replace(page, edition=f"{folder.name}/{page.edition}")
        for folder in args.sets
        for page in load(folder)
    ]
    if args.only in (None, "headings"):
        found = [(g.edition, lines, *row) for g in pages for lines, row in heading_rows(g, rules)]
        text = "\n".join(
            [as_before(f"headings.{role}", rules) for role in ("headline", "crosshead") if args.lines]
            + [fit_headings([r for r in found if r[1] is lines], lines, args.data) for lines in kinds]
        )
        if args.write:
            (args.write / "headings.toml").write_text(text, encoding="utf-8")
            rules = load_rules(args.write)
    if args.only != "headings":
        articles = read_articles(args.articles)
        stories = stories_of(articles)
        if args.only in (None, "characters") and args.write:
            text = rule_file(count(articles, stories), len(set(stories.values())))
            (args.write / "characters.toml").write_text(text, encoding="utf-8")
    if args.only in (None, "seams"):
        halves = Halves.of(articles, stories, Weights.read(rules.weights, rules.words))
        halves = replace(halves, stories=stories_of(paragraphs_of(pages)))
        seams = [seam for page in pages for seam in seam_pages(page, rules, halves)]
        text = "\n".join(
            [as_before("seams.pair", rules)] * args.lines
            + [
                fit_seams([seam for seam in seams if seam.lines is lines], lines, rules, args.data, args.show)
                for lines in kinds
            ]
        )
        if args.write:
            (args.write / "seams.toml").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
