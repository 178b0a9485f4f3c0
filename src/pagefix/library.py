"""What a program calls: pages in, articles and books out."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pagefix import pipeline
from pagefix.model import Cleaned, Page
from pagefix.reading import page_from_text, read_page
from pagefix.rules import Rules, load_rules


def read(path: str | Path, *, edition: str = "", label: str = "", encoding: str | None = None) -> Page:
    """Reads one file as a page; spans will name it by its file name.

    Raises :class:`~pagefix.errors.PageError` where it cannot be read or is no text.
    """
    path = Path(path)
    return read_page(path, path.name, edition=edition, label=label, encoding=encoding)


def clean_page(text: str | Page, *, rules: Rules | None = None) -> Cleaned:
    """Cleans one page alone: a text, or a page that was read.

    Raises :class:`~pagefix.errors.PageError` for a text with lone surrogates.
    """
    page = text if isinstance(text, Page) else page_from_text(text)
    return pipeline.clean_edition([page], rules or load_rules())


def clean_edition(pages: Iterable[Page], *, rules: Rules | None = None) -> Cleaned:
    """Cleans the pages of one edition together, so that jumps from page to page are followed.

    Their paths must differ.
    """
    return pipeline.clean_edition(list(pages), rules or load_rules())
