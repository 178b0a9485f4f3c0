"""One file as one page."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pagefix.errors import PageError
from pagefix.model import Page
from pagefix.reading.decoding import decode

SUFFIXES = (".md", ".markdown", ".txt")
"""The endings of files that are pages."""


def read_page(
    path: Path, relative: str, *, edition: str = "", label: str = "", encoding: str | None = None
) -> Page:
    """Reads the file at ``path`` as the page that spans will name ``relative``.

    Raises :class:`~pagefix.errors.PageError` where it cannot be read or is no text.
    """
    try:
        data = path.read_bytes()
    except OSError as fault:
        raise PageError(
            fault.strerror or str(fault), place=relative, remedy="check the file and its permissions"
        ) from None
    return page_from_bytes(data, relative, edition=edition, label=label, encoding=encoding)


def page_from_bytes(
    data: bytes, relative: str, *, edition: str = "", label: str = "", encoding: str | None = None
) -> Page:
    """A page from the bytes of a file that spans will name ``relative``.

    Raises :class:`~pagefix.errors.PageError` where they are no text.
    """
    decoded = decode(data, encoding, relative)
    return Page(
        path=relative,
        text=decoded.text,
        edition=edition,
        label=label or Path(relative).stem,
        encoding=decoded.encoding,
        newline=newline_of(decoded.text),
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        raw=decoded.raw,
    )


def page_from_text(text: str, path: str = "page.md", *, edition: str = "", label: str = "") -> Page:
    """A page from a text that is at hand, as if it had been read from UTF-8.

    Raises :class:`~pagefix.errors.PageError` for lone surrogates, which are no text.
    """
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError as fault:
        raise PageError(
            f"a lone surrogate at {fault.start}", place=path, remedy="decode the text anew"
        ) from None
    return Page(
        path=path,
        text=text,
        edition=edition,
        label=label or Path(path).stem,
        newline=newline_of(text),
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
    )


def newline_of(text: str) -> str:
    r"""The text's line ending: ``\n``, ``\r\n``, ``\r``, ``mixed``, or empty where there is none."""
    crlf = text.count("\r\n")
    kinds = [
        kind
        for kind, n in (("\r\n", crlf), ("\n", text.count("\n") - crlf), ("\r", text.count("\r") - crlf))
        if n
    ]
    return kinds[0] if len(kinds) == 1 else "mixed" if kinds else ""
