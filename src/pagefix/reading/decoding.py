"""The encoding ladder: byte order mark, strict UTF-8, then what reads most like a newspaper.

General detectors give up at one bad byte; here a damaged file is read in the encoding that
fits best, and what cannot be written back in it is kept beside the text, byte for byte.
"""

from __future__ import annotations

import codecs
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from pagefix.errors import PageError, UsageError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CANDIDATES = ("gb18030", "big5hkscs", "utf-16-le", "utf-16-be", "utf-8")
_BINARY = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"PK\x03\x04",
    b"GIF8",
    b"II*\x00",
    b"MM\x00*",
    b"\x1f\x8b",
    b"Rar!",
    b"7z\xbc\xaf",
)
# Enough to tell the encodings apart, little enough to score a page of 50 MB at once.
_SAMPLE = 20_000
# A text in the wrong encoding scores below 0.4 on every Chinese and English page tried; one in the
# right encoding with every twentieth byte spoilt still above 0.7.
_GOOD = 0.6
_MARKS_OF_PRINT = frozenset("，。、；：？！“”‘’（）《》「」『』—…·　■●□◆\n\r\t ")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text and how it was read; ``raw`` only where the text cannot be written back as it was."""

    text: str
    encoding: str
    raw: bytes | None = None


def decode(data: bytes, encoding: str | None = None, place: str = "") -> Decoded:
    """Reads ``data``; a byte order mark stays in the text as U+FEFF.

    Raises :class:`~pagefix.errors.UsageError` for an unknown ``encoding``, and
    :class:`~pagefix.errors.PageError` for a binary file or one that no encoding reads.
    """
    if encoding is not None:
        return _as_told(data, encoding, place)
    if data.startswith(_BINARY):
        raise PageError(
            "this is a binary file, not text", place=place, remedy="convert it to Markdown or plain text"
        )
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _kept(data, data.decode(name, "replace"), name)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as fault:
        return _best(data, fault.start, place)
    if text.count("\0") * 100 > len(text):
        return _best(data, text.find("\0"), place)
    return Decoded(text, "utf-8")


def _as_told(data: bytes, encoding: str, place: str) -> Decoded:
    try:
        name = codecs.lookup(encoding).name
        # The mark must stay in the text, so that offsets count it and writing gives it back.
        name = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}.get(name, name)
        text = data.decode(name)
    except LookupError:
        raise UsageError(f"no encoding is called {encoding!r}", remedy="try utf-8, gb18030 or big5") from None
    except UnicodeDecodeError as fault:
        raise PageError(
            f"byte {fault.start} is not {encoding}",
            place=place,
            remedy="leave --encoding away or name another",
        ) from None
    return _kept(data, text, name)


def _best(data: bytes, offset: int, place: str) -> Decoded:
    """The candidate whose text looks most like print."""
    scored = [
        (_score(data[:_SAMPLE].decode(name, "replace")), -n, name) for n, name in enumerate(_CANDIDATES)
    ]
    score, _, name = max(scored)
    if score < _GOOD:
        raise PageError(
            f"byte {offset} is not UTF-8 and no other encoding reads like text",
            place=place,
            remedy="name the encoding with --encoding, or convert the file",
        )
    return _kept(data, data.decode(name, "replace"), name)


@lru_cache(maxsize=1)
def _printed() -> frozenset[str]:
    """The characters that a newspaper uses; made when the first page is found not to be UTF-8."""
    # The level-1 characters of GB 2312, in the order of their pinyin, are the frequent ones.
    common = {bytes((row, cell)).decode("gb2312") for row in range(0xB0, 0xD7) for cell in range(0xA1, 0xFA)}
    # In Big5 they (level 1) are two-byte codes from A440 to C67E.
    traditional = {
        char
        for lead in range(0xA4, 0xC7)
        for trail in (*range(0x40, 0x7F), *range(0xA1, 0xFF))
        if len(char := bytes((lead, trail)).decode("big5", "ignore")) == 1
    }
    return frozenset(common | traditional | _MARKS_OF_PRINT)


def _score(text: str) -> float:
    """The share of characters that a newspaper prints, less those that no text holds."""
    if not text:
        return 0.0
    printed = _printed()
    good = sum(c in printed or (c.isascii() and c.isprintable()) for c in text)
    bad = sum(
        c == "\ufffd" or unicodedata.category(c) in ("Cc", "Co", "Cn", "Cs")
        for c in text
        if c not in "\n\r\t\f"
    )
    return (good - 2 * bad) / len(text)


def _kept(data: bytes, text: str, name: str) -> Decoded:
    try:
        same = text.encode(name) == data
    except UnicodeEncodeError:
        same = False
    return Decoded(text, name, None if same else data)
