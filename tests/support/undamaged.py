"""The editions as they should have been read: marks right, paragraphs whole, nothing twice, nothing lost."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from pagefix.model import Page, Span
from pagefix.reading import page_from_text
from tests.support.editions import NEVER_FIRST, as_printed, editions
from tests.support.gold import GoldArticle, GoldBlock, GoldEdition

# A caption without any credit can only be told by its picture.
_PICTURE = "![](picture.png)\n\n"
_BETWEEN = re.compile(r"(?<=[\u4e00-\u9fff，。、；：])(?=[\u4e00-\u9fff，。、；：])")
_ABOVE = ("kicker", "headline", "deck", "byline")


def wrapped(line: str) -> str:
    """As a recogniser gives a column: broken after every 18 characters, but before no closing sign."""
    out, at = [], 0
    while at < len(line):
        end = at + 18
        while end < len(line) and line[end] in NEVER_FIRST:
            end += 1
        out.append(line[at:end])
        at = end
    return "\n".join(out)


def spaced(line: str) -> str:
    """With a space between any two Chinese characters, as some recognisers print them."""
    return _BETWEEN.sub(" ", line)


def undamaged(
    level: int = 1, between: str = "\n\n", dress: Callable[[str], str] = as_printed
) -> Iterator[GoldEdition]:
    """Every edition; a story that jumped stands whole where it begins.

    Headlines have marks of ``level``, crossheads of the next; ``between`` parts the blocks;
    ``dress`` sets the text of everything but headings.
    """
    marks = {"headline": "#" * level + " ", "crosshead": "#" * (level + 1) + " ", "caption": _PICTURE}
    for gold in editions():
        pages = [_page(gold, page, marks, between, dress) for page in gold.pages]
        articles = tuple(article for _, found, _ in pages for article in found)
        furniture = tuple(span for _, _, found in pages for span in found)
        yield replace(
            gold,
            pages=tuple(page for page, _, _ in pages),
            articles=articles,
            planted=(),
            furniture=furniture,
        )


def _page(
    gold: GoldEdition, page: Page, marks: Mapping[str, str], between: str, dress: Callable[[str], str]
) -> tuple[Page, list[GoldArticle], list[Span]]:
    text = ""

    def put(line: str, mark: str = "") -> Span:
        nonlocal text
        line = line if mark.startswith("#") else dress(line)
        text += between if text else ""
        text += mark + line
        return Span(page.path, len(text) - len(line), len(text))

    furniture = [put(gold.text(span)) for span in gold.furniture if span.page == page.path]
    articles = []
    for article in gold.articles:
        if article.blocks[0].spans[0].page == page.path:
            blocks = [replace(b, spans=(put(b.clean, marks.get(b.role, "")),)) for b in _once(article)]
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
