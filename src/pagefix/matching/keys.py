"""Folding for comparison.  Nothing that is written out ever passes through here."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


@lru_cache(maxsize=1)
def _to_simplified() -> Any:
    """One converter a process: it takes 30 ms to make and cannot be pickled."""
    import opencc

    return opencc.OpenCC("t2s")


def fold(text: str) -> str:
    """``text`` with traditional characters as simplified ones, code point for code point.

    Where a phrase of the dictionary would change the length, its characters are folded one
    by one, so that offsets always stay what they were.
    """
    size = len(text)
    return _folded(text) if size <= 400 else _folded_long(text) if size <= _LONGEST_KEPT else _fold(text)


# A long paragraph is folded in every room, and a page twice; they are large, so few are kept.
_LONGEST_KEPT = 20_000


@lru_cache(maxsize=16384)
def _folded(text: str) -> str:
    return _fold(text)


@lru_cache(maxsize=64)
def _folded_long(text: str) -> str:
    return _fold(text)


def _fold(text: str) -> str:
    if text.isascii():
        return text
    try:
        folded: str = _to_simplified().convert(text)
    except UnicodeEncodeError:
        # Lone surrogates, which only a caller's own string can hold, are no text to opencc.
        return (
            "".join(c if "\ud800" <= c <= "\udfff" else _folded(c) for c in text) if len(text) > 1 else text
        )
    if len(folded) == len(text):
        return folded
    return "".join(c if len(one := _folded(c)) != 1 else one for c in text) if len(text) > 1 else text


class Key(NamedTuple):
    """The word characters of a text, folded; ``offsets[k]`` is where character ``k`` stood."""

    text: str
    offsets: Ints

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the original text that the key's characters ``start`` to ``end`` cover."""
        return int(self.offsets[start]), int(self.offsets[end - 1]) + 1


# What a code point is in a key: another code point, nothing, several, or not asked yet.
_DROPPED, _SEVERAL, _UNKNOWN = -1, -2, -3


def keys_of(texts: Sequence[str]) -> list[Key]:
    """The comparison keys of ``texts``: word characters only, NFKC, simplified.

    Those of a page are made together, in a third of the time that it takes one by one.
    """
    folded = [fold(text) for text in texts]
    codes = np.frombuffer("".join(folded).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    table = _key_codes()
    parts = table[codes]
    rare = parts < _DROPPED
    if rare.any():
        for code in set(codes[parts == _UNKNOWN].tolist()):
            table[code] = _key_code(chr(code))
        parts = table[codes]
        rare = parts == _SEVERAL
    offsets = np.flatnonzero(parts >= 0)
    joined = parts[offsets].tobytes().decode("utf-32-le")
    ends = np.cumsum([len(text) for text in folded], dtype=np.int64)
    stops = np.searchsorted(offsets, ends).tolist()
    keys, start, base = [], 0, 0
    for stop, end in zip(stops, ends.tolist(), strict=True):
        keys.append(Key(joined[start:stop], offsets[start:stop] - base))
        start, base = stop, end
    for text in set(np.searchsorted(ends, np.flatnonzero(rare), side="right").tolist()):
        keys[text] = _key_by_characters(folded[text])
    return keys


@lru_cache(maxsize=1)
def _key_codes() -> npt.NDArray[np.int32]:
    """Every code point's part in a key, looked up when it is first met: 4 MB a process."""
    return np.full(0x110000, _UNKNOWN, dtype=np.int32)


def _key_code(char: str) -> int:
    if not char.isalnum():
        return _DROPPED
    same = _compatible(char)
    return ord(same) if len(same) == 1 else _SEVERAL


def _key_by_characters(folded: str) -> Key:
    """The key of a text in which one character, like ㎏, stands for several."""
    chars: list[str] = []
    offsets: list[int] = []
    for at, char in enumerate(folded):
        if char.isalnum():
            for one in _compatible(char):
                chars.append(one)
                offsets.append(at)
    return Key("".join(chars), np.array(offsets, dtype=np.int64))


@lru_cache(maxsize=8192)
def _compatible(char: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", char).lower() if c.isalnum()) or char
