"""Folding for comparison.  Nothing that is written out ever passes through here."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
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


class _Folded(dict[str, str]):
    """What texts became: most texts of a page are asked for in every room."""

    size = 0

    def kept(self, text: str, folded: str) -> str:
        """Takes note of ``text``, and gives what it became.  All is forgotten when it is too much."""
        if len(text) <= _LONGEST_KEPT:
            if self.size + len(text) > _MOST_KEPT:
                self.cache_clear()
            self.size += len(text)
            self[text] = folded
        return folded

    def cache_clear(self) -> None:
        """Forgets everything."""
        self.clear()
        self.size = 0


# In characters: a page, and some two hundred of them.
_LONGEST_KEPT, _MOST_KEPT = 20_000, 1 << 21
_FOLDED = _Folded()


def fold(text: str) -> str:
    """``text`` with traditional characters as simplified ones, code point for code point.

    Where a phrase of the dictionary would change the length, its characters are folded one
    by one, so that offsets always stay what they were.
    """
    folded = _FOLDED.get(text)
    return _FOLDED.kept(text, _fold(text)) if folded is None else folded


def fold_stretches(text: str, stretches: Iterable[tuple[int, int]]) -> None:
    """Folds ``text`` once for all its ``stretches``: who folds one of them later finds it done.

    A phrase of the dictionary is of word characters, so that a stretch between others is
    folded as it is in the whole.
    """
    whole = _converted(text)
    if whole is None or [len(line) for line in whole.split("\n")] != [len(line) for line in text.split("\n")]:
        return
    _FOLDED.kept(text, whole)
    for start, end in stretches:
        apart = not (text[max(0, start - 1) : start].isalnum() or text[end : end + 1].isalnum())
        if apart and text[start:end] not in _FOLDED:
            _FOLDED.kept(text[start:end], whole[start:end])


def _fold(text: str) -> str:
    folded = _converted(text)
    if folded is not None and len(folded) == len(text):
        return folded
    return "".join(c if len(one := fold(c)) != 1 else one for c in text) if len(text) > 1 else text


def _converted(text: str) -> str | None:
    """What opencc makes of ``text``; None where it has lone surrogates, as only a caller's own string may."""
    if text.isascii():
        return text
    try:
        converted: str = _to_simplified().convert(text)
    except UnicodeEncodeError:
        return None
    return converted


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
