"""Comparison keys of many texts at once, by one table lookup for all their characters.

``keys.key_of`` folds one text and maps back to its offsets; archives of millions of
paragraphs need no offsets but speed: 40 million characters take 0.3 s here and a minute
there.  Characters are folded one by one, never by opencc's phrases, so that a key does not
depend on what stands around it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from pagefix.matching.keys import fold

Codes = npt.NDArray[np.uint16]
Ints = npt.NDArray[np.int64]

_PRIVATE, _PRIVATE_SIZE = 0xE000, 6400


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of many texts in one array: text ``i`` is ``codes[bounds[i]:bounds[i + 1]]``.

    Codes are UTF-16 units.  Characters beyond the basic plane are folded into its private
    area, so that one unit is always one character.
    """

    codes: Codes
    bounds: Ints

    def __len__(self) -> int:
        return len(self.bounds) - 1

    @property
    def sizes(self) -> Ints:
        """Characters of each key."""
        return np.diff(self.bounds)

    def text(self, at: int) -> str:
        """One key as a string."""
        return _decoded(self.codes[self.bounds[at] : self.bounds[at + 1]])

    def whole(self) -> str:
        """All keys as one string, to be cut at ``bounds``: slices of it cost a twentieth of :meth:`text`."""
        return _decoded(self.codes)


def _decoded(codes: Codes) -> str:
    return codes.astype("<u2", copy=False).tobytes().decode("utf-16-le")


def fold_batch(texts: Sequence[str]) -> Keys:
    """Word characters only, compatibility forms and capitals folded, traditional to simplified."""
    units = np.frombuffer("".join(texts).encode("utf-16-le", "surrogatepass"), dtype="<u2").astype(np.uint16)
    sizes = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    if len(units) != sizes.sum():
        sizes = np.fromiter(
            (len(text.encode("utf-16-le", "surrogatepass")) // 2 for text in texts), np.int64, len(texts)
        )
    folded = _looked_up(units)
    pairs = np.flatnonzero((units[:-1] & 0xFC00) == 0xD800) if len(units) else np.zeros(0, dtype=np.int64)
    if len(pairs):
        folded[pairs] = _beyond(units, pairs)
    kept = folded != 0
    ends = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
    counts = np.concatenate([np.zeros(1, np.int64), np.cumsum(kept, dtype=np.int32)])
    return Keys(folded[kept], counts[ends])


@lru_cache(maxsize=1)
def _table() -> tuple[Codes, npt.NDArray[np.bool_]]:
    """What each character of the basic plane becomes, 0 for those that a key leaves out; and which
    characters have been asked for.  Filling all of it takes 0.3 s, a page's characters 5 ms."""
    return np.zeros(1 << 16, dtype=np.uint16), np.zeros(1 << 16, dtype=bool)


def _looked_up(units: Codes) -> Codes:
    table, known = _table()
    met = np.zeros(len(known), dtype=bool)
    met[units] = True
    missing = np.flatnonzero(met & ~known)
    if len(missing):
        words = [c for c in map(chr, missing.tolist()) if not 0xD800 <= ord(c) < 0xE000 and c.isalnum()]
        table[[ord(c) for c in words]] = [_one_unit(c) for c in _simplified(words)]
        known[missing] = True
    folded: Codes = table[units]
    return folded


def _simplified(chars: Sequence[str]) -> list[str]:
    """Each character alone, simplified: a line of its own, so that no phrase is seen."""
    return fold("\n".join(chars)).split("\n") if chars else []


def _one_unit(char: str) -> int:
    """The compatibility form in lower case, where it is one character; else the character itself."""
    if "\u4e00" <= char <= "\u9fff":
        # Most are, and none of these has another form.
        return ord(char)
    form = unicodedata.normalize("NFKC", char).lower()
    code = ord(form) if len(form) == 1 and form.isalnum() else ord(char)
    return code if code < 1 << 16 else _PRIVATE + code % _PRIVATE_SIZE


def _beyond(units: Codes, pairs: Ints) -> Codes:
    """Surrogate pairs as one unit each; a surrogate without its other half is left out."""
    high, low = units[pairs].astype(np.int64), units[pairs + 1].astype(np.int64)
    codes = 0x10000 + ((high & 0x3FF) << 10) + (low & 0x3FF)
    whole = (low & 0xFC00) == 0xDC00
    distinct, where = np.unique(codes, return_inverse=True)
    chars = _simplified([chr(code) for code in distinct])
    folded = np.array([_one_unit(c) if c.isalnum() else 0 for c in chars], dtype=np.uint16)
    return np.where(whole, folded[where], 0).astype(np.uint16)
