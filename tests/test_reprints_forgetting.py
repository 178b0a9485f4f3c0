"""Articles that leave the index: what stays is known as if they had never been there."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from pagefix.reprints import find_reprints
from pagefix.reprints.index import Index, open_index
from pagefix.reprints.scheme import scheme_of
from pagefix.rules import load_rules
from tests.support.printings import Desk, article, write_out

RULES = load_rules()


def lines(seed: int = 4) -> list[str]:
    """Stories in 1 to 14 printings each, so that seeds stand on both sides of what is common (8)."""
    desk = Desk(seed)
    rows = []
    for printings in [1, 2, 2, 3, 5, 7, 8, 9, 9, 10, 11, 14]:
        story = desk.story(2)
        rows += [desk.misread(story, 0.01) for _ in range(printings)]
    return [article(f"2025-03-{n:02d}", 1, story) for n, story in enumerate(rows, 1)]


def index_of(out: Path) -> Index:
    return open_index(out / ".pagefix/reprints/article", scheme_of("article", RULES))


def known(index: Index) -> tuple[dict[tuple[int, int], int], set[frozenset[int]], dict[int, int]]:
    """Seeds that two lines share, lines that bands tie together, and the common seeds of each.

    Lines are told by their digest.  Which text of a band the others are tied to is not compared:
    of two with the same signature it is the one that came first.
    """
    line = index.column("line")
    digest, book = index.lines[line].tolist(), index.book
    seeds: dict[tuple[int, int], int] = {}
    tied = {digest[text]: {digest[text]} for text in np.flatnonzero(~book.gone[line]).tolist()}
    rows = (book.pairs.first, book.pairs.second, book.shared, book.bands)
    for a, b, shared, bands in zip(*(column.tolist() for column in rows), strict=True):
        one, other = digest[a], digest[b]
        if shared:
            seeds[min(one, other), max(one, other)] = shared
        if bands:
            both = tied[one] | tied[other]
            tied.update(dict.fromkeys(both, both))
    common = {digest[text]: int(book.common[text]) for text in np.flatnonzero(~book.gone[line]).tolist()}
    return seeds, {frozenset(group) for group in tied.values()}, common


@pytest.mark.parametrize("seed", range(6))
def test_the_index_knows_what_one_made_anew_knows(tmp_path: Path, seed: int) -> None:
    """A tenth of the articles leaves or comes back, many times over."""
    chance, every = random.Random(seed), lines()
    there = set(range(len(every)))
    out = write_out(tmp_path / "out", every)
    find_reprints([out], RULES)
    stripped = False
    for n in range(8):
        there ^= set(chance.sample(range(len(every)), 8))
        rows = [every[at] for at in sorted(there)]
        find_reprints([write_out(out, rows)], RULES)
        anew = write_out(tmp_path / f"anew-{n}", rows)
        find_reprints([anew], RULES)
        assert known(index_of(out)) == known(index_of(anew))
        assert (out / "reprints.jsonl").read_bytes() == (anew / "reprints.jsonl").read_bytes()
        stripped |= bool(index_of(out).book.gone.any())
    assert stripped


def test_what_comes_is_no_reason_to_forget(tmp_path: Path) -> None:
    every = lines()
    out = write_out(tmp_path / "out", every[:-1])
    find_reprints([out], RULES)
    find_reprints([write_out(out, every)], RULES)
    index = index_of(out)
    assert not index.book.gone.any()
    assert not any("stripped" in segment.folder.name for segment in index.segments)


def test_much_that_is_gone_makes_the_index_anew(tmp_path: Path) -> None:
    every = lines()
    out = write_out(tmp_path / "out", every)
    find_reprints([out], RULES)
    find_reprints([write_out(out, every[: len(every) // 2])], RULES)
    index = index_of(out)
    assert len(index.lines) == len(every) // 2
    assert not index.book.gone.any()
