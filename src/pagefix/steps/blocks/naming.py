"""Whether a short line names somebody: an author below a headline, or behind a mark."""

from __future__ import annotations

from pagefix.evidence.ends import words
from pagefix.evidence.lexicon import is_two_words, names_share
from pagefix.matching.keys import fold

BYLINE_MARKS = "●○■□▲△◆◇★☆▼"


def may_be_names(text: str) -> bool:
    """Whether words behind a mark can be names: few enough, or taken for such by the word list.

    A rubric (长篇小说, 【夜读】) stands in brackets or is two words.
    """
    inner = fold(text.strip(BYLINE_MARKS + " 　"))
    rubric = inner.startswith(("【", "[")) or is_two_words(inner)
    return (words(inner) <= 4 and not rubric) or are_names(text)


def are_names(text: str) -> bool:
    """Whether the word list takes the words behind a mark for names."""
    return names_share(fold(text.strip(BYLINE_MARKS + " 　"))) >= 0.7


def is_byline(text: str) -> bool:
    """Whether a line right below a headline is its author: two to four characters, or names (in brackets)."""
    size = words(text)
    bare = size == len(text) and 2 <= size <= 4 and not is_two_words(fold(text))
    return bare or (size <= 20 and names_share(fold(text).strip("（()）")) >= 0.8)
