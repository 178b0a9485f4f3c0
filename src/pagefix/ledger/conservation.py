"""Conservation: every character of every page lies in exactly one article span or drop row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pagefix.errors import ConservationError
from pagefix.model import Action, Cleaned, Page, Reason, Row, Span


def uncovered(size: int, spans: Iterable[Span]) -> Iterator[tuple[int, int]]:
    """The maximal stretches of a text of ``size`` characters that no span covers."""
    at = 0
    for span in sorted(spans, key=lambda span: (span.start, span.end)):
        if span.start > at:
            yield at, span.start
        at = max(at, span.end)
    if at < size:
        yield at, size


def check_books(cleaned: Cleaned) -> None:
    """Raises :class:`~pagefix.errors.ConservationError` for the first character that is nowhere or twice."""
    by_page: dict[str, list[Span]] = {page.path: [] for page in cleaned.pages}
    for article in cleaned.articles:
        for block in article.blocks:
            for span in block.spans:
                by_page[span.page].append(span)
    for row in cleaned.ledger:
        if row.action is Action.DROP:
            by_page[row.page].append(Span(row.page, row.start, row.end))
    for page in cleaned.pages:
        _check_page(page, by_page[page.path])
    for row in cleaned.ledger:
        _check_mark(row)


def _check_page(page: Page, spans: list[Span]) -> None:
    at = 0
    for span in sorted(spans, key=lambda span: (span.start, span.end)):
        if span.start != at:
            what = "stands nowhere" if span.start > at else "stands twice"
            low, high = sorted((at, span.start))
            raise _unbalanced(page, low, f"{page.text[low:high][:40]!r} {what}")
        at = span.end
    if at != len(page.text):
        raise _unbalanced(page, at, f"{page.text[at:][:40]!r} stands nowhere")


def _check_mark(row: Row) -> None:
    if row.rule == "marks.between" and row.reason == Reason.MARK and any(map(str.isalnum, row.text)):
        raise ConservationError(
            f"{row.text[:40]!r} would be lost",
            place=f"{row.page}@{row.start}",
            remedy="this is a fault of pagefix: please report it",
        )


def _unbalanced(page: Page, at: int, what: str) -> ConservationError:
    return ConservationError(
        what, place=f"{page.path}@{at}", remedy="this is a fault of pagefix: please report it"
    )
