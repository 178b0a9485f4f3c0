"""Jump lines that name no page but the next one, or the one before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pagefix.model import Block, Blocked

# 转下页, 接上页: the page is the neighbour in the edition's order.
_STEPS = {"下": 1, "上": -1}


def name_neighbours(pages: Sequence[Blocked]) -> list[Blocked]:
    """The pages of an edition, jump lines to a neighbour given that page's label.

    Where there is no such page they keep their word.
    """
    labels = [page.page.label for page in pages]
    return [
        replace(page, blocks=tuple(_named(block, sheet, labels) for block in page.blocks))
        if any(_step(block) for block in page.blocks)
        else page
        for sheet, page in enumerate(pages)
    ]


def _named(block: Block, sheet: int, labels: Sequence[str]) -> Block:
    step = _step(block)
    if block.jump is None or not step:
        return block
    label = labels[sheet + step] if 0 <= sheet + step < len(labels) else ""
    return replace(block, jump=replace(block.jump, label=label or block.jump.label))


def _step(block: Block) -> int:
    return _STEPS.get(block.jump.label.strip()[:1], 0) if block.jump is not None else 0
