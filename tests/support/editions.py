"""The editions of ``fixtures/editions``, set into pages and gold.

The page's text is what stands right of the margin; what stands in it says what the piece is,
so that gold cannot drift from the page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from pagefix.model import Span
from pagefix.reading import page_from_text
from tests.support.gold import GoldArticle, GoldBlock, GoldEdition, Planted
from tests.support.margin import Piece, read_source

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "editions"

_MARKS = re.compile(r"#+ |\*\*")
_BREAKS = {"|": "\n\n", "/": "\n", "\\": ""}
NEVER_FIRST = "，。、；：！？”’）》」』】…"

Dress = Callable[[str], str]
"""What the text of a piece becomes on the page."""


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


def typewritten(text: str) -> str:
    """With the signs of a typewriter for those of print."""
    return text.translate(_TYPED)


_TYPED = str.maketrans("，。；：！？（）“”", ',.;:!?()""')

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


def _set(pieces: list[Piece], settings: dict[str, str], page: str, dress: Dress, growing: _Growing) -> str:
    """The page's text; what it holds is entered in ``growing``."""
    text, places = _typeset(pieces, settings, dress)
    homes = [
        [at for part, there in zip(piece.parts, where, strict=True) if part.stays for at in there]
        for piece, where in zip(pieces, places, strict=True)
    ]
    for piece, where in zip(pieces, places, strict=True):
        _enter(piece, where, homes, page, growing)
    return text


def _typeset(
    pieces: list[Piece], settings: dict[str, str], dress: Dress
) -> tuple[str, list[list[list[int]]]]:
    """The page's text, and for each part of each piece where its characters stand (-1: nowhere)."""
    wrap, between = int(settings.get("wrap", "0")), _BREAKS[settings.get("lines", "/")]
    text = ""
    places: list[list[list[int]]] = []
    for piece in pieces:
        if places:
            text += _BREAKS[settings.get("blocks", "|") if piece.link == "|" else piece.link]
        width = wrap if piece.role in ("body", "+") or piece.name == "=" else 0
        column = 0
        places.append([])
        for part in piece.parts:
            dressed = "" if part.kind == "lost" else dress(part.text)
            # What a dress takes away stands at the piece's head: heading marks.
            where = [-1] * (len(part.text) - len(dressed))
            for char in dressed:
                if width and column >= width and char not in NEVER_FIRST:
                    text, column = text + between, 0
                where.append(len(text))
                text, column = text + char, column + 1
            places[-1].append(where)
    return text + "\n", places


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
        if part.stays:
            spans.append(span)
    if piece.role == "furniture":
        growing.furniture += spans
    elif piece.name not in ("=", "?"):
        blocks = growing.blocks.setdefault(piece.name, [])
        clean = "".join(part.text for part in piece.parts if part.stays or part.kind == "lost")
        if piece.role == "+":
            block = next(block for block in reversed(blocks) if block.role == "body")
        elif piece.role == "++":
            block, clean = blocks[-1], "\n" + clean
        else:
            block = _Block(piece.role, [], "")
            blocks.append(block)
        block.spans += spans
        block.clean += clean
