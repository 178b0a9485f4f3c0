"""Rows of ``articles.jsonl``, ``ledger.jsonl`` and ``pages.jsonl``, keys always in one order."""

from __future__ import annotations

import base64
import json
import re
import zlib
from typing import Any

from pagefix.model import Action, Article, Page, Row, Span

_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})$")


def article_line(article: Article, source: str) -> str:
    """An article as one line; ``source`` names the paper or the archive."""
    return _line(article_row(article, source))


def article_row(article: Article, source: str = "") -> dict[str, Any]:
    """An article as a row of ``articles.jsonl``: plain lists, dictionaries and strings.

    ``source`` names the paper or the archive.  ``id``, ``text``, ``source``, ``created`` and
    ``metadata`` are what ingestion tools of the Dolma kind ask for.
    """
    created = _DATE.search(article.edition)
    return {
        "id": article.id,
        "text": article.text,
        "source": source,
        "edition": article.edition,
        "pages": list(article.pages),
        "headline": article.headline,
        "deck": article.deck,
        "kicker": article.kicker,
        "byline": article.byline,
        "dateline": article.dateline,
        "date": article.date,
        "agency": article.agency,
        "blocks": [
            {"role": str(block.role), "text": block.text, "spans": [list(span) for span in block.spans]}
            for block in article.blocks
        ],
        "continued_from": article.continued_from,
        "continues_on": article.continues_on,
        "cluster": article.cluster,
        "warnings": list(article.warnings),
        "created": created.group(1) if created else "",
        "metadata": {
            "edition": article.edition,
            "pages": " ".join(article.pages),
            "headline": article.headline,
            "byline": article.byline,
        },
    }


def ledger_line(row: Row) -> str:
    """A ledger row as one line."""
    return _line(ledger_row(row))


def ledger_row(row: Row) -> dict[str, Any]:
    """A ledger row as ``ledger.jsonl`` has it; keys that say nothing for its action are left out."""
    out: dict[str, Any] = {
        "page": row.page,
        "start": row.start,
        "end": row.end,
        "action": str(row.action),
        "reason": str(row.reason),
        "rule": row.rule,
        "score": row.score,
        "text": row.text,
    }
    if row.of is not None:
        out["of"] = _span(row.of)
    if row.action is Action.JOIN and row.tail is not None and row.head is not None:
        out["from"], out["to"] = _span(row.tail), _span(row.head)
    if row.after is not None:
        out["after"] = row.after
    if row.action is Action.UNCERTAIN:
        out["what"], out["why"] = row.what, row.why
    return out


def page_line(page: Page, status: str) -> str:
    """A page as one line; ``raw`` (zlib, base64) only where its encoding cannot give it back."""
    row: dict[str, Any] = {
        "path": page.path,
        "sha256": page.sha256,
        "bytes": page.size,
        "encoding": page.encoding,
        "newline": page.newline,
        "edition": page.edition,
        "page": page.label,
        "status": status,
    }
    if page.raw is not None:
        row["raw"] = base64.b64encode(zlib.compress(page.raw, 9)).decode("ascii")
    return _line(row)


def _span(span: Span) -> list[str | int]:
    return [span.page, span.start, span.end]


# Rows hold no rings: looking for them takes a quarter of the time.
_encoded = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(", ", ": ")).encode


def _line(row: dict[str, Any]) -> str:
    return _encoded(row) + "\n"
