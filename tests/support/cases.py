"""The golden cases of ``fixtures/cases`` (their form: ``fixtures/README.md``)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pagefix
from pagefix.model import Action, Cleaned, Page, Reason
from pagefix.rules import Rules

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "cases"


@dataclass(frozen=True)
class Case:
    name: str
    page: str
    expected: str

    def cleaned(self, rules: Rules | None = None) -> Cleaned:
        """What becomes of the page, or of the edition if there are several."""
        if not self.page.startswith(_NEXT):
            return pagefix.clean_page(self.page, rules=rules)
        pages = []
        for part in ("\n" + self.page).split("\n" + _NEXT)[1:]:
            label, _, text = part.partition("\n")
            pages.append(Page(f"{_DAY}/{label}.md", text + "\n", edition=_DAY, label=label))
        return pagefix.clean_edition(pages, rules=rules)


_NEXT, _DAY = "@@ ", "2031-05-06"


def cases() -> Iterator[Case]:
    for path in sorted(FOLDER.glob("*.txt")):
        for part in path.read_text(encoding="utf-8").split("=== ")[1:]:
            title, _, rest = part.partition("\n")
            page, _, expected = rest.partition(">>>\n")
            page = page.replace("\\r", "\r").replace("\\f", "\f")
            yield Case(f"{path.stem}: {title}", page, expected.strip())


def shown(cleaned: Cleaned) -> str:
    """What became of a page or an edition, in the form of the cases."""
    articles = [
        "\n".join(
            [
                *(f"{block.role}: {block.text}" for block in article.blocks),
                *(f"! {warning}" for warning in article.warnings if cleaned.edition),
            ]
        )
        for article in cleaned.articles
    ]
    drops = [
        f"- {row.reason}: {' '.join(row.text.split())}"
        for row in cleaned.ledger
        if row.action is Action.DROP
        and (row.reason != Reason.MARK or any(map(str.isalnum, row.text)) or "`" in row.text)
    ]
    return "\n".join(["\n--\n".join(articles), *drops]).strip()
