"""A proof: what a file would be after mending, byte for byte, before anything is written."""

from __future__ import annotations

import codecs
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pagefix.errors import PageError
from pagefix.fixing import Fixed, Keep, fix_page
from pagefix.model import Page
from pagefix.reading import decode, page_from_bytes
from pagefix.rules import Rules

Stretch = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Proof:
    """A file's bytes before and after.

    ``undo`` makes the bytes before from those after: half-open stretches of these, and bytes
    that are put between.
    """

    fixed: Fixed
    before: bytes
    after: bytes
    undo: tuple[Stretch | bytes, ...]

    @property
    def changed(self) -> bool:
        """Whether the file would change."""
        return self.before != self.after


def pull_proof(data: bytes, name: str, rules: Rules, encoding: str | None = None) -> Proof:
    """Mends the page that ``data`` holds; its encoding, newlines and byte order mark stay.

    Bytes that no encoding gives back (a damaged character) stay as they are.  Raises
    :class:`~pagefix.errors.PageError` where ``data`` is no text, or where the mended file
    would not be read in the same encoding.
    """
    page = page_from_bytes(data, name, encoding=encoding)
    fixed = fix_page(page, rules)
    if not fixed.changed:
        return Proof(fixed, data, data, ((0, len(data)),))
    old = _offsets(page, data)
    chunks: list[bytes] = []
    new = array("Q", [0])
    for part in fixed.edits:
        if isinstance(part, Keep):
            chunks.append(data[old[part.start] : old[part.end]])
            shift = new[-1] - old[part.start]
            new.extend(at + shift for at in old[part.start + 1 : part.end + 1])
        else:
            chunks.append(part.encode(page.encoding))
            new.extend(_ends(part, page.encoding, new[-1]))
    after = b"".join(chunks)
    again = decode(after, encoding, name)
    if (again.text, again.encoding) != (fixed.text, page.encoding):
        raise PageError(
            f"the mended page would not be read as {page.encoding} again",
            place=name,
            remedy="name the encoding with --encoding, or convert the file to UTF-8",
        )
    return Proof(fixed, data, after, tuple(_way_back(fixed, data, old, new)))


def _way_back(fixed: Fixed, data: bytes, old: Sequence[int], new: Sequence[int]) -> Iterator[Stretch | bytes]:
    at = 0
    for part in fixed.undo:
        if isinstance(part, Keep):
            yield new[part.start], new[part.end]
            at += part.end - part.start
        else:
            yield data[old[at] : old[at + len(part)]]
            at += len(part)


def _offsets(page: Page, data: bytes) -> Sequence[int]:
    """Where in ``data`` each character of the page begins, and behind the last one where it ends."""
    if page.raw is None:
        return array("Q", [0, *_ends(page.text, page.encoding, 0)])
    # One byte after the other: a damaged one is a character of its own, or shares one with its
    # neighbour; those two cannot be parted, and whoever tries is told by the mended bytes' text.
    decoder = codecs.getincrementaldecoder(page.encoding)("replace")
    starts, begun, size = array("Q"), 0, 0
    for at in range(len(data)):
        if given := decoder.decode(data[at : at + 1], at + 1 == len(data)):
            starts.extend([begun] + [at + 1] * (len(given) - 1))
            begun, size = at + 1, size + len(given)
    if size != len(page.text):
        raise PageError(
            f"its bytes are no {page.encoding} and cannot be told apart",
            place=page.path,
            remedy="name the encoding with --encoding, or convert the file",
        )
    starts.append(len(data))
    return starts


def _ends(text: str, encoding: str, start: int) -> Iterator[int]:
    at = start
    for char in text:
        at += len(char.encode(encoding))
        yield at
