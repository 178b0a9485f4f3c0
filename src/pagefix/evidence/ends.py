"""How a fragment ends and begins, and what its neighbours say of it.

Every feature is a number between about 0 and 5 with a name; the weights that go with the
names live in ``rules/seams.toml``.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from pagefix.evidence.brackets import CLOSERS, balance
from pagefix.evidence.lexicon import first_word, last_word, speech_of

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Features = dict[str, float]
Columns = dict[str, Floats]

STOPS = "。！？!?…"
_QUOTE_ENDS = "”』」"
_HEAD_NEVER = "，。、；：！？）”’》】〉…%％』」·"
_FUNCTION_HEADS = "的了和与着过们等上下中里地得及或之个"
_DANGLING = "的和与在对将把被为是及以从向由等或而但并到于使让给就都也还不很更最这那其该各每一"
_NEW_PARAGRAPH = re.compile(
    r"本报|新华社|中新社|中央社|据|[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十\d]+[）)]"
    r"|第[一二三四五六七八九十百]+[条条章节節]|[●○■□▲◆△★]|\d{1,2}[、.．](?!\d)"
)
# Short enough for a line of verse, a signature or a list item, by word characters.
_SHORT = (8, 16, 30)


@dataclass(frozen=True, slots=True)
class Fragment:
    """A body block as the seams see it.

    ``text`` is folded to simplified characters; ``before`` and ``after`` are the roles of
    the blocks next to it ("" at the page's edge); ``region`` counts the headlines above
    and ``title`` is the last of them; ``place`` counts the blocks; ``sealed_tail`` and
    ``sealed_head`` mark an end that a glued jump line takes off the page.
    """

    text: str
    before: str
    after: str
    region: int
    place: int
    title: str = ""
    sealed_tail: bool = False
    sealed_head: bool = False


def words(text: str) -> int:
    """The number of word characters (Han, letters, digits) in ``text``."""
    return _words(text) if len(text) <= _SHORT_TEXT else len(text) - len(_NO_WORD.findall(text))


# Paragraphs of newspapers are shorter; what is longer is not worth its place in memory.
_SHORT_TEXT = 400


# What str.isalnum denies: twice as fast as asking each character.
_NO_WORD = re.compile(r"[\W_]")
_DIGIT = re.compile(r"\d")


@lru_cache(maxsize=16384)
def _words(text: str) -> int:
    return len(text) - len(_NO_WORD.findall(text))


def figures(text: str) -> bool:
    """Whether a text is figures rather than words: a row of a table, a list of results."""
    return len(_DIGIT.findall(text)) > 0.5 * words(text)


@lru_cache(maxsize=16384)
def tail_features(text: str) -> dict[str, float]:
    """How a fragment ends."""
    last = text[-1]
    core = text.rstrip(CLOSERS)[-1:] or last
    unclosed, _ = balance(text)
    stops = core in STOPS
    size = words(text)
    word, kind = last_word(text)
    han = "\u4e00" <= last <= "\u9fff"
    on = {
        "tail.stop": stops and not unclosed,
        "tail.stop_unclosed": stops and unclosed > 0,
        "tail.quote_end": stops and last in _QUOTE_ENDS,
        "tail.quote_pauses": core in "，," and last in _QUOTE_ENDS,
        "tail.comma": last in "，、,",
        "tail.semicolon": last in "；;",
        "tail.colon": last in "：:",
        "tail.bracket": not stops and last in "）)】〕〉",
        "tail.quoted": not stops and last in "”』」》",
        "tail.han": han,
        "tail.alnum": last.isascii() and last.isalnum(),
        "tail.dash": last in "—─-",
        "tail.figures": figures(text),
        "tail.dangling": last in _DANGLING,
        "tail.unclosed": unclosed > 0 and not stops,
        "tail.single": han and not stops and len(word) == 1,
        "tail.has_stop": "。" in text[:-1],
        "tail.has_comma": "，" in text,
        "tail.prose": not stops and ("。" in text or size > 40),
    }
    on |= {f"tail.under_{limit}": size <= limit for limit in _SHORT}
    on[f"tail.ends_{speech_of(kind)}"] = not stops
    return {name: 1.0 for name, value in on.items() if value}


@lru_cache(maxsize=16384)
def head_features(text: str) -> dict[str, float]:
    """How a fragment begins."""
    first = text[0]
    size = words(text)
    _, unopened = balance(text)
    word, kind = first_word(text)
    han = "\u4e00" <= first <= "\u9fff"
    on = {
        "head.never_first": first in _HEAD_NEVER,
        "head.new_paragraph": _NEW_PARAGRAPH.match(text) is not None,
        "head.quote": first in "“『「《",
        "head.unopened": unopened > 0,
        "head.single": han and len(word) == 1,
        "head.function": first in _FUNCTION_HEADS,
        "head.digit": first.isdigit(),
        "head.figures": figures(text),
        "head.latin": first.isascii() and first.isalpha(),
        "head.stops": (text.rstrip(CLOSERS)[-1:] or text[-1]) in STOPS,
        f"head.begins_{speech_of(kind)}": True,
    }
    on |= {f"head.under_{limit}": size <= limit for limit in _SHORT}
    return {name: 1.0 for name, value in on.items() if value}


def columns_of(rows: Sequence[dict[str, float]]) -> Columns:
    """Rows of named numbers as one array a name."""
    columns: Columns = {}
    for at, row in enumerate(rows):
        for name, value in row.items():
            if name not in columns:
                columns[name] = np.zeros(len(rows))
            columns[name][at] = value
    return columns


def fragment_columns(
    fragments: Sequence[Fragment], habits: Mapping[str, float], widths: Sequence[int]
) -> tuple[Columns, Columns]:
    """Tail and head features of every fragment, with what stands next to it.

    ``widths`` are those of the printed lines (:func:`line_widths`); ``habits`` says how much
    oftener a word ends or begins a paragraph than it stands inside one (natural logarithm;
    names ``ends.WORD`` and ``begins.WORD``).
    """
    tails, heads = fragment_rows(fragments, habits, widths)
    return columns_of(tails), columns_of(heads)


def fragment_rows(
    fragments: Sequence[Fragment], habits: Mapping[str, float], widths: Sequence[int]
) -> tuple[list[Features], list[Features]]:
    """What :func:`fragment_columns` puts into columns, fragment by fragment."""
    tails: list[Features] = []
    heads: list[Features] = []
    for at, (fragment, width) in enumerate(zip(fragments, widths, strict=True)):
        tail, head = dict(tail_features(fragment.text)), dict(head_features(fragment.text))
        tail[f"tail.before_{beside(fragment.after)}"] = 1.0
        head[f"head.after_{beside(fragment.before)}"] = 1.0
        if "tail.stop" not in tail:
            tail["tail.last_word"] = _habit(habits, "ends", *last_word(fragment.text)[:1], fragment.text[-1])
        head["head.first_word"] = _habit(habits, "begins", *first_word(fragment.text)[:1], fragment.text[0])
        size = words(fragment.text)
        tail["tail.verse"] = head["head.verse"] = 0.0 if width else _verse(fragments, at)
        if width and abs(size - width) <= _RAGGED and "tail.stop" not in tail:
            tail["tail.full_line"] = 1.0
        elif width and size < width - _RAGGED:
            tail["tail.short_line"] = 1.0
        if width and size <= width + _RAGGED:
            head["head.line"] = 1.0
        tails.append(tail)
        heads.append(head)
    return tails, heads


def _habit(habits: Mapping[str, float], where: str, word: str, character: str) -> float:
    """A word's habit, else its outermost character's, else nothing."""
    return habits.get(f"{where}.{word}", habits.get(f"{where}.{character}", 0.0))


def line_widths(texts: Sequence[str]) -> list[int]:
    """For each block the width in word characters to which the lines around it run, or 0.

    Layout tools may hand on every printed line as a block of its own, on the whole page or
    in one of its columns.  Then most blocks that stop in mid-sentence are of one width,
    which verse, lists and signatures are not; elsewhere blocks are paragraphs.
    """
    ragged = [(text.rstrip(CLOSERS)[-1:] or text[-1]) not in STOPS for text in texts]
    sizes = [words(text) if open_ else 0 for text, open_ in zip(texts, ragged, strict=True)]
    lines = [at for at, size in enumerate(sizes) if _LINE[0] <= size <= _LINE[1]]
    if len(lines) < _LINES_AT_LEAST:
        return [0] * len(texts)
    # Prose is broken anywhere, so its marks fall inside the lines; verse is broken at them.
    marked = [_MARK.search(text, 1, len(text) - 1) is not None for text in texts]
    near = ((bisect_left(lines, at - _AROUND), bisect_right(lines, at + _AROUND)) for at in range(len(texts)))
    return [_width(lines[first:last], sizes, marked) for first, last in near]


_MARK = re.compile("[，。、；：]")


def _width(lines: Sequence[int], sizes: Sequence[int], marked: Sequence[bool]) -> int:
    if len(lines) < _LINES_AT_LEAST:
        return 0
    near = [sizes[n] for n in lines]
    often = Counter(near)
    width = max(often, key=lambda w: (often[w - 1] + often[w] + often[w + 1], w))
    same = sum(abs(size - width) <= _RAGGED for size in near)
    enough = same >= max(_LINES_AT_LEAST, 0.6 * len(lines))
    return width if enough and sum(marked[n] for n in lines) >= 0.6 * len(lines) else 0


# The shortest and the longest printed line, in word characters.
_LINE = (8, 45)
# Punctuation takes up to three places of a line that its word characters leave.
_RAGGED = 3
# Fewer lines than these may be of one width by chance; a quatrain has four.
_LINES_AT_LEAST = 7
# How far around a block its column may be looked for.
_AROUND = 8


def beside(role: str) -> str:
    return {"kicker": "headline", "byline": "headline", "deck": "headline", "": "edge"}.get(role, role)


def _verse(fragments: Sequence[Fragment], at: int) -> float:
    """The share of short lines among the four nearest of the same story: verse, lists, signatures.

    A missing second neighbour counts as a long one: two short lines alone are no poem.
    """
    first = max(0, min(at - 2, len(fragments) - 5))
    own = fragments[at]
    near = [f for f in fragments[first : first + 5] if f is not own and f.region == own.region]
    return sum(words(f.text) <= _SHORT[1] for f in near) / max(2, len(near))
