"""Captions that nothing but their words tell: a sentence between whole paragraphs that shows a scene."""

from __future__ import annotations

from pagefix.evidence.ends import ends_sentence
from pagefix.matching.keys import fold
from pagefix.model import Block, Role
from pagefix.rules import Rules

# Who or what was named right above.
_POINTERS = tuple("他她它这那其此")


def scene(block: Block, above: Block, below: Block | None, rules: Rules) -> str:
    """The rule by which a block is a picture's words, or nothing.

    Its neighbours are whole, and the one below does not point back to it.
    """
    whole = above.role is Role.CAPTION or (above.role is Role.BODY and ends_sentence(fold(above.text)))
    if block.role is not Role.BODY or not whole or below is None:
        return ""
    if fold(below.text[:1]) in _POINTERS:
        return ""
    folded = fold(block.text)
    return next((p.id for p in rules.sift("caption_scene", folded) if p.fullmatch(folded)), "")
