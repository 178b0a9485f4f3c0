"""Which patterns can match a text at all, by the characters that it is made of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache

from pagefix.rules.needed import first_characters
from pagefix.rules.patterns import Pattern

Sieve = Callable[[str], Mapping[str, Sequence[Pattern]]]
"""Gives of each kind the patterns that can match somewhere in a text, in file order."""


def sieve(patterns: Iterable[Pattern]) -> Sieve:
    """A sieve of ``patterns``.

    Every group of strings that a pattern needs is a bit; a text is asked once which groups
    it may hold, by their first characters, and so for the patterns of all kinds.
    """
    bits: dict[frozenset[str], int] = {}
    needs = [
        (pattern, sum({bits.setdefault(first_characters(g), 1 << len(bits)) for g in pattern.needs}))
        for pattern in patterns
    ]
    of_character: dict[str, int] = {}
    for characters, bit in bits.items():
        for character in characters:
            of_character[character] = of_character.get(character, 0) | bit
    telling = re.compile(f"[{re.escape(''.join(of_character))}]") if of_character else re.compile(r"(?!)")

    # The blocks of a page are asked about more than once.
    @lru_cache(maxsize=512)
    def sift(text: str) -> Mapping[str, Sequence[Pattern]]:
        held = 0
        for character in set(telling.findall(text)):
            held |= of_character[character]
        left: dict[str, list[Pattern]] = {}
        for pattern in [pattern for pattern, bits in needs if bits & held == bits]:
            left.setdefault(pattern.kind, []).append(pattern)
        return left

    return sift
