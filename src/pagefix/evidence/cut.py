"""How many paragraphs of an edition are cut beyond doubt, and what that says of the other open ends.

An open end may be cut, or a stop that was printed there may have been lost.  Which is likelier hangs on
how much of the edition is cut, as the chance of anything hangs on how often it happens (Saerens, Latinne
and Decaestecker, "Adjusting the outputs of a classifier to new a priori probabilities", 2002).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import log
from typing import NamedTuple

import numpy as np

from pagefix.evidence.ends import Floats, Fragment, Ints, ends_sentence

# In log-odds: of such seams 98 in 100 are right.
_BEYOND_DOUBT = 3.0


class Cuts(NamedTuple):
    """How many of a page's paragraphs are ``cut`` beyond doubt, ``among`` how many that may go on."""

    cut: int
    among: int


def cuts_of(fragments: Sequence[Fragment], printed: Sequence[bool], i: Ints, scores: Floats) -> Cuts:
    """Counts the tails ``i`` of weighed pairs, but for printed lines (``printed``), which all end open."""
    tails = {int(tail) for tail in np.unique(i) if not printed[tail]}
    sure = tails.intersection(i[scores > _BEYOND_DOUBT].tolist())
    return Cuts(sum(not ends_sentence(fragments[tail].text) for tail in sure), len(tails))


def cuts_speak(pages: Iterable[Cuts], counts: Mapping[str, float]) -> float:
    """What an edition's cut paragraphs add to the log-odds of seams between neighbours (``seams.cut``)."""
    cut = among = 0
    for page in pages:
        cut, among = cut + page.cut, among + page.among
    more = counts["paragraphs"]
    share = min(counts["most"], (cut + counts["usual"] * more) / (among + more))
    return counts.get("share", 0.0) * log(share / counts["usual"])


def neighbours(fragments: Sequence[Fragment], printed: Sequence[bool], i: Ints, j: Ints) -> Floats:
    """1 for the pairs of paragraphs one below the other whose first one ends open, else 0."""
    places = np.array([fragment.place for fragment in fragments], dtype=np.int64)
    asked = np.array(
        [not line and not ends_sentence(f.text) for f, line in zip(fragments, printed, strict=True)],
        dtype=bool,
    )
    return np.asarray(asked[i] & (places[j] - places[i] == 1), dtype=np.float64)
