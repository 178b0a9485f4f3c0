"""The sources of ``fixtures/editions``: pages with notes in the margin that say what each piece is.

Their form is described in ``fixtures/README.md``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pagefix.model import REPEATS, Role

_LINE = re.compile(r"(\S+) (\S+)(?: (either))? ([|/\\])(?: (.*))?")
_BRACES = re.compile(r"\{(\w+)(?:\*(\d+))?\|([^{}]*)\}")
_QUOTE = re.compile(r"〈([^〉]+)〉((?: [^\s>]+>[^\s>]*)*)")
_ROLES = {role.value for role in Role} | {"+", "++"}
_REPEATS = {reason.value for reason in REPEATS} | {"optional"}


@dataclass(frozen=True)
class Quoted:
    """Characters of another piece of the page, by its number; repeats within that piece are not counted."""

    piece: int
    start: int
    end: int


@dataclass(frozen=True)
class Part:
    """A stretch of a piece with one meaning: its text, or a repeat of what is quoted."""

    text: str
    kind: str = ""
    of: Quoted | None = None

    @property
    def stays(self) -> bool:
        """Whether it is part of its article: neither a repeat nor lost nor a tool's mark."""
        return self.kind in ("", "optional")


@dataclass(frozen=True)
class Piece:
    """What one line of a page's source says."""

    name: str
    role: str
    either: bool
    link: str
    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        return "".join(part.text for part in self.parts)


def read_source(path: Path) -> tuple[dict[str, str], list[Piece]]:
    """Settings and pieces of one page's source.  Raises ValueError, which names file and line."""
    settings: dict[str, str] = {}
    found: list[tuple[int, re.Match[str]]] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if line.startswith("% "):
            key, _, value = line[2:].partition(":")
            settings[key.strip()] = value.strip()
        elif line.strip() and not line.startswith(";"):
            match = _LINE.fullmatch(line)
            if not match or match[2] not in _ROLES | _REPEATS:
                raise ValueError(f"{path.name}:{number}: not NAME ROLE | TEXT: {line[:40]!r}")
            found.append((number, match))
    plain = [_BRACES.sub(_kept, match[5] or "") if match[1] != "=" else "" for _, match in found]
    pieces = []
    for at, (number, match) in enumerate(found):
        try:
            parts = tuple(_parts(match, plain, at))
        except ValueError as fault:
            raise ValueError(f"{path.name}:{number}: {fault}") from None
        pieces.append(Piece(match[1], match[2], bool(match[3]), match[4], parts))
    return settings, pieces


def _kept(brace: re.Match[str]) -> str:
    return brace[3] if brace[1] == "optional" else ""


def _parts(match: re.Match[str], plain: list[str], at: int) -> Iterator[Part]:
    text = match[5] or ""
    if match[1] == "=":
        yield _quote(text, match[2], plain)
        return
    last, before = 0, ""
    for brace in _BRACES.finditer(text):
        if text[last : brace.start()]:
            yield Part(text[last : brace.start()])
            before += text[last : brace.start()]
        kind, times, inner = brace[1], int(brace[2] or 1), brace[3]
        if kind in ("mark", "lost"):
            yield Part(inner, kind)
        elif kind == "optional":
            yield Part(inner, kind, Quoted(at, len(before), len(before) + len(inner)))
            before += inner
        elif kind == "stutter":
            if not before.endswith(inner):
                raise ValueError(f"what is stuttered does not stand before: {inner!r}")
            yield Part(inner * times, kind, Quoted(at, len(before) - len(inner), len(before)))
        else:
            yield _quote(inner, kind, plain)
        last = brace.end()
    if text[last:]:
        yield Part(text[last:])


def _quote(text: str, kind: str, plain: list[str]) -> Part:
    """``〈first words…last words〉 is>was`` as a repeat of the one place where it stands."""
    match = _QUOTE.fullmatch(text.strip())
    if not match or kind not in _REPEATS:
        raise ValueError(f"not a quoted repeat: {text[:40]!r}")
    first, _, last = match[1].partition("…")
    homes = []
    for number, of in enumerate(plain):
        start = of.find(first)
        if start >= 0 and (end := of.find(last, start + len(first) if last else start)) >= 0:
            homes.append(Quoted(number, start, end + len(last) if last else start + len(first)))
    if len(homes) != 1:
        raise ValueError(f"{len(homes)} places begin with {first!r} and end with {last!r}")
    home = homes[0]
    copy = plain[home.piece][home.start : home.end]
    for change in match[2].split():
        was, _, now = change.partition(">")
        if was not in copy:
            raise ValueError(f"{was!r} is not in the repeat")
        copy = copy.replace(was, now, 1)
    return Part(copy, kind, home)
