"""What is true of an edition: which characters are which article, block and role, and which are repeats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pagefix.model import Page, Span


@dataclass(frozen=True, slots=True)
class GoldBlock:
    """A block in its true order: its spans are its fragments."""

    role: str
    spans: tuple[Span, ...]


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
