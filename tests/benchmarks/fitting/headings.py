"""Headings: headline, crosshead or running text, by multinomial logistic regression."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from pagefix.matching.keys import fold
from pagefix.model import Role, Way
from pagefix.rules import Rules
from pagefix.steps.blocks import find_blocks, headings
from pagefix.steps.blocks.drafts import Draft
from tests.benchmarks.fitting.gold import GoldPage, role_of
from tests.benchmarks.fitting.tables import Floats, folds, matrix, means, minimum, today, toml_weights

_HEADINGS = (Role.BODY, Role.HEADLINE, Role.CROSSHEAD)
_NOT_SHOWN = (Role.MARK, Role.IMAGE, Role.FURNITURE)


def heading_rows(gold: GoldPage, rules: Rules) -> Iterator[tuple[bool, tuple[dict[str, float], int]]]:
    blocks = [b for b in find_blocks(gold.page, rules).blocks if b.role not in _NOT_SHOWN]
    undecided = [
        b.rule in ("blocks.text", "headings.headline", "headings.crosshead") or "below" in b.rule
        for b in blocks
    ]
    drafts = [
        Draft(
            fold(b.text),
            b.level,
            None if open_ else b.role,
            lands=b.jump is not None and b.jump.way is Way.FROM,
        )
        for b, open_ in zip(blocks, undecided, strict=True)
    ]
    lines = headings.printed_lines(drafts)
    for block, row, width in zip(blocks, headings.features_of(drafts, lines, rules), lines, strict=True):
        role = role_of(gold, block)
        if row is not None and role in (
            "body",
            "headline",
            "crosshead",
            "byline",
            "repeat",
            "note",
            "caption",
        ):
            wanted = Role(role) if role in ("headline", "crosshead") else Role.BODY
            yield width > 0, (row, _HEADINGS.index(wanted))


_LAYOUT = 3.0


def fit_softmax(
    rows: Sequence[dict[str, float]], labels: Sequence[int], ridge: float
) -> dict[Role, dict[str, float]]:
    names = ["bias", *sorted({name for row in rows for name in row})]
    x = matrix(rows, names)
    y = np.eye(3)[np.array(labels)]
    # What stands above a heading is the layout's doing more than the paper's: held back.
    hold = ridge * np.array([_LAYOUT if name.startswith("before.") else 1.0 for name in names])

    def loss(flat: Floats) -> tuple[float, Floats]:
        w = flat.reshape(2, -1)
        scores = np.column_stack([np.zeros(len(x)), x @ w.T])
        top = scores.max(axis=1, keepdims=True)
        logs = scores - top - np.log(np.exp(scores - top).sum(axis=1, keepdims=True))
        slope = (np.exp(logs) - y)[:, 1:].T @ x + hold * w
        return float(-(logs * y).sum() + (hold * w * w).sum() / 2), slope.ravel()

    w = minimum(loss, np.zeros(2 * len(names))).reshape(2, -1)
    return {
        role: dict(zip(names, map(float, row), strict=True))
        for role, row in zip(_HEADINGS[1:], w, strict=True)
    }


def heading_accuracy(
    rows: Sequence[dict[str, float]], labels: Sequence[int], fitted: Mapping[Role, Mapping[str, float]]
) -> dict[str, float]:
    right: Counter[str] = Counter()
    for row, label in zip(rows, labels, strict=True):
        scores = [0.0, *(headings._score(row, fitted[role]) for role in _HEADINGS[1:])]
        best = int(np.argmax(scores))
        right["right"] += best == label
        right["headline found"] += best == label == 1
        right["headline said"] += best == 1
        right["headline true"] += label == 1
        right["crosshead found"] += best == label == 2
        right["crosshead said"] += best == 2
        right["crosshead true"] += label == 2
    figures = {"accuracy": right["right"] / max(1, len(rows))}
    for role in ("headline", "crosshead"):
        figures[f"{role} F1"] = (
            2 * right[f"{role} found"] / max(1, right[f"{role} said"] + right[f"{role} true"])
        )
    return figures


HeadingRow = tuple[str, bool, dict[str, float], int]


def fit_headings(rows: Sequence[HeadingRow], lines: bool, data: str) -> str:
    figures: list[dict[str, float]] = []
    for held in folds([r[0] for r in rows]):
        train, test = [r for r in rows if r[0] not in held], [r for r in rows if r[0] in held]
        fitted = fit_softmax([r[2] for r in train], [r[3] for r in train], 1.0)
        figures.append(heading_accuracy([r[2] for r in test], [r[3] for r in test], fitted))
    mean = means(figures)
    print("headings of lines" if lines else "headings", len(rows), mean)
    both = fit_softmax([r[2] for r in rows], [r[3] for r in rows], 1.0)
    note = {"date": today(), "data": data, "rows": len(rows), **mean}
    reason = "Log-odds against running text; steps.blocks.headings names the features."
    if lines:
        reason += "  For pages whose blocks are printed lines."
    end = ".lines" if lines else ""
    return "\n".join(
        toml_weights(f"headings.{role}{end}", reason, both[role], note) for role in _HEADINGS[1:]
    )
