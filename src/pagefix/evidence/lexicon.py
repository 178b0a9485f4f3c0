"""What a word list says about a seam.

Words come from rjieba, a Rust port of the jieba segmenter with the same dictionary:
no load time to speak of, no cache written, 3 microseconds a seam.  Hidden Markov
guesses are off: they invent words across a seam where there are none (with them the
false seams that look like a word rise from 0.4 % to several per cent).
Texts are expected in simplified characters (fold them first).
"""

from __future__ import annotations

from functools import lru_cache

# Words of newspaper Chinese are rarely longer than five characters, so five on each side decide.
_REACH = 5


def crossing(tail: str, head: str) -> int:
    """The length of the word that the seam between ``tail`` and ``head`` would cut, or 0."""
    return _crossing(tail[-_REACH:], head[:_REACH])


@lru_cache(maxsize=65536)
def _crossing(left: str, right: str) -> int:
    import rjieba

    at = 0
    for word in rjieba.cut(left + right, hmm=False):
        if at < len(left) < at + len(word):
            return len(word)
        at += len(word)
    return 0


def last_word(text: str) -> tuple[str, str]:
    """The last word of ``text`` and its part of speech (jieba's tags), or two empty strings."""
    tagged = _tagged(text[-2 * _REACH :])
    return tagged[-1] if tagged else ("", "")


def first_word(text: str) -> tuple[str, str]:
    """The first word of ``text`` and its part of speech (jieba's tags), or two empty strings."""
    tagged = _tagged(text[: 2 * _REACH])
    return tagged[0] if tagged else ("", "")


def speech_of(tag: str) -> str:
    """The part of speech in jieba's tags, by its first letter; names of people apart from nouns."""
    return "nr" if tag.startswith("nr") else tag[:1] or "x"


@lru_cache(maxsize=4096)
def names_share(text: str) -> float:
    """The share of ``text``'s characters that stand in what the segmenter takes for personal names."""
    import rjieba

    if not text:
        return 0.0
    return sum(len(word) for word, tag in rjieba.tag(text, hmm=True) if tag == "nr") / len(text)


def is_two_words(text: str) -> bool:
    """Whether four characters are two words of the dictionary, or a number and what it counts.

    Such a line (定期开标, 第十九号) is no name, however short.
    """
    tagged = _tagged(text)
    if any(tag.startswith("nr") for _, tag in tagged):
        return False
    counts = any(tag.startswith("m") and _NUMERALS.intersection(word) for word, tag in tagged)
    return counts or [len(word) for word, _ in tagged] == [2, 2]


# The dictionary takes surnames like 余 for numerals, too.
_NUMERALS = frozenset("0123456789〇零一二两三四五六七八九十百千万亿第几半")


@lru_cache(maxsize=65536)
def _tagged(text: str) -> tuple[tuple[str, str], ...]:
    import rjieba

    return tuple(rjieba.tag(text, hmm=False))
