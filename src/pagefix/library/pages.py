"""One file to a page, one page or edition to articles."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path

from pagefix.errors import PageError, UsageError
from pagefix.model import Cleaned, Page
from pagefix.reading import page_from_text, read_page
from pagefix.reading.layouts import Place, place_finder
from pagefix.rules import Rules, load_rules


def read(
    path: str | os.PathLike[str],
    *,
    root: str | os.PathLike[str] | None = None,
    edition: str | None = None,
    label: str | None = None,
    encoding: str | None = None,
    rules: Rules | None = None,
) -> Page:
    """Reads one file as a page.

    Spans will name the page by its path below ``root``, or without one by the path as given;
    edition and page label are read off that name as the command does (``rules/layout.toml``)
    unless they are given.  ``encoding`` is found out if not given.

    Raises :class:`~pagefix.errors.PageError` where the file cannot be read, is no text or has a
    name that no UTF-8 file could hold, and
    :class:`~pagefix.errors.UsageError` for an unknown encoding and a path outside ``root``.
    """
    path = Path(path)
    if root is not None and not path.is_relative_to(root):
        raise UsageError(f"not below {root}", place=str(path), remedy="give root and path alike")
    name = _name_of(path.relative_to(root) if root is not None else path)
    if not name.isascii() and any("\ud800" <= char <= "\udfff" for char in name):
        shown = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        raise PageError("the file's name is not UTF-8", place=shown, remedy="rename the file")
    place = _finder(rules or load_rules())(name)
    return read_page(
        path,
        name,
        edition=place.edition if edition is None else edition,
        label=place.label if label is None else label,
        encoding=encoding,
    )


def clean_page(text: str | Page, *, rules: Rules | None = None) -> Cleaned:
    """Cleans one page alone: a text, or a page that was read.

    Raises :class:`~pagefix.errors.PageError` for a text with lone surrogates.
    """
    page = text if isinstance(text, Page) else page_from_text(text)
    return clean_edition([page], rules=rules)


def clean_edition(pages: Iterable[Page], *, rules: Rules | None = None) -> Cleaned:
    """Cleans the pages of one edition together, so that jumps from page to page are followed.

    Raises :class:`~pagefix.errors.UsageError` where two of them have one path.
    """
    # Reading alone must not cost the import of everything that cleans.
    from pagefix import pipeline

    return pipeline.clean_edition(list(pages), rules or load_rules())


def _name_of(path: Path) -> str:
    """The path as spans write it: ``/`` between folders, no drive, nothing that leads upwards."""
    parts = posixpath.normpath(path.relative_to(path.anchor).as_posix()).split("/")
    return "/".join(part for part in parts if part not in ("..", "."))


@lru_cache(maxsize=4)
def _finder(rules: Rules) -> Callable[[str], Place]:
    return place_finder(rules)
