"""How a fragment ends and begins, and what its neighbours say of it.

Every feature is a number between about 0 and 5 with a name; the weights that go with the
names live in ``rules/seams.toml``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pagefix.evidence.affinity import each_once
from pagefix.evidence.brackets import CLOSERS, balance
from pagefix.evidence.characters import Characters, Edges
from pagefix.evidence.lexicon import first_word, last_word, speech_of
from pagefix.evidence.printed import STOPS, first_line, is_full, is_short

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Features = dict[str, float]
Columns = dict[str, Floats]

_QUOTE_ENDS = "”』」"
_HEAD_NEVER = "，。、；：！？）”’》】〉…%％』」·"
_FUNCTION_HEADS = "的了和与着过们等上下中里地得及或之个"
_DANGLING = "的和与在对将把被为是及以从向由等或而但并到于使让给就都也还不很更最这那其该各每一"
_NEW_PARAGRAPH = re.compile(
    r"本报|新华社|中新社|中央社|据|[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十\d]+[）)]"
    r"|第[一二三四五六七八九十百]+[条条章节節]|[●○■□▲◆△★]|\d{1,2}[、.．](?!\d)|(?:问|答|记者)[：:]"
)
# Short enough for a line of verse, a signature or a list item, by word characters.
_SHORT = (8, 16, 30)
_TAIL_UNDER = tuple((limit, f"tail.under_{limit}") for limit in _SHORT)
_HEAD_UNDER = tuple((limit, f"head.under_{limit}") for limit in _SHORT)


class Fragment(NamedTuple):
    """A body block as the seams see it.

    ``text`` is folded to simplified characters; ``before`` and ``after`` are the roles of
    the blocks next to it ("" at the page's edge); ``region`` counts the headlines above
    and ``title`` is the last of them; ``place`` counts the blocks; ``sealed_tail`` and
    ``sealed_head`` mark an end that a glued jump line takes off the page; ``apart``: more room
    than usual, or a picture, parts it from what stands above.
    """

    text: str
    before: str
    after: str
    region: int
    place: int
    title: str = ""
    sealed_tail: bool = False
    sealed_head: bool = False
    apart: bool = False


def words(text: str) -> int:
    """The number of word characters (Han, letters, digits) in ``text``."""
    return _words(text) if len(text) <= _SHORT_TEXT else len(text) - len(_NO_WORD.findall(text))


# Paragraphs of newspapers are shorter; what is longer is not worth its place in memory.
_SHORT_TEXT = 400


# What str.isalnum denies: twice as fast as asking each character.
_NO_WORD = re.compile(r"[\W_]")
_DIGIT = re.compile(r"\d")
_DATE_BEGUN = re.compile(r"\d{2,4}年(?:\d{1,2}(?:月(?:\d{1,2})?)?)?[，、,]?")


@lru_cache(maxsize=16384)
def _words(text: str) -> int:
    return len(text) - len(_NO_WORD.findall(text))


@lru_cache(maxsize=16384)
def figures(text: str) -> bool:
    """Whether a text is figures rather than words: a row of a table, a list of results.

    The beginning of a date is a sentence's; a whole one may close a letter.
    """
    return len(_DIGIT.findall(text)) > 0.5 * words(text) and not _DATE_BEGUN.fullmatch(text)


def ends_sentence(text: str) -> bool:
    """Whether a text ends with a stop, behind which quotes and brackets may close."""
    return _core(text) in STOPS


@lru_cache(maxsize=16384)
def tail_features(text: str) -> dict[str, float]:
    """How a fragment ends."""
    return dict.fromkeys(_tail(text), 1.0)


# What the last character alone tells, whatever the text ends with, and where it ends no sentence.
_LAST = {"，、,": "tail.comma", "；;": "tail.semicolon", "：:": "tail.colon", "—─-": "tail.dash"}
_LAST_OPEN = {"）)】〕〉": "tail.bracket", "”』」》": "tail.quoted"}
_OF_LAST = {character: name for characters, name in _LAST.items() for character in characters}
_OF_LAST_OPEN = {character: name for characters, name in _LAST_OPEN.items() for character in characters}


def _tail(text: str) -> Iterator[str]:
    last, core = text[-1], _core(text)
    unclosed, _ = balance(text)
    size = words(text)
    if core in STOPS:
        yield "tail.stop_unclosed" if unclosed else "tail.stop"
        if last in _QUOTE_ENDS:
            yield "tail.quote_end"
    elif core in "，," and last in _QUOTE_ENDS:
        yield "tail.quote_pauses"
    if name := _OF_LAST.get(last):
        yield name
    han = "\u4e00" <= last <= "\u9fff"
    if han:
        yield "tail.han"
    elif last.isascii() and last.isalnum():
        yield "tail.alnum"
    if figures(text):
        yield "tail.figures"
    if last in _DANGLING:
        yield "tail.dangling"
    has_stop = "。" in text
    if has_stop and text.find("。") < len(text) - 1:
        yield "tail.has_stop"
    if "，" in text:
        yield "tail.has_comma"
    yield from (name for limit, name in _TAIL_UNDER if size <= limit)
    if core in STOPS:
        return
    if name := _OF_LAST_OPEN.get(last):
        yield name
    if unclosed:
        yield "tail.unclosed"
    word, kind = last_word(text)
    if han and len(word) == 1:
        yield "tail.single"
    if has_stop or size > 40:
        yield "tail.prose"
    yield f"tail.ends_{speech_of(kind)}"


def _core(text: str) -> str:
    """The last character that closes nothing; the very last where there is no other."""
    last = text[-1]
    return last if last not in CLOSERS else text.rstrip(CLOSERS)[-1:] or last


@lru_cache(maxsize=16384)
def head_features(text: str) -> dict[str, float]:
    """How a fragment begins."""
    return dict.fromkeys(_head(text), 1.0)


def _head(text: str) -> Iterator[str]:
    first = text[0]
    size = words(text)
    word, kind = first_word(text)
    if first in _HEAD_NEVER:
        yield "head.never_first"
    if _NEW_PARAGRAPH.match(text):
        yield "head.new_paragraph"
    if first in "“『「《":
        yield "head.quote"
    if balance(text)[1]:
        yield "head.unopened"
    if len(word) == 1 and "\u4e00" <= first <= "\u9fff":
        yield "head.single"
    if first in _FUNCTION_HEADS:
        yield "head.function"
    if first.isdigit():
        yield "head.digit"
    if figures(text):
        yield "head.figures"
    if first.isascii() and first.isalpha():
        yield "head.latin"
    if _core(text) in STOPS:
        yield "head.stops"
    yield f"head.begins_{speech_of(kind)}"
    yield from (name for limit, name in _HEAD_UNDER if size <= limit)


def columns_of(rows: Sequence[dict[str, float]]) -> Columns:
    """Rows of named numbers as one array a name."""
    columns: dict[str, list[float]] = {}
    for at, row in enumerate(rows):
        for name, value in row.items():
            if name not in columns:
                columns[name] = [0.0] * len(rows)
            columns[name][at] = value
    return dict(zip(columns, np.array(list(columns.values())), strict=True))


def fragment_columns(
    fragments: Sequence[Fragment], edges: Edges, widths: Sequence[float]
) -> tuple[Columns, Columns]:
    """Tail and head features of every fragment, with what stands next to it.

    ``widths`` are those of the printed lines (:mod:`~pagefix.evidence.printed`); ``edges`` tell
    how likely a paragraph ends, and begins, with their characters.
    """
    tails, heads = fragment_rows(fragments, widths)
    ends, begins = edge_columns([f.text for f in fragments], edges)
    return columns_of(tails) | ends, columns_of(heads) | begins


def edge_columns(texts: Sequence[str], edges: Edges) -> tuple[Columns, Columns]:
    """How likely a paragraph ends as each text ends, and begins as it begins.

    Only of prose: lines of verse, lists and signatures end and begin with any character.
    """
    prose = np.array(["tail.prose" in tail_features(text) for text in texts], dtype=np.float64)
    long = np.array([words(text) > _SHORT[1] for text in texts], dtype=np.float64)
    closes, opens = edges.closes() / SCALE, edges.opens() / SCALE
    return {"tail.closes": prose * closes}, {"head.opens": long * opens}


# Logarithms of chances reach from -9 to 6; the other features lie between 0 and 1.
SCALE = 3.0


def fragment_rows(
    fragments: Sequence[Fragment], widths: Sequence[float]
) -> tuple[list[Features], list[Features]]:
    """What of :func:`fragment_columns` is told fragment by fragment."""
    sizes = [words(fragment.text) for fragment in fragments]
    verse = _verse([fragment.region for fragment in fragments], sizes)
    tails = [
        _tail_row(fragment, size, width, 0.0 if width else short)
        for fragment, size, width, short in zip(fragments, sizes, widths, verse, strict=True)
    ]
    heads = [
        _head_row(fragment, width, 0.0 if width else short)
        for fragment, width, short in zip(fragments, widths, verse, strict=True)
    ]
    return tails, heads


def lone_columns(
    pairs: Sequence[tuple[str, str]], characters: Characters, width: float = 0.0
) -> tuple[Columns, Columns, Edges]:
    """Tail and head features of pairs that are a page alone each: tail, head, tail, head, and so on.

    What a text tells is found once for all pairs that it stands in: at a jump each tail is
    tried with every head of a page.
    """
    (tails, of_tail), (heads, of_head) = (each_once(side) for side in zip(*pairs, strict=True))
    texts = [*tails, *heads]
    where = np.stack([of_tail, of_head + len(tails)], axis=1).ravel()
    sizes = [words(text) for text in texts]
    rows = [Fragment(text, "body", "body", 0, 0) for text in texts]
    tail_rows = [_tail_row(*of, width, 0.0) for of in zip(rows[: len(tails)], sizes, strict=False)]
    head_rows = [_head_row(head, width, 0.0) for head in rows[len(tails) :]]
    edges = characters.edges(texts)
    ends, begins = edge_columns(texts, edges)
    all_ends = columns_of([*tail_rows, *({} for _ in heads)]) | ends
    all_begins = columns_of([*({} for _ in tails), *head_rows]) | begins
    ends = {name: column[where] for name, column in all_ends.items()}
    begins = {name: column[where] for name, column in all_begins.items()}
    # Of two lines alone both must be short, and then each is half of what would be verse.
    short = (np.array(sizes) <= _SHORT[1])[where]
    verse = 0.0 if width else 0.5 * (short[0::2] & short[1::2])
    ends["tail.verse"][0::2] = verse
    begins["head.verse"][1::2] = verse
    return ends, begins, edges.of(where)


def _tail_row(fragment: Fragment, size: int, width: float, verse: float) -> Features:
    row = dict(tail_features(fragment.text))
    row[f"tail.before_{beside(fragment.after)}"] = 1.0
    stops = "tail.stop" in row
    if beside(fragment.before) == "headline" and size <= _SHORT[1] and not stops:
        # Such a line says what the article is; it seldom begins it.
        row["tail.line_below_headline"] = 1.0
    row["tail.verse"] = verse
    if width and is_full(fragment.text, width):
        row["tail.stop_fills" if stops else "tail.full_line"] = 1.0
    elif width and is_short(fragment.text, width):
        row["tail.short_line"] = 1.0
    return row


def _head_row(fragment: Fragment, width: float, verse: float) -> Features:
    row = dict(head_features(fragment.text))
    row[f"head.after_{beside(fragment.before)}"] = 1.0
    row["head.verse"] = verse
    if width:
        first = first_line(fragment.text, width)
        row["head.line"] = float(len(fragment.text) <= width + 3)
        row["head.indented"], row["head.flush"] = float(first > 0), float(first < 0)
    return row


_BESIDE = {"kicker": "headline", "byline": "headline", "deck": "headline", "": "edge"}


def beside(role: str) -> str:
    return _BESIDE.get(role, role)


def _verse(regions: Sequence[int], sizes: Sequence[int]) -> list[float]:
    """For each short line the share of such among the four nearest of the same story, else 0.

    That is how verse, lists and signatures stand.  A missing second neighbour counts as a long
    one: two short lines alone are no poem.
    """
    count = len(regions)
    shares = []
    for at, region in enumerate(regions):
        if sizes[at] > _SHORT[1]:
            shares.append(0.0)
            continue
        first = max(0, min(at - 2, count - 5))
        near = short = 0
        for n in range(first, min(first + 5, count)):
            if n != at and regions[n] == region:
                near += 1
                short += sizes[n] <= _SHORT[1]
        shares.append(short / max(2, near))
    return shares
