"""The quality gate: every edition in every dress, and the floors below which no figure may sink."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

from pagefix.pipeline import clean_edition
from pagefix.rules import Rules
from tests.support.editions import as_printed, editions, misread, traditional, typewritten, unmarked
from tests.support.gold import GoldEdition
from tests.support.scoring import Score, score
from tests.support.undamaged import spaced, undamaged, wrapped

FLOORS = Path(__file__).resolve().parents[2] / "fixtures" / "floors.toml"

DRESSES: Mapping[str, Callable[[], Iterator[GoldEdition]]] = {
    "as_printed": partial(editions, as_printed),
    "unmarked": partial(editions, unmarked),
    "traditional": partial(editions, traditional),
    "misread": partial(editions, misread),
    "undamaged": undamaged,
    "lower_marks": partial(undamaged, level=2),
    "close_lines": partial(undamaged, between="\n"),
    "wrapped": partial(undamaged, dress=wrapped),
    "spaced": partial(undamaged, dress=spaced),
    "typewritten": partial(editions, typewritten),
}
"""As written; without heading marks; in traditional characters; with misread ones; before the damage, and
that with marks one level lower, without blank lines, in lines of a column's width, and with a space between
any two characters; as written, with the signs of a typewriter."""


def weigh(golds: Iterable[GoldEdition], rules: Rules) -> Score:
    """Cleans and scores every edition; the counts add up."""
    total = Score()
    for gold in golds:
        total += score(gold, clean_edition(gold.pages, rules))
    return total


def weigh_dress(name: str, rules: Rules) -> Score:
    return weigh(DRESSES[name](), rules)


def floors() -> dict[str, dict[str, float]]:
    """The floors by dress and figure; ``lost`` is a ceiling of zero and stands in no file."""
    return tomllib.loads(FLOORS.read_text(encoding="utf-8"))
