"""What is true of an edition: which characters are which article, block and role, and which are repeats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pagefix.model import Action, Article, ArticleBlock, Cleaned, Page, Role, Row, Span
from pagefix.reading import page_from_text


@dataclass(frozen=True, slots=True)
class GoldBlock:
    """A block in its true order: its spans are its fragments.  ``clean``: its text before any damage."""

    role: str
    spans: tuple[Span, ...]
    clean: str = ""


@dataclass(frozen=True, slots=True)
class GoldArticle:
    name: str
    blocks: tuple[GoldBlock, ...]


@dataclass(frozen=True, slots=True)
class Planted:
    """A repeat that was planted.  ``either``: one copy is as good as the other; ``optional``: may stay."""

    kind: str
    span: Span
    of: Span
    either: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True)
class GoldEdition:
    name: str
    pages: tuple[Page, ...]
    articles: tuple[GoldArticle, ...]
    planted: tuple[Planted, ...]
    furniture: tuple[Span, ...]

    def text(self, span: Span) -> str:
        """What stands under a span."""
        return self.texts()[span.page][span.start : span.end]

    def texts(self) -> Mapping[str, str]:
        return {page.path: page.text for page in self.pages}

    def row(self) -> dict[str, Any]:
        """The edition as a line of JSON, for scorers in other languages and for ``fit.py``."""
        return {
            "edition": self.name,
            "pages": {page.path: {} for page in self.pages},
            "articles": [
                {
                    "id": f"{self.name}/{article.name}",
                    "blocks": [{"role": b.role, "spans": [list(s) for s in b.spans]} for b in article.blocks],
                }
                for article in self.articles
            ],
            "duplicates": [
                {
                    "kind": planted.kind,
                    "spans": [list(planted.span)],
                    "of": [list(planted.of)],
                    **{flag: True for flag in ("either", "optional") if getattr(planted, flag)},
                }
                for planted in self.planted
            ],
            "furniture": [{"spans": [list(span)]} for span in self.furniture],
        }


def edition_of(row: Mapping[str, Any], archive: Path) -> GoldEdition:
    """An edition from a line of JSON, its pages from ``archive``."""
    pages = []
    for path in row["pages"]:
        # Bytes decoded, so that line ends stay as they are: spans count them.
        text = (archive / path).read_bytes().decode("utf-8")
        pages.append(page_from_text(text, path, edition=row["edition"], label=Path(path).stem))
    return GoldEdition(
        row["edition"],
        tuple(pages),
        tuple(
            GoldArticle(a["id"], tuple(GoldBlock(b["role"], _spans(b)) for b in a["blocks"]))
            for a in row["articles"]
        ),
        tuple(
            Planted(
                d.get("kind", ""), span, _spans(d, "of")[0], d.get("either", False), d.get("optional", False)
            )
            for d in row["duplicates"]
            for span in _spans(d)
        ),
        tuple(span for f in row["furniture"] for span in _spans(f)),
    )


def _spans(row: Mapping[str, Any], key: str = "spans") -> tuple[Span, ...]:
    return tuple(Span(*span) for span in row[key])


def perfect(gold: GoldEdition) -> Cleaned:
    """The edition as a cleaner without fault would give it back."""
    articles = tuple(_article(gold, article) for article in gold.articles)
    return Cleaned(gold.name, gold.pages, articles, tuple(_drops(gold)))


def _article(gold: GoldEdition, article: GoldArticle) -> Article:
    blocks = tuple(
        ArticleBlock(Role(b.role), "".join(map(gold.text, b.spans)), b.spans)
        for b in article.blocks
        if b.role != "jump"
    )
    pages = tuple(dict.fromkeys(span.page for block in blocks for span in block.spans))
    said = {block.role: block.text for block in reversed(blocks)}
    return Article(
        id=article.name,
        edition=gold.name,
        pages=pages,
        headline=said.get(Role.HEADLINE, ""),
        deck=said.get(Role.DECK, ""),
        kicker=said.get(Role.KICKER, ""),
        byline=said.get(Role.BYLINE, ""),
        dateline="",
        date="",
        agency="",
        text="\n".join(block.text for block in blocks),
        blocks=blocks,
    )


def _drops(gold: GoldEdition) -> Iterator[Row]:
    for planted in gold.planted:
        if not planted.optional:
            yield _drop(gold, planted.span, planted.kind)
    for span in gold.furniture:
        yield _drop(gold, span, "furniture")
    for article in gold.articles:
        for block in article.blocks:
            if block.role == "jump":
                for span in block.spans:
                    yield _drop(gold, span, "jump")


def _drop(gold: GoldEdition, span: Span, reason: str) -> Row:
    return Row(span.page, span.start, span.end, Action.DROP, reason, "gold", 1.0, gold.text(span))
