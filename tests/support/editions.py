"""The editions of ``fixtures/editions``: from their margin notes to pages and gold.

Their form is described in ``fixtures/README.md``.  The page's text is what stands right of
the bar; what stands left of it says what the piece is, so that gold cannot drift from the page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from pagefix.model import REPEATS, Role, Span
from pagefix.reading import page_from_text
from tests.support.gold import GoldArticle, GoldBlock, GoldEdition, Planted

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "editions"

_LINE = re.compile(r"(\S+) (\S+)(?: (either))? ([|/\\])(?: (.*))?")
_BRACES = re.compile(r"\{(\w+)(?:\*(\d+))?\|([^{}]*)\}")
_QUOTE = re.compile(r"〈([^〉]+)〉((?: [^\s>]+>[^\s>]*)*)")
_MARKS = re.compile(r"#+ |\*\*")
_BREAKS = {"|": "\n\n", "/": "\n", "\\": ""}
_ROLES = {role.value for role in Role} | {"+", "++"}
_REPEATS = {reason.value for reason in REPEATS} | {"optional"}
_NEVER_FIRST = "，。、；：！？”’）》」』】…"

Dress = Callable[[str], str]
"""What the text of a piece becomes on the page."""


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


@dataclass
class _Block:
    role: str
    spans: list[Span]
    clean: str


@dataclass
class _Growing:
    """An edition while its pages are set one after the other."""

    blocks: dict[str, list[_Block]] = field(default_factory=dict)
    planted: list[Planted] = field(default_factory=list)
    furniture: list[Span] = field(default_factory=list)


def as_printed(text: str) -> str:
    """The dress in which the sources are written."""
    return text


def unmarked(text: str) -> str:
    """Without heading marks and bold type."""
    return _MARKS.sub("", text)


def traditional(text: str) -> str:
    """In traditional characters, as many as before."""
    converted = _converter()(text)
    if len(converted) != len(text):
        raise ValueError(f"not as many characters in traditional script: {text!r}")
    return converted


# Pairs that readers of small type mistake for one another, here the commoner one first.
_ALIKE = (
    "日曰 人入 大太 天夫 未末 己已 土士 千干 王玉 问间 间问 情惰 今令 几儿 住往 外处 说悦 持特 清请 传转 "
    "没设 历厉 风凤 车东 农衣 拉位 办为 从丛"
)
_MISREAD = {pair[0]: pair[1] for pair in _ALIKE.split()}


def misread(text: str) -> str:
    """With about one character in a hundred taken for one that looks like it."""
    out, seen = [], len(text)
    for char in text:
        seen += char in _MISREAD
        # Every fourth that could be misread; where the count begins differs from piece to piece.
        out.append(_MISREAD[char] if char in _MISREAD and seen % 4 == 0 else char)
    return "".join(out)


@cache
def _converter() -> Dress:
    from opencc import OpenCC

    convert: Dress = OpenCC("s2t").convert
    return convert


def editions(dress: Dress = as_printed) -> Iterator[GoldEdition]:
    """Every edition, in the order of their names."""
    for folder in sorted(path for path in FOLDER.iterdir() if path.is_dir()):
        yield edition(folder, dress)


def edition(folder: Path, dress: Dress = as_printed) -> GoldEdition:
    """The edition whose pages' sources lie in ``folder``.  Raises ValueError, which names file and line."""
    growing, pages = _Growing(), []
    for path in sorted(folder.glob("*.txt")):
        settings, pieces = read_source(path)
        name = f"{folder.name}/{path.stem}.md"
        text = _set(pieces, settings, name, dress, growing)
        pages.append(page_from_text(text, name, edition=folder.name, label=path.stem))
    articles = [
        GoldArticle(name, tuple(GoldBlock(b.role, tuple(b.spans), b.clean) for b in blocks))
        for name, blocks in growing.blocks.items()
    ]
    return GoldEdition(
        folder.name, tuple(pages), tuple(articles), tuple(growing.planted), tuple(growing.furniture)
    )


def read_source(path: Path) -> tuple[dict[str, str], list[Piece]]:
    """Settings and pieces of one page's source."""
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


def _set(pieces: list[Piece], settings: dict[str, str], page: str, dress: Dress, growing: _Growing) -> str:
    """The page's text; what it holds is entered in ``growing``."""
    wrap, between = int(settings.get("wrap", "0")), _BREAKS[settings.get("lines", "/")]
    text, places = "", list[list[list[int]]]()
    for number, piece in enumerate(pieces):
        if number:
            text += _BREAKS[settings.get("blocks", "|") if piece.link == "|" else piece.link]
        set_width = wrap if piece.role in ("body", "+") or piece.name == "=" else 0
        column = 0
        places.append([])
        for part in piece.parts:
            dressed = "" if part.kind == "lost" else dress(part.text)
            # What a dress takes away stands at the piece's head: heading marks.
            where = [-1] * (len(part.text) - len(dressed))
            for char in dressed:
                if set_width and column >= set_width and char not in _NEVER_FIRST:
                    text, column = text + between, 0
                where.append(len(text))
                text, column = text + char, column + 1
            places[-1].append(where)
    homes = [
        [
            offset
            for part, offsets in zip(piece.parts, where, strict=True)
            if _is_kept(part)
            for offset in offsets
        ]
        for piece, where in zip(pieces, places, strict=True)
    ]
    for piece, offsets in zip(pieces, places, strict=True):
        _enter(piece, offsets, homes, page, growing)
    return text + "\n"


def _is_kept(part: Part) -> bool:
    return part.kind in ("", "optional")


def _span(page: str, offsets: list[int]) -> Span:
    there = [offset for offset in offsets if offset >= 0]
    return Span(page, there[0], there[-1] + 1)


def _enter(
    piece: Piece, where: list[list[int]], homes: list[list[int]], page: str, growing: _Growing
) -> None:
    spans: list[Span] = []
    for part, offsets in zip(piece.parts, where, strict=True):
        if part.kind == "lost":
            continue
        span = _span(page, offsets)
        if part.of:
            kept = _span(page, homes[part.of.piece][part.of.start : part.of.end])
            growing.planted.append(Planted(part.kind, span, kept, piece.either, part.kind == "optional"))
        if _is_kept(part):
            spans.append(span)
    if piece.role == "furniture":
        growing.furniture += spans
    elif piece.name not in ("=", "?"):
        blocks = growing.blocks.setdefault(piece.name, [])
        clean = "".join(part.text for part in piece.parts if _is_kept(part) or part.kind == "lost")
        if piece.role == "+":
            block = next(block for block in reversed(blocks) if block.role == "body")
        elif piece.role == "++":
            block, clean = blocks[-1], "\n" + clean
        else:
            block = _Block(piece.role, [], "")
            blocks.append(block)
        block.spans += spans
        block.clean += clean
