"""The editions as they should have been read: marks right, paragraphs whole, nothing twice, nothing lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pagefix.model import Page, Span
from pagefix.reading import page_from_text
from tests.support.editions import editions
from tests.support.gold import GoldArticle, GoldBlock, GoldEdition

# A caption without any credit can only be told by its picture.
_MARKS = {"headline": "# ", "crosshead": "## ", "caption": "![](picture.png)\n\n"}
_ABOVE = ("kicker", "headline", "deck", "byline")


def undamaged() -> Iterator[GoldEdition]:
    """Every edition; a story that jumped stands whole where it begins."""
    for gold in editions():
        pages = [_page(gold, page) for page in gold.pages]
        articles = tuple(article for _, found, _ in pages for article in found)
        furniture = tuple(span for _, _, found in pages for span in found)
        yield replace(
            gold,
            pages=tuple(page for page, _, _ in pages),
            articles=articles,
            planted=(),
            furniture=furniture,
        )


def _page(gold: GoldEdition, page: Page) -> tuple[Page, list[GoldArticle], list[Span]]:
    text = ""

    def put(line: str, mark: str = "") -> Span:
        nonlocal text
        text += "\n\n" if text else ""
        text += mark + line
        return Span(page.path, len(text) - len(line), len(text))

    furniture = [put(gold.text(span)) for span in gold.furniture if span.page == page.path]
    articles = []
    for article in gold.articles:
        if article.blocks[0].spans[0].page == page.path:
            blocks = [replace(b, spans=(put(b.clean, _MARKS.get(b.role, "")),)) for b in _once(article)]
            articles.append(GoldArticle(article.name, tuple(blocks)))
    return page_from_text(text + "\n", page.path, edition=gold.name, label=page.label), articles, furniture


def _once(article: GoldArticle) -> Iterator[GoldBlock]:
    """Its blocks without jump lines, without the headline of a landing, captions at the end."""
    begun = False
    for block in article.blocks:
        begun = begun or block.role not in _ABOVE
        clean = block.clean.strip("#* 　").strip() if block.role in (*_ABOVE, "crosshead") else block.clean
        if block.role not in ("jump", "caption") and not (begun and block.role in _ABOVE):
            yield replace(block, clean=clean)
    yield from (block for block in article.blocks if block.role == "caption")
