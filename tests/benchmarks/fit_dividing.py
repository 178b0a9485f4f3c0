"""Fit the weights by which a headline only divides an earlier story.

    python -m tests.benchmarks.fit_dividing SET... [--write RULES_DIR]

Each SET is a folder with ``archive/`` and ``gold.jsonl`` (see ``fit.py``).  Every headline that the
shipped rules find is a row, whether its story is the next chapter of the one that draws its text most
or begins another; a logistic regression over the features of ``steps.articles.dividing`` with a ridge
penalty.  Figures printed are cross-validated over editions: of the headlines that divide how many are
found, and of those found how many are right, at even odds.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from pagefix.model import Block
from pagefix.proofs import pull_proof
from pagefix.rules import Rules, load_rules
from pagefix.steps.articles import blocks_to_sort, sort_blocks
from pagefix.steps.articles.dividing import dividing_features
from pagefix.steps.blocks import find_blocks
from pagefix.steps.fragments import join_fragments
from pagefix.steps.repeats import find_repeats
from tests.benchmarks.fitting.gold import GoldPage, load, role_of
from tests.benchmarks.fitting.tables import Floats, folds, matrix, means, minimum, today, toml_weights

_RIDGE = 2.0
_ALONE = frozenset({"headline", "crosshead"})


class Row(NamedTuple):
    edition: str
    features: Mapping[str, float]
    divides: bool


def rows_of(gold: GoldPage, rules: Rules) -> Iterator[Row]:
    """A row for every headline of a page that may divide an earlier story, if it is any heading at all."""
    proof = pull_proof(gold.page, rules)
    if proof.sheet is not gold.page:
        return
    (joined,) = join_fragments([find_repeats(find_blocks(gold.page, rules), rules)], rules)
    blocks = blocks_to_sort(joined)
    found = sort_blocks(joined, blocks, rules)
    texts: dict[int, Counter[str]] = {}
    for step, label in zip(found.steps, found.labels, strict=True):
        texts.setdefault(label, Counter()).update(_articles(gold, blocks[step.block]))
    for step, nearest, features in dividing_features(blocks, found.steps, found.labels, found.likeness):
        role = role_of(gold, blocks[step.block])
        if role in _ALONE:
            own = _articles(gold, blocks[step.block]).most_common(1)[0][0]
            other = texts[nearest].most_common(1)[0][0]
            yield Row(gold.edition, features, role == "crosshead" and own == other)


def _articles(gold: GoldPage, block: Block) -> Counter[str]:
    places = (at for piece in block.pieces for at in range(piece.start, piece.end))
    return Counter(gold.truth[at][1] if at in gold.truth else "" for at in places)


def fit_dividing(rows: Sequence[Row]) -> dict[str, float]:
    """The weights, by feature."""
    names = list(rows[0].features)
    x = matrix([dict(row.features) for row in rows], names)
    signs = np.array([1.0 if row.divides else -1.0 for row in rows])

    def loss(w: Floats) -> tuple[float, Floats]:
        margin = signs * (x @ w)
        kept = np.append(0.0, w[1:])
        value = np.logaddexp(0.0, -margin).sum() + 0.5 * _RIDGE * kept @ kept
        return float(value), x.T @ (-signs / (1.0 + np.exp(margin))) + _RIDGE * kept

    return dict(zip(names, minimum(loss, np.zeros(len(names))).tolist(), strict=True))


def figures(rows: Sequence[Row], weights: Mapping[str, float]) -> dict[str, float]:
    """Precision and recall at even odds."""
    told = [sum(weights[name] * value for name, value in row.features.items()) > 0 for row in rows]
    right = sum(said and row.divides for said, row in zip(told, rows, strict=True))
    return {
        "precision": right / max(1, sum(told)),
        "recall": right / max(1, sum(row.divides for row in rows)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sets", nargs="+", type=Path)
    parser.add_argument("--write", type=Path, help="the rules folder whose dividing.toml is replaced")
    parser.add_argument("--data", default="pages set from clean articles and damaged by a press simulator")
    args = parser.parse_args()
    rules = load_rules()
    rows = [
        row._replace(edition=f"{folder.name}/{row.edition}")
        for folder in args.sets
        for page in load(folder)
        for row in rows_of(page, rules)
    ]
    found = []
    for held in folds([row.edition for row in rows]):
        weights = fit_dividing([row for row in rows if row.edition not in held])
        found.append(figures([row for row in rows if row.edition in held], weights))
    divide = sum(row.divides for row in rows)
    note = {"date": today(), "data": args.data, "headlines": len(rows), "divide": divide, **means(found)}
    print(note)
    text = toml_weights("articles.dividing", _REASON, fit_dividing(rows), note)
    if args.write:
        (args.write / "dividing.toml").write_text(text, encoding="utf-8")
    else:
        print(text)


_REASON = (
    "Log-odds that a headline only divides the story that draws its text most, against its beginning one "
    "of its own; steps.articles.dividing names the features."
)


if __name__ == "__main__":
    main()
