"""Matrices, folds, figures and the rule files that come of them."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from pagefix.rules import Rules

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def matrix(rows: Sequence[dict[str, float]], names: Sequence[str]) -> Floats:
    place = {name: at for at, name in enumerate(names)}
    x = np.zeros((len(rows), len(names)))
    x[:, 0] = 1.0
    for at, row in enumerate(rows):
        for name, value in row.items():
            if name in place:
                x[at, place[name]] = value
    return x


def minimum(
    loss: Callable[[Floats], tuple[float, Floats]], start: Floats, signs: Sequence[int] | None = None
) -> Floats:
    """Where the convex ``loss`` (value and slope) is least; ``signs`` bound weights from one side."""
    bounds = [_SIDES[sign] for sign in signs] if signs else None
    start = np.clip(start, *np.array(bounds, dtype=float).T) if bounds else start
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 250})
    return np.asarray(found.x)


_SIDES = {-1: (-np.inf, 0.0), 0: (-np.inf, np.inf), 1: (0.0, np.inf)}


def folds(editions: Sequence[str], k: int = 4) -> list[set[str]]:
    names = sorted(set(editions))
    return [set(names[n::k]) for n in range(k)]


def toml_weights(
    identity: str,
    reason: str,
    values: Mapping[str, float],
    fitted: Mapping[str, Any],
) -> str:
    lines = ["[[weights]]", f'id = "{identity}"', f'reason = """{reason}"""', "[weights.fitted]"]
    lines += [f'"{key}" = {json.dumps(value)}' for key, value in fitted.items()]
    lines.append("[weights.values]")
    lines += [f'"{name}" = {round(float(value), 3)}' for name, value in values.items() if abs(value) >= 0.005]
    return "\n".join(lines) + "\n"


def as_before(identity: str, rules: Rules) -> str:
    """The weights of ``identity`` as they are in force."""
    entry = next(entry for entry in rules.entries if entry.id == identity)
    return toml_weights(identity, entry.data["reason"], entry.data["values"], entry.data["fitted"])


def means(figures: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {key: round(float(np.mean([f[key] for f in figures])), 4) for key in figures[0]}


def today() -> str:
    return datetime.date.today().isoformat()
