"""A block as the repeats see it: its key, and the way back to the page."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass

from pagefix.evidence.brackets import CLOSERS
from pagefix.matching.keys import Key, keys_of
from pagefix.model import Block, Role, Span

STOPS = "。！？!?…"
PAUSES = "，。、；：！？,;:!?…"


@dataclass(frozen=True, slots=True)
class Text:
    """A block with its comparison key; ``at`` is its place among the page's blocks."""

    at: int
    block: Block
    key: Key

    @property
    def size(self) -> int:
        return len(self.key.text)

    @property
    def cut_off(self) -> bool:
        """Whether the text stops without an end of sentence."""
        return (self.block.text.rstrip(CLOSERS)[-1:] or self.block.text[-1:]) not in STOPS

    @property
    def heading(self) -> bool:
        return self.block.level > 0 or self.block.role in (Role.HEADLINE, Role.CROSSHEAD)

    def begins_sentence(self, key_at: int) -> bool:
        """Whether key character ``key_at`` begins the block or a sentence in it."""
        return self._before(key_at, STOPS + "：:")

    def begins_clause(self, key_at: int) -> bool:
        """Whether key character ``key_at`` begins the block or follows a pause."""
        return self._before(key_at, PAUSES)

    def _before(self, key_at: int, marks: str) -> bool:
        if key_at == 0:
            return True
        start, end = int(self.key.offsets[key_at - 1]) + 1, int(self.key.offsets[key_at])
        return any(c in marks for c in self.block.text[start:end])

    def spans(self, start: int, end: int) -> list[Span]:
        """The page's spans under the block text from ``start`` to ``end``."""
        spans, at = [], 0
        for piece in self.block.pieces:
            size = piece.end - piece.start
            low, high = max(start, at), min(end, at + size)
            if low < high:
                spans.append(Span(piece.page, piece.start + low - at, piece.start + high - at))
            at += size
        return spans


def texts_of(blocks: Sequence[Block], roles: Container[Role]) -> list[Text]:
    """The blocks of these roles that have a word, with their keys."""
    places = [at for at, block in enumerate(blocks) if block.role in roles]
    keys = keys_of([blocks[at].text for at in places])
    return [Text(at, blocks[at], key) for at, key in zip(places, keys, strict=True) if key.text]
