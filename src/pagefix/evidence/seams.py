"""What speaks for and against a seam: named columns over pairs of fragments.

Every feature is a number between about 0 and 5 with a name; the weights that go with the
names live in ``rules/seams.toml``.  Tail features look at how a fragment ends, head
features at how one begins, pair features at what lies between the two.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from pagefix.evidence.affinity import Affinity
from pagefix.evidence.brackets import CLOSERS, balance
from pagefix.evidence.lexicon import crossing, first_word, last_word

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Columns = dict[str, Floats]

STOPS = "。！？!?…"
# How far a paragraph's other half may lie, in body blocks: two interleaved long articles reach
# about 40, a page read in bands a dozen upwards.
_FORWARD, _BACK = 60, 12
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
    return sum(map(str.isalnum, text))


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
        "tail.comma": last in "，、,",
        "tail.semicolon": last in "；;",
        "tail.colon": last in "：:",
        "tail.bracket": not stops and last in "）)】〕〉",
        "tail.quoted": not stops and last in "”』」》",
        "tail.han": han,
        "tail.alnum": last.isascii() and last.isalnum(),
        "tail.dash": last in "—─-",
        "tail.dangling": last in _DANGLING,
        "tail.unclosed": unclosed > 0 and not stops,
        "tail.single": han and not stops and len(word) == 1,
        "tail.has_stop": "。" in text[:-1],
        "tail.has_comma": "，" in text,
        "tail.prose": not stops and ("。" in text or size > 40),
    }
    on |= {f"tail.under_{limit}": size <= limit for limit in _SHORT}
    on[f"tail.ends_{_speech(kind)}"] = not stops
    return {name: 1.0 for name, value in on.items() if value}


def _speech(tag: str) -> str:
    """The part of speech in jieba's tags, by its first letter; names of people apart from nouns."""
    return "nr" if tag.startswith("nr") else tag[:1] or "x"


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
        "head.latin": first.isascii() and first.isalpha(),
        "head.stops": (text.rstrip(CLOSERS)[-1:] or text[-1]) in STOPS,
        f"head.begins_{_speech(kind)}": True,
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


def fragment_columns(fragments: Sequence[Fragment]) -> tuple[Columns, Columns]:
    """Tail and head features of every fragment, with what stands next to it."""
    tails, heads = [], []
    width = line_width([fragment.text for fragment in fragments])
    for at, fragment in enumerate(fragments):
        tail, head = dict(tail_features(fragment.text)), dict(head_features(fragment.text))
        tail[f"tail.before_{_kind(fragment.after)}"] = 1.0
        head[f"head.after_{_kind(fragment.before)}"] = 1.0
        verse = _verse(fragments, at)
        size = words(fragment.text)
        tail["tail.verse"] = head["head.verse"] = 0.0 if width else verse
        if width and abs(size - width) <= _RAGGED and "tail.stop" not in tail:
            tail["tail.full_line"] = 1.0
        elif width and size < width - _RAGGED:
            tail["tail.short_line"] = 1.0
        if width and size <= width + _RAGGED:
            head["head.line"] = 1.0
        tails.append(tail)
        heads.append(head)
    return columns_of(tails), columns_of(heads)


def line_width(texts: Sequence[str]) -> int:
    """The width in word characters to which the page's lines run, or 0 where blocks are paragraphs.

    Layout tools may hand on every printed line as a block of its own.  Then most blocks that
    stop in mid-sentence are of one width, which verse, lists and signatures are not.
    """
    open_ended = [text for text in texts if (text.rstrip(CLOSERS)[-1:] or text[-1]) not in STOPS]
    open_ended = [text for text in open_ended if 8 <= words(text) <= 45]
    sizes = [words(text) for text in open_ended]
    if len(sizes) < _LINES_AT_LEAST:
        return 0
    width = max(range(8, 46), key=lambda w: (sum(abs(size - w) <= 1 for size in sizes), w))
    near = sum(abs(size - width) <= _RAGGED for size in sizes)
    # Prose is broken anywhere, so its marks fall inside the lines; verse is broken at them.
    marked = sum(any(c in "，。、；：" for c in text[1:-1]) for text in open_ended)
    enough = near >= max(_LINES_AT_LEAST, 0.4 * len(sizes), 0.2 * len(texts))
    return width if enough and marked >= 0.4 * len(sizes) else 0


# Punctuation takes up to three places of a line that its word characters leave.
_RAGGED = 3
# Fewer lines than these may be of one width by chance; a quatrain has four.
_LINES_AT_LEAST = 10


def _kind(role: str) -> str:
    return {"kicker": "headline", "byline": "headline", "deck": "headline", "": "edge"}.get(role, role)


def _verse(fragments: Sequence[Fragment], at: int) -> float:
    """The share of short lines among the neighbours: verse, lists, signatures."""
    near = [f for f in fragments[max(0, at - 2) : at + 3] if f is not fragments[at]]
    return sum(words(f.text) <= _SHORT[1] for f in near) / len(near) if near else 0.0


def pair_columns(fragments: Sequence[Fragment], i: Ints, j: Ints, tails: Columns, heads: Columns) -> Columns:
    """What lies between tail ``i`` and head ``j``, for each pair."""
    zero = np.zeros(len(fragments))
    tail = {name: tails.get(name, zero)[i] for name in _USED_TAILS}
    head = {name: heads.get(name, zero)[j] for name in _USED_HEADS}
    region = np.array([f.region for f in fragments])
    place = np.array([f.place for f in fragments])
    ends = np.array([_kind(f.after) in ("headline", "edge") for f in fragments])[i]
    distance = j - i
    crossed = region[j] - region[i]
    far = np.log(np.maximum(np.abs(distance), 1))
    next_one = distance == 1
    touching = next_one & (place[j] - place[i] == 1)
    same = (distance > 1) & (crossed == 0)
    over_one = (distance > 1) & (crossed == 1)
    over_more = (distance > 1) & (crossed > 1)
    back = distance < 0
    prose = tail["tail.prose"]
    stopped = tails.get("tail.stop", zero)
    own_above, own_below = _own_neighbours(fragments)
    above_stopped = (own_above * np.concatenate([[0.0], stopped[:-1]]))[j]
    above_open = own_above[j] - above_stopped
    begins = np.maximum(heads.get("head.new_paragraph", zero), heads.get("head.quote", zero))
    below_begins = (own_below * np.concatenate([begins[1:], [0.0]]))[i]
    below_runs_on = (own_below * np.concatenate([heads.get("head.never_first", zero)[1:], [0.0]]))[i]
    columns = {
        "pair.touching": touching,
        "pair.over_caption": next_one & ~touching & (crossed == 0),
        "pair.next_over_headline": next_one & (crossed > 0),
        "pair.same": same,
        "pair.same_far": same * far,
        "pair.over_one": over_one,
        "pair.over_one_far": over_one * far,
        "pair.over_one_from_end": over_one & ends,
        "pair.over_more": over_more,
        "pair.over_more_far": over_more * far,
        "pair.back": back,
        "pair.back_far": back * far,
        "pair.back_over": back & (crossed < 0),
        "pair.verse": touching * tails.get("tail.verse", zero)[i] * heads.get("head.verse", zero)[j],
        "pair.touching_prose": touching * prose,
        "pair.touching_full_line": touching * tails.get("tail.full_line", zero)[i],
        "pair.next_full_line": (next_one & ~touching) * tails.get("tail.full_line", zero)[i],
        "pair.far_full_line": ~next_one * tails.get("tail.full_line", zero)[i],
        "pair.touching_comma": touching * tail["tail.comma"],
        "pair.touching_dangling": touching * tail["tail.dangling"],
        "pair.touching_short_long": touching * tail["tail.under_16"] * (1 - head["head.under_30"]),
        "pair.touching_short_stops": touching * tail["tail.under_16"] * head["head.stops"],
        "pair.touching_to_stop": touching * head["head.stops"],
        "pair.touching_long_short": touching * prose * head["head.under_16"],
        "pair.far_single": ~next_one * head["head.single"],
        "pair.far_function": ~next_one * head["head.function"],
        "pair.far_prose": ~next_one * prose,
        # Where the neighbour of one end cannot be its other half, a far one is the more likely.
        "pair.far_above_stopped": ~next_one * above_stopped,
        "pair.far_above_open": ~next_one * above_open,
        "pair.far_below_begins": ~next_one * below_begins,
        "pair.far_below_runs_on": ~next_one * below_runs_on,
        "pair.far_prose_above_stopped": ~next_one * above_stopped * prose,
        "pair.quote_closes": tail["tail.unclosed"] * head["head.unopened"],
        "pair.stop_quote_closes": tail["tail.stop_unclosed"] * head["head.unopened"],
        "pair.quote_astray": (1 - tail["tail.unclosed"] - tail["tail.stop_unclosed"]) * head["head.unopened"],
        "pair.attribution": tail["tail.quote_end"] * np.array([_attribution(f.text) for f in fragments])[j],
        "pair.number": tail["tail.alnum"] * head["head.digit"],
        "pair.latin": tail["tail.alnum"] * head["head.latin"],
    }
    return {name: np.asarray(value, dtype=np.float64) for name, value in columns.items()}


def _own_neighbours(fragments: Sequence[Fragment]) -> tuple[Floats, Floats]:
    """Whether the body block right above, and the one right below, is in the same region."""
    above = np.zeros(len(fragments))
    for at in range(1, len(fragments)):
        above[at] = float(fragments[at - 1].region == fragments[at].region)
    return above, np.concatenate([above[1:], [0.0]])


_USED_TAILS = (
    "tail.prose", "tail.comma", "tail.dangling", "tail.under_16",
    "tail.unclosed", "tail.stop_unclosed", "tail.quote_end", "tail.alnum",
)  # fmt: skip
_USED_HEADS = (
    "head.under_30", "head.under_16", "head.single", "head.function",
    "head.unopened", "head.digit", "head.latin", "head.stops",
)  # fmt: skip
_SAID = re.compile(r"[^，。“”：]{2,40}(?:说|表示|介绍|指出|告诉记者|强调|认为|回忆|坦言|称|道)。\Z")


def _attribution(text: str) -> float:
    """One where the whole fragment only says who spoke: `X公司董事长Y说。`"""
    return float(_SAID.match(text) is not None)


def affinity_columns(fragments: Sequence[Fragment], i: Ints, j: Ints) -> Columns:
    """Whether the two, and what surrounds them, speak of the same thing."""
    titles = list(dict.fromkeys(f.title for f in fragments))
    affinity = Affinity([f.text for f in fragments] + titles)
    title = np.array([len(fragments) + titles.index(f.title) for f in fragments], dtype=np.int64)
    region = np.array([f.region for f in fragments])
    above = np.maximum(i - 1, 0)
    above = np.where(region[above] == region[i], above, i)
    below = np.minimum(j + 1, len(fragments) - 1)
    below = np.where(region[below] == region[j], below, j)
    alone = affinity(i, j)
    around = np.maximum.reduce([alone, affinity(above, j), affinity(i, below), affinity(above, below)])
    next_one = j - i == 1
    elsewhere = region[i] != region[j]
    return {
        "pair.title": np.where(elsewhere, affinity(title[i], j) - affinity(title[j], j), 0.0),
        "pair.affinity": np.where(next_one, 0.0, alone),
        "pair.affinity_around": np.where(next_one, 0.0, around),
        "pair.affinity_next": np.where(next_one, around, 0.0),
    }


def word_columns(fragments: Sequence[Fragment], i: Ints, j: Ints, tails: Columns, known: str) -> Columns:
    """Whether a word stands across the seam, and whether the page knows what would stand there.

    ``known`` is the page's own text: what the seam would put together is looked up in it.
    """
    pairs = [(fragments[a].text, fragments[b].text) for a, b in zip(i.tolist(), j.tolist(), strict=True)]
    cut = np.array([crossing(tail, head) for tail, head in pairs], dtype=float)
    two = np.array([tail[-1:] + head[:1] in known for tail, head in pairs], dtype=float)
    three = np.array(
        [(tail[-2:] + head[:1] in known) + (tail[-1:] + head[:2] in known) for tail, head in pairs],
        dtype=float,
    )
    four = np.array([tail[-2:] + head[:2] in known for tail, head in pairs], dtype=float)
    han = np.array(
        ["\u4e00" <= tail[-1:] <= "\u9fff" and "\u4e00" <= head[:1] <= "\u9fff" for tail, head in pairs]
    )
    two, three, four = two * han, three * han, four * han
    single = tails.get("tail.single", np.zeros(len(fragments)))[i]
    next_one = j - i == 1
    return {
        "pair.word": (cut > 0).astype(float),
        "pair.long_word": (cut > 2).astype(float),
        "pair.far_word": ((cut > 0) & ~next_one).astype(float),
        "pair.single_without_word": (cut == 0) * single,
        "pair.known_two": two,
        "pair.known_three": three,
        "pair.known_four": four,
        "pair.unknown_far": (two == 0) * han * ~next_one,
    }


_WORDS = (
    "pair.word",
    "pair.long_word",
    "pair.far_word",
    "pair.known_two",
    "pair.known_three",
    "pair.known_four",
)


def weigh(
    fragments: Sequence[Fragment], weights: Mapping[str, float], known: str = ""
) -> tuple[Ints, Ints, Floats]:
    """Candidate pairs (tail, head) and the log-odds of each against staying open."""
    i, j = pairs_of(fragments)
    if not len(i):
        return i, j, np.zeros(0)
    tails, heads = fragment_columns(fragments)
    scores = np.full(len(i), weights.get("bias", 0.0))
    scores += _sum(tails, weights, len(fragments))[i] + _sum(heads, weights, len(fragments))[j]
    scores += _sum(pair_columns(fragments, i, j, tails, heads), weights, len(i))
    scores += _sum(affinity_columns(fragments, i, j), weights, len(i))
    # Looking words up is the dearest evidence: only where it could still tip the balance.
    most = sum(max(0.0, weights.get(name, 0.0)) for name in _WORDS)
    close = np.flatnonzero(scores + most > -1.0)
    scores[close] += _sum(word_columns(fragments, i[close], j[close], tails, known), weights, len(close))
    return i, j, scores


def rows_of(fragments: Sequence[Fragment], i: Ints, j: Ints, known: str = "") -> Columns:
    """Every feature of every pair, for fitting: what :func:`weigh` sums up, unsummed."""
    tails, heads = fragment_columns(fragments)
    return (
        {name: column[i] for name, column in tails.items()}
        | {name: column[j] for name, column in heads.items()}
        | pair_columns(fragments, i, j, tails, heads)
        | affinity_columns(fragments, i, j)
        | word_columns(fragments, i, j, tails, known)
    )


def pairs_of(fragments: Sequence[Fragment]) -> tuple[Ints, Ints]:
    """Every tail with every head within reach."""
    n = len(fragments)
    steps = np.array([*range(-_BACK, 0), *range(1, _FORWARD + 1)], dtype=np.int64)
    i = np.repeat(np.arange(n, dtype=np.int64), len(steps))
    j = i + np.tile(steps, n)
    sealed_tail = np.array([f.sealed_tail for f in fragments], dtype=bool)
    sealed_head = np.array([f.sealed_head for f in fragments], dtype=bool)
    inside = (j >= 0) & (j < n)
    i, j = i[inside], j[inside]
    open_both = ~sealed_tail[i] & ~sealed_head[j]
    return i[open_both], j[open_both]


def _sum(columns: Columns, weights: Mapping[str, float], size: int) -> Floats:
    total = np.zeros(size)
    for name, column in columns.items():
        if weight := weights.get(name):
            total += weight * column
    return total


def odds(score: float) -> float:
    """Log-odds as a probability, to four digits."""
    return round(1.0 / (1.0 + float(np.exp(-score))), 4)


def log_odds(tail: str, head: str, weights: Mapping[str, float]) -> float:
    """How likely ``head`` goes on where ``tail`` stops, if nothing lay between them.

    Both texts are folded; the answer is in log-odds against two paragraphs.
    """
    fragments = [Fragment(tail, "body", "body", 0, 0), Fragment(head, "body", "body", 0, 1)]
    i, j, scores = weigh(fragments, weights)
    return float(scores[(i == 0) & (j == 1)][0])
