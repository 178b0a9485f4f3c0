"""Restore: a page's text from article spans and ledger rows alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pagefix.errors import PageError
from pagefix.model import Action, ArticleBlock, Row, Span


def restore_text(page: str, blocks: Iterable[ArticleBlock], rows: Sequence[Row]) -> str:
    """The text of ``page`` as it was decoded.

    ``rows`` are the ledger rows of every page that the blocks touch.  Raises
    :class:`~pagefix.errors.PageError` where a part is missing or does not fit.
    """
    added = {(row.page, row.start): row.after or "" for row in rows if row.action is Action.REPLACE}
    parts = [
        (Span(row.page, row.start, row.end), row.text)
        for row in rows
        if row.action is Action.DROP and row.page == page
    ]
    for block in blocks:
        parts += [(span, text) for span, text in _spans_of(block, added) if span.page == page]
    parts.sort(key=lambda part: (part[0].start, part[0].end))
    at, out = 0, []
    for span, text in parts:
        if span.start != at or len(text) != span.end - span.start:
            raise PageError(
                f"the characters from {min(at, span.start)} to {max(at, span.start)} are missing or twice",
                place=page,
                remedy="the files in OUT were changed; clean the archive again",
            )
        out.append(text)
        at = span.end
    return "".join(out)


def _spans_of(block: ArticleBlock, added: dict[tuple[str, int], str]) -> Iterable[tuple[Span, str]]:
    """Each span of a block with its text, what the ledger added left out."""
    at = 0
    for span in block.spans:
        size = span.end - span.start
        yield span, block.text[at : at + size]
        at += size + len(added.get((span.page, span.end), ""))
