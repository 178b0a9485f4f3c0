"""From stories to articles and ledger rows: every edit that a step proposed is applied here."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from pagefix.ledger.conservation import check_books, uncovered
from pagefix.model import (
    Action,
    Article,
    ArticleBlock,
    Block,
    Cleaned,
    Credit,
    Doubt,
    Grouped,
    Linked,
    Page,
    Reason,
    Role,
    Row,
    Span,
    Story,
)

_DROPPED = {
    Role.JUMP: Reason.JUMP,
    Role.FURNITURE: Reason.FURNITURE,
    Role.IMAGE: Reason.IMAGE,
    Role.MARK: Reason.MARK,
}
_HEADS = frozenset({Role.HEADLINE, Role.KICKER, Role.BYLINE, Role.DATELINE})


def settle(linked: Linked, gap_mark: str) -> Cleaned:
    """Turns the stories of an edition into articles, and all the rest into ledger rows.

    Raises :class:`~pagefix.errors.ConservationError` where a character is nowhere or twice.
    """
    pages = tuple(grouped.page for grouped in linked.pages)
    gap_at = {(r.span.page, r.span.start) for g in linked.pages for r in g.repeats if r.gap}
    articles = _articles(linked, {page.path: page for page in pages}, gap_at, gap_mark)
    rows: list[Row] = []
    for grouped in linked.pages:
        rows += _page_rows(grouped, gap_mark)
    for story in linked.stories:
        rows += _drops(story.blocks)
    by_path = {page.path: page.text for page in pages}
    for seam in linked.seams:
        rows.append(_join(by_path, seam.tail, seam.head, seam.rule, seam.score))
    rows += [_uncertain(by_path, doubt) for doubt in linked.doubts]
    covered: dict[str, list[Span]] = {page.path: [] for page in pages}
    for span in (span for a in articles for b in a.blocks for span in b.spans):
        covered[span.page].append(span)
    for row in rows:
        if row.action is Action.DROP:
            covered[row.page].append(Span(row.page, row.start, row.end))
    for page in pages:
        rows += _marks(page, covered[page.path])
    order = {page.path: n for n, page in enumerate(pages)}
    rows.sort(key=lambda row: (order[row.page], row.start, row.end, row.action, row.rule))
    told = {path for article in articles for path in article.pages}
    cleaned = Cleaned(
        edition=pages[0].edition if pages else "",
        pages=pages,
        articles=articles,
        ledger=tuple(rows),
        statuses={grouped.page.path: _status(grouped, told) for grouped in linked.pages},
    )
    check_books(cleaned)
    return cleaned


def _page_rows(grouped: Grouped, gap_mark: str) -> Iterator[Row]:
    text, path = grouped.page.text, grouped.page.path
    yield from _drops(grouped.loose)
    for repeat in grouped.repeats:
        start, end = repeat.span.start, repeat.span.end
        yield Row(
            path,
            start,
            end,
            Action.DROP,
            repeat.reason,
            repeat.rule,
            repeat.score,
            text[start:end],
            of=repeat.of,
        )
        if repeat.gap:
            yield Row(
                path, start, start, Action.REPLACE, "gap", repeat.rule, repeat.score, "", after=gap_mark
            )
    for seam in grouped.seams:
        yield _join({path: text}, seam.tail, seam.head, seam.rule, seam.score)
    for doubt in grouped.doubts:
        yield _uncertain({path: text}, doubt)


def _uncertain(texts: Mapping[str, str], doubt: Doubt) -> Row:
    page, start, end = doubt.span
    return Row(
        page, start, end, Action.UNCERTAIN, doubt.what, doubt.rule, doubt.score, texts[page][start:end],
        of=doubt.of, what=doubt.what, why=doubt.why,
    )  # fmt: skip


def _join(texts: Mapping[str, str], tail: Span, head: Span, rule: str, score: float) -> Row:
    text = texts[tail.page][tail.start : tail.end][-20:]
    return Row(tail.page, tail.start, tail.end, Action.JOIN, "seam", rule, score, text, tail=tail, head=head)


def _drops(blocks: Sequence[Block]) -> Iterator[Row]:
    """Rows for the blocks that reach no article."""
    for block in blocks:
        if reason := _DROPPED.get(block.role):
            at = 0
            for span in block.pieces:
                size = span.end - span.start
                yield Row(
                    span.page, span.start, span.end, Action.DROP, reason, block.rule, block.score,
                    block.text[at : at + size],
                )  # fmt: skip
                at += size


def _marks(page: Page, covered: Sequence[Span]) -> Iterator[Row]:
    """What lies between the spans: line breaks, white space and Markdown marks."""
    for start, end in uncovered(len(page.text), covered):
        text = page.text[start:end]
        yield Row(page.path, start, end, Action.DROP, Reason.MARK, "marks.between", 1.0, text)


def _articles(
    linked: Linked, pages: Mapping[str, Page], gap_at: set[tuple[str, int]], gap_mark: str
) -> tuple[Article, ...]:
    articles: list[Article] = []
    numbers: dict[str, int] = {}
    for story in linked.stories:
        shown = [block for block in story.blocks if block.role not in _DROPPED]
        if not shown:
            continue
        page = pages[shown[0].page]
        prefix = f"{page.edition}/{page.label}" if page.edition else page.label or page.path
        numbers[prefix] = numbers.get(prefix, 0) + 1
        articles.append(_article(story, shown, f"{prefix}-{numbers[prefix]:02d}", page, gap_at, gap_mark))
    return tuple(articles)


def _article(
    story: Story,
    shown: Sequence[Block],
    identity: str,
    page: Page,
    gap_at: set[tuple[str, int]],
    gap_mark: str,
) -> Article:
    blocks = tuple(_article_block(block, gap_at, gap_mark) for block in shown)
    credit = (
        next((b.credit for b in shown if b.credit and (b.credit.agency or b.credit.date)), None) or Credit()
    )

    def first(role: Role) -> str:
        return next((block.text for block in blocks if block.role is role), "")

    dateline = first(Role.DATELINE) or " ".join(
        x for x in (credit.agency, credit.place, credit.date) if x and credit.date
    )
    return Article(
        id=identity,
        edition=page.edition,
        pages=tuple(dict.fromkeys(span.page for block in blocks for span in block.spans)),
        headline=_headline(blocks),
        deck=first(Role.DECK),
        kicker=first(Role.KICKER),
        byline=first(Role.BYLINE),
        dateline=dateline,
        date=credit.date,
        agency=credit.agency,
        text=_running_text(blocks),
        blocks=blocks,
        continued_from=story.continued_from or None,
        continues_on=story.continues_on or None,
        warnings=story.warnings,
    )


def _headline(blocks: Sequence[ArticleBlock]) -> str:
    """The headline's lines before any text; those behind it stand where a jump lands."""
    lines = []
    for block in blocks:
        if block.role is Role.HEADLINE:
            lines.append(block.text)
        elif block.role not in _HEADS and lines:
            break
    return " ".join(lines)


_RUNNING = (Role.DECK, Role.CROSSHEAD, Role.BODY, Role.NOTE, Role.TABLE)


def _running_text(blocks: Sequence[ArticleBlock]) -> str:
    flow = [block.text for block in blocks if block.role in _RUNNING]
    return "\n\n".join(flow + [block.text for block in blocks if block.role is Role.CAPTION])


def _article_block(block: Block, gap_at: set[tuple[str, int]], gap_mark: str) -> ArticleBlock:
    spans: list[Span] = []
    text, at = "", 0
    for piece in block.pieces:
        size = piece.end - piece.start
        text += block.text[at : at + size]
        at += size
        if (piece.page, piece.end) in gap_at:
            text += gap_mark
        if (
            spans
            and spans[-1].page == piece.page
            and spans[-1].end == piece.start
            and (piece.page, piece.start) not in gap_at
        ):
            spans[-1] = Span(piece.page, spans[-1].start, piece.end)
        else:
            spans.append(piece)
    return ArticleBlock(block.role, text, tuple(spans))


def _status(grouped: Grouped, told: Collection[str]) -> str:
    """What the page is: ok, empty, refusal (a model's own words) or furniture (nothing else on it).

    ``told`` are the pages that have articles.
    """
    if not any(map(str.isalnum, grouped.page.text)):
        return "empty"
    if any(block.rule.startswith("refusal") for block in grouped.loose):
        return "refusal"
    return "ok" if grouped.page.path in told else "furniture"
