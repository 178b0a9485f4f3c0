"""Which candidates are aligned, and which of those share a text: thresholds from the rules."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from pagefix.matching.batches import Ints
from pagefix.reprints.scheme import Scheme
from pagefix.reprints.verification import Aligned
from pagefix.rules import Rules

Yes = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Measures:
    """Shares are 0 to 1, lengths word characters; ``rules/reprints.toml`` gives the reasons."""

    gate: float
    gate_seeds: int
    excerpt: float
    alike: float
    span: int
    form: float
    filled: float
    notice: float
    places: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the counts say of pairs: seeds that both texts have and that are rare, bands shared.

    ``rare_seeds`` and ``seeds`` are those of each text, whatever pairs it is in.
    """

    first: Ints
    second: Ints
    shared: Ints
    bands: Ints
    rare_seeds: Ints
    seeds: Ints

    @property
    def rare(self) -> Ints:
        """The rare seeds of that text of each pair which has fewer."""
        return np.minimum(self.rare_seeds[self.first], self.rare_seeds[self.second])

    @property
    def total(self) -> Ints:
        """All seeds of that text of each pair which has fewer."""
        return np.minimum(self.seeds[self.first], self.seeds[self.second])

    def some(self, rows: Yes | Ints) -> Evidence:
        """What is said of some of the pairs."""
        return replace(
            self,
            first=self.first[rows],
            second=self.second[rows],
            shared=self.shared[rows],
            bands=self.bands[rows],
        )


def measures_of(unit: str, rules: Rules) -> Measures:
    """The thresholds for ``unit`` (``article`` or ``paragraph``)."""

    def share(name: str) -> float:
        return rules.number(f"reprints.{name}") / 100

    return Measures(
        gate=share("gate"),
        gate_seeds=int(rules.number(f"reprints.{unit}_gate_seeds")),
        excerpt=share(f"{unit}_excerpt"),
        alike=share("alike"),
        span=int(rules.number(f"reprints.{unit}_span")),
        form=share("form"),
        filled=share("filled"),
        notice=share("notice"),
        places=int(rules.number("reprints.places")),
    )


def worth_aligning(found: Evidence, measures: Measures) -> Yes:
    """Pairs with enough rare seeds in common for the poorer of the two, or with a band in common."""
    need = np.clip(np.ceil(measures.gate * found.rare), 2, measures.gate_seeds)
    worth: Yes = (found.shared >= need) | (found.bands > 0)
    return worth


def one_text(found: Evidence, aligned: Aligned, scheme: Scheme, measures: Measures) -> Yes:
    """Pairs of which one text holds the other, or a long enough stretch of it.

    Forms that were filled in differently are alike as far as the form goes.  Where much of a
    text is common to many, it is the rare part (what was filled in) that must agree.  Pairs whose
    places are not counted yet get the benefit of the doubt.
    """
    share = np.maximum(aligned.first, aligned.second)
    held = (share >= measures.excerpt) & (aligned.alike >= measures.alike)
    rare = found.rare
    common = 1 - rare / np.maximum(found.total, 1)
    shared = np.where(found.shared < 2, 0, found.shared)
    agrees = shared >= np.maximum(measures.filled * rare, 2)
    notice = np.minimum(aligned.first, aligned.second) >= measures.notice
    held &= (common < measures.form) | agrees | notice
    seeds = (aligned.longest - scheme.seed + 1) / scheme.one_in
    span = (aligned.longest >= measures.span) & (aligned.alike >= measures.alike)
    span &= shared >= np.maximum(measures.filled * seeds, 2)
    yes: Yes = (held | span) & (aligned.places < measures.places)
    return yes
