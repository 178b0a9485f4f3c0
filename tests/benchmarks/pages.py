"""Pages of any length for the benchmarks, put together from the editions of ``fixtures``."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.support.editions import editions

LENGTH = 7000
"""Characters of a full newspaper page."""

# Marks, credits and page labels are made of these; to change them would make other pages of it.
_FIXED = frozenset("一二三四五六七八九十百千万年月日第版页面本报社讯电记者摄图文转接下上")
# The editions of the fixtures are short notices; three quarters of a daily's page are long paragraphs.
_PARAGRAPH = 110
_SHARE = 3


def page_of(length: int, number: int = 0) -> str:
    """Page ``number``: damaged articles of the editions in another order, ``length`` characters of them.

    Between them stand long paragraphs of their sentences.  What comes again has other
    characters in place of its own, so that a long page is no short page read many times.
    """
    dice = random.Random(number)
    parts: list[str] = []
    size, turn = 0, 0
    while size < length:
        for sheet in dice.sample(_sheets(), len(_sheets())):
            parts.append(sheet.translate(_others(dice)) if turn else sheet)
            parts += _paragraphs(dice, _SHARE * len(sheet))
            size += (1 + _SHARE) * len(sheet)
            if size >= length:
                break
        turn += 1
    return "\n\n".join(parts)[:length]


def write_archive(folder: Path, pages: int, length: int = LENGTH) -> None:
    """An archive of daily editions, four pages each."""
    for number in range(pages):
        year, day = divmod(number // 4, 360)
        place = folder / f"{1950 + year}-{day // 30 + 1:02d}-{day % 30 + 1:02d}"
        place.mkdir(parents=True, exist_ok=True)
        page = place / f"A{number % 4 + 1:02d}.md"
        page.write_text(page_of(length, number), encoding="utf-8", newline="")


def _paragraphs(dice: random.Random, size: int) -> Iterator[str]:
    """Paragraphs of the editions' sentences, shuffled, their characters changed; ``size`` in all."""
    sentences = dice.sample(_sentences(), len(_sentences()))
    other = _others(dice)
    while size > 0:
        paragraph = ""
        while len(paragraph) < _PARAGRAPH:
            paragraph += sentences.pop() if sentences else dice.choice(_sentences())
        yield paragraph.translate(other)
        size -= len(paragraph)


def _others(dice: random.Random) -> dict[int, int]:
    """Each character as another one, so that what stands there again reads otherwise."""
    others = dice.sample(_repertoire(), len(_repertoire()))
    return str.maketrans("".join(_repertoire()), "".join(others))


@cache
def _sheets() -> tuple[str, ...]:
    return tuple(page.text for edition in editions() for page in edition.pages)


@cache
def _sentences() -> tuple[str, ...]:
    lines = (line for sheet in _sheets() for line in sheet.split("\n") if not line.startswith("#"))
    return tuple(
        sentence + "。" for line in lines for sentence in line.split("。")[:-1] if len(sentence) > 10
    )


@cache
def _repertoire() -> tuple[str, ...]:
    return tuple(sorted({c for text in _sheets() for c in text if "\u4e00" <= c <= "\u9fff"} - _FIXED))
