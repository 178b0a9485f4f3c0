"""The cases of ``fixtures/fixes``: a page, the page as it is mended, and the findings' lines and rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "fixes"


@dataclass(frozen=True)
class Fix:
    name: str
    page: str
    mended: str
    findings: str


def fixes() -> Iterator[Fix]:
    for path in sorted(FOLDER.glob("*.txt")):
        for part in path.read_text(encoding="utf-8").split("=== ")[1:]:
            title, _, rest = part.partition("\n")
            page, _, rest = rest.partition(">>>\n")
            mended, told, findings = rest.partition("???\n")
            # Without findings a blank line parts the case from the next.
            yield Fix(
                title, _page(page), _page(mended if told else mended.removesuffix("\n")), findings.strip()
            )


def _page(text: str) -> str:
    for written, meant in (("\\r", "\r"), ("\\f", "\f"), ("\\ufeff", "\ufeff"), ("␣", " "), ("\\\n", "")):
        text = text.replace(written, meant)
    return text
