"""The golden cases of ``fixtures/cases`` (their form: ``fixtures/README.md``)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pagefix.model import Action, Cleaned, Reason

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "cases"


@dataclass(frozen=True)
class Case:
    name: str
    page: str
    expected: str


def cases() -> Iterator[Case]:
    for path in sorted(FOLDER.glob("*.txt")):
        for part in path.read_text(encoding="utf-8").split("=== ")[1:]:
            title, _, rest = part.partition("\n")
            page, _, expected = rest.partition(">>>\n")
            page = page.replace("\\r", "\r").replace("\\f", "\f")
            yield Case(f"{path.stem}: {title}", page, expected.strip())


def shown(cleaned: Cleaned) -> str:
    """What became of a page, in the form of the cases."""
    articles = [
        "\n".join(f"{block.role}: {block.text}" for block in article.blocks) for article in cleaned.articles
    ]
    drops = [
        f"- {row.reason}: {' '.join(row.text.split())}"
        for row in cleaned.ledger
        if row.action is Action.DROP
        and (row.reason != Reason.MARK or any(map(str.isalnum, row.text)) or "`" in row.text)
    ]
    return "\n".join(["\n--\n".join(articles), *drops]).strip()
