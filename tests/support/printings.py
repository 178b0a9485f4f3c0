"""Cleaned archives for the tests of reprints: articles made of invented words, and printings of them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from pagefix.model import Article, ArticleBlock, Role, Span
from pagefix.writing.jsonl import article_line
from tests.benchmarks.reprint_bench.press import Writer, characters, noisy


class Desk:
    """Writes articles and prints them again in other ways."""

    def __init__(self, seed: int = 1) -> None:
        self.random = np.random.default_rng(seed)
        self.writer = Writer(self.random, words=3000, phrases=3000)
        self.pool = characters()

    def story(self, paragraphs: int = 4, length: int = 120) -> list[str]:
        return [self.writer.paragraph(length) for _ in range(paragraphs)]

    def misread(self, story: Iterable[str], rate: float = 0.03) -> list[str]:
        return [noisy(paragraph, rate, self.random, self.pool) for paragraph in story]


def article(edition: str, number: int, story: list[str], headline: str = "", source: str = "青河日报") -> str:
    """A line of ``articles.jsonl``."""
    page = f"{edition}/01.md"
    blocks = tuple(ArticleBlock(Role.BODY, text, (Span(page, 0, len(text)),)) for text in story)
    row = Article(
        id=f"{edition}/01-{number:02d}", edition=edition, pages=(page,), headline=headline, deck="",
        kicker="", byline="", dateline="", date="", agency="", text="\n\n".join(story), blocks=blocks,
    )  # fmt: skip
    return article_line(row, source)


def write_out(out: Path, lines: Iterable[str]) -> Path:
    """A folder as ``clean`` leaves it, as far as reprints look at it."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "articles.jsonl").write_text("".join(lines), encoding="utf-8")
    return out


def marks(out: Path) -> dict[str, str | None]:
    """Which cluster each article is marked with."""
    rows = map(json.loads, (out / "articles.jsonl").read_text(encoding="utf-8").splitlines())
    return {row["id"]: row["cluster"] for row in rows}


def report(out: Path, name: str = "reprints.jsonl") -> list[dict[str, object]]:
    """The rows of a report, without what they were made from."""
    rows = map(json.loads, (out / name).read_text(encoding="utf-8").splitlines())
    return [{key: value for key, value in row.items() if key != "made_from"} for row in rows]
