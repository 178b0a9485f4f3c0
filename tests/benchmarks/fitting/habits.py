"""Words that begin or end paragraphs, counted against cuts inside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import numpy as np

from pagefix.evidence.brackets import CLOSERS
from pagefix.evidence.ends import STOPS
from pagefix.evidence.lexicon import first_word, last_word
from pagefix.matching.keys import fold
from tests.benchmarks.fitting.gold import GoldPage

HABITS = "How much oftener a word begins or ends a paragraph than it stands inside one, natural logarithm."


def habits_of(pages: Iterable[GoldPage]) -> dict[str, float]:
    """How much oftener words begin or end a paragraph than they stand inside one, as log-odds."""
    counts: dict[str, Counter[str]] = {
        key: Counter() for key in ("begins", "ends", "inside begins", "inside ends")
    }
    paragraphs = {text for page in pages for text in _paragraphs(page)}
    for text in sorted(paragraphs):
        _count(counts["begins"], first_word(text), text[0])
        bare = text.rstrip("".join(CLOSERS)).rstrip(STOPS)
        if bare != text:
            _count(counts["ends"], last_word(bare), bare[-1:])
        for cut in range(5, len(text) - 5, 13):
            _count(counts["inside begins"], first_word(text[cut:]), text[cut])
            _count(counts["inside ends"], last_word(text[:cut]), text[cut - 1])
    values = {}
    for where in ("begins", "ends"):
        here, inside = counts[where], counts[f"inside {where}"]
        scale = here.total() / max(1, inside.total())
        for word in here | inside:
            # Numbers say nothing of other papers.
            if word and not word.isnumeric() and here[word] + inside[word] * scale >= _SEEN:
                value = float(np.log((here[word] + 2) / (inside[word] * scale + 2)))
                if abs(value) >= 0.7:
                    values[f"{where}.{word}"] = round(value, 1)
    return dict(sorted(values.items()))


# Words seen less often at paragraph ends say little.
_SEEN = 12


def _count(counter: Counter[str], word: tuple[str, str], character: str) -> None:
    """Counts a word with its part of speech, and the character at the edge.

    Names of people and places belong to one paper and one year; only their first or last
    character is counted (surnames begin paragraphs everywhere).
    """
    text, kind = word
    counted = {character} if kind[:2] in _NAMES else {text, character}
    counter.update(t for t in counted if t.isalnum())


_NAMES = frozenset({"nr", "ns", "nt", "nz"})


def _paragraphs(gold: GoldPage) -> Iterator[str]:
    pieces: dict[tuple[str, int], dict[int, str]] = {}
    for at, (role, article, number, place) in gold.truth.items():
        if role == "body":
            pieces.setdefault((article, number), {})[place] = gold.page.text[at]
    for piece in pieces.values():
        if len(piece) > 20 and min(piece) == 0:
            yield fold("".join(piece[n] for n in sorted(piece)))
