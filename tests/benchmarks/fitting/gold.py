"""Pages with what each of their characters truly is."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pagefix.model import Block, Page


@dataclass(frozen=True)
class GoldPage:
    """A page with what each of its characters truly is: role, article, block, place in the block."""

    edition: str
    page: Page
    truth: Mapping[int, tuple[str, str, int, int]]
    repeated: frozenset[int]
    lost: frozenset[tuple[str, int]]


def load(folder: Path) -> Iterator[GoldPage]:
    for line in (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines():
        gold = json.loads(line)
        truth: dict[str, dict[int, tuple[str, str, int, int]]] = {page: {} for page in gold["pages"]}
        repeated: dict[str, set[int]] = {page: set() for page in gold["pages"]}
        lost = frozenset(
            (row["spans"][0][0], row["spans"][0][1])
            for row in gold["duplicates"]
            if row.get("kind") == "loop"
        )
        for article in gold["articles"]:
            for number, block in enumerate(article["blocks"]):
                place = 0
                for page, start, end in block["spans"]:
                    for at in range(start, end):
                        truth[page][at] = (block["role"], article["id"], number, place)
                        place += 1
        for row in gold["duplicates"]:
            for page, start, end in row["spans"]:
                if not row.get("optional"):
                    repeated[page].update(range(start, end))
        for row in gold["furniture"]:
            for page, start, end in row["spans"]:
                for at in range(start, end):
                    truth[page][at] = ("furniture", "", 0, 0)
        for path in gold["pages"]:
            text = (folder / "archive" / path).read_bytes().decode("utf-8")
            yield GoldPage(gold["edition"], Page(path, text), truth[path], frozenset(repeated[path]), lost)


def role_of(gold: GoldPage, block: Block) -> str:
    found = Counter(
        "repeat" if at in gold.repeated else gold.truth[at][0] if at in gold.truth else ""
        for piece in block.pieces
        for at in range(piece.start, piece.end)
        if gold.page.text[at].isalnum()
    )
    return found.most_common(1)[0][0] if found else ""
