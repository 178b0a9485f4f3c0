"""The archive of ``fixtures/lessons`` (its form: ``fixtures/README.md``)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.support.archives import write_page

SOURCE = Path(__file__).resolve().parents[2] / "fixtures" / "lessons" / "nanxi.txt"


@dataclass(frozen=True)
class TaughtPage:
    """A page, and which of its lines are the page's own."""

    path: str
    text: str
    own: tuple[str, ...]


def taught_pages() -> list[TaughtPage]:
    """The pages in the order of their editions."""
    pages = []
    for part in ("\n" + SOURCE.read_text(encoding="utf-8")).split("\n@@ ")[1:]:
        name, _, rest = part.partition("\n")
        lines = rest.rstrip("\n").split("\n")
        own = tuple(line[2:] for line in lines if line.startswith("| "))
        pages.append(TaughtPage(f"{name}.md", "\n".join(line[2:] for line in lines) + "\n", own))
    return pages


def write_archive(folder: Path, pages: list[TaughtPage]) -> Path:
    """The pages as files, two hours old."""
    for page in pages:
        write_page(folder / page.path, page.text, age=7200)
    return folder
