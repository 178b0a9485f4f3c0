"""The quality gate: figures on the editions written for it may rise and never sink."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from pagefix.model import ArticleBlock, Role
from pagefix.rules import Rules
from tests.benchmarks.ablation import KINDS, Evidence
from tests.support.editions import FOLDER, edition, editions
from tests.support.gate import DRESSES, floors, weigh_dress
from tests.support.gold import GoldEdition, perfect
from tests.support.scoring import score


@pytest.fixture(scope="module")
def golds() -> list[GoldEdition]:
    return list(editions())


@pytest.mark.parametrize("dress", DRESSES)
def test_no_figure_sinks_below_its_floor(dress: str, rules: Rules) -> None:
    reached = weigh_dress(dress, rules)
    figures = reached.figures()
    assert figures.pop("lost") == 0
    floor = floors()[dress]
    assert floor.keys() == figures.keys()
    sunk = {name: (figures[name], least) for name, least in floor.items() if figures[name] < least}
    assert not sunk, "\n".join([f"{sunk}: reached, floor", *reached.imperfect])


def test_the_editions_are_enough_to_tell(golds: list[GoldEdition]) -> None:
    kinds = {planted.kind for gold in golds for planted in gold.planted}
    roles = {block.role for gold in golds for article in gold.articles for block in article.blocks}
    assert sum(len(gold.pages) for gold in golds) >= 14
    assert sum(len(gold.articles) for gold in golds) >= 70
    assert kinds == {"duplicate", "truncated", "loop", "stutter", "optional"}
    assert roles >= {"headline", "deck", "kicker", "byline", "crosshead", "body", "caption", "table", "note"}


def test_gold_accounts_for_every_character_once(golds: list[GoldEdition]) -> None:
    """What is gold of two things, or of none, would make every figure a lie."""
    for gold in golds:
        texts = gold.texts()
        owners = {path: [0] * len(text) for path, text in texts.items()}
        spans = [span for article in gold.articles for block in article.blocks for span in block.spans]
        spans += [*gold.furniture, *(p.span for p in gold.planted if not p.optional)]
        for span in spans:
            for at in range(span.start, span.end):
                owners[span.page][at] += 1
        for path, counts in owners.items():
            assert max(counts) == 1, path
            nobody = "".join(c for c, n in zip(texts[path], counts, strict=True) if not n and c.isalnum())
            # Only what a reading tool put there belongs to nothing: fences, images, tags.
            assert nobody.isascii(), (path, nobody)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.step}, {kind.name}")
def test_every_kind_of_evidence_can_be_switched_off(kind: Evidence, rules: Rules) -> None:
    """The ablation names features and rules; renamed ones must not drop out of its table unseen."""
    assert kind.off(rules).version != rules.version


def test_the_scorer_gives_full_marks_to_the_truth(golds: list[GoldEdition]) -> None:
    for gold in golds:
        reached = score(gold, perfect(gold))
        assert reached.imperfect == []
        # Tags and file names of images are no text: nobody has to give an account of them here.
        assert set(reached.figures().values()) - {reached.lost} <= {1.0}


def test_the_scorer_sees_each_kind_of_harm() -> None:
    gold = edition(FOLDER / "1996-05-18")
    truth = perfect(gold)
    for reason in ("truncated", "loop", "duplicate"):
        kept = replace(truth, ledger=tuple(row for row in truth.ledger if row.reason != reason))
        assert score(gold, kept).dups.missing > 0
        assert score(gold, kept).lost > 0
    first, second, *rest = truth.articles
    merged = replace(first, blocks=first.blocks + second.blocks)
    assert score(gold, replace(truth, articles=(merged, *rest))).bcubed < 1
    assert score(gold, replace(truth, articles=(merged, *rest))).perfect <= len(gold.articles) - 2
    parted = replace(first, blocks=tuple(_parted(first.blocks)))
    harmed = score(gold, replace(truth, articles=(parted, second, *rest)))
    assert harmed.seams.missing > 0
    assert harmed.jumps.f1 == 1
    assert harmed.perfect == len(gold.articles) - 1
    called = tuple(replace(block, role=Role.BODY) for block in first.blocks)
    assert score(gold, replace(truth, articles=(replace(first, blocks=called), *rest))).roles < 1
    stays = replace(first, blocks=tuple(_on_page(first.blocks, gold.pages[0].path)))
    assert score(gold, replace(truth, articles=(stays, second, *rest))).jumps.missing == 1


def _on_page(blocks: tuple[ArticleBlock, ...], page: str) -> Iterator[ArticleBlock]:
    """What of an article lies on one page."""
    for block in blocks:
        if spans := tuple(span for span in block.spans if span.page == page):
            yield replace(block, spans=spans)


def _parted(blocks: tuple[ArticleBlock, ...]) -> Iterator[ArticleBlock]:
    """Every fragment a paragraph of its own."""
    for block in blocks:
        yield from (replace(block, spans=(span,)) for span in block.spans)
