"""What lies between two fragments, and whether they speak of one thing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from pagefix.evidence.affinity import Affinity
from pagefix.evidence.brackets import CLOSERS
from pagefix.evidence.characters import Edges
from pagefix.evidence.ends import SCALE, Columns, Floats, Fragment, Ints, beside
from pagefix.evidence.known import known_across
from pagefix.evidence.lexicon import crossing
from pagefix.evidence.printed import STOPS


class Places(NamedTuple):
    """Where fragments stand, an entry each.

    ``region`` and ``place`` are those of :class:`~pagefix.evidence.ends.Fragment`; ``ends`` is one
    where a headline or the page's edge lies below, ``says`` where the text only says who spoke,
    ``sentence`` where it is one short sentence, ``apart`` where more room than usual lies above.
    """

    region: Ints
    place: Ints
    ends: Floats
    says: Floats
    sentence: Floats
    apart: Floats

    @classmethod
    def of(cls, fragments: Sequence[Fragment]) -> Places:
        """Those of the fragments of a page."""
        return cls(
            region=np.array([f.region for f in fragments], dtype=np.int64),
            place=np.array([f.place for f in fragments], dtype=np.int64),
            ends=np.array([beside(f.after) in ("headline", "edge") for f in fragments], dtype=np.float64),
            says=np.array([attribution(f.text) for f in fragments]),
            sentence=np.array([float(is_lone_sentence(f.text)) for f in fragments]),
            apart=np.array([float(f.apart) for f in fragments]),
        )

    @classmethod
    def of_pairs(cls, heads: Sequence[str]) -> Places:
        """Those of tails and these heads in turn, each pair alone on its page."""
        of_head = {head: attribution(head) for head in set(heads)}
        at = np.arange(2 * len(heads), dtype=np.int64)
        says = np.zeros(len(at))
        says[1::2] = [of_head[head] for head in heads]
        nowhere = np.zeros(len(at))
        # Of two texts neither stands between others.
        return cls(at // 2, at % 2, nowhere, says, nowhere, nowhere)


def pair_columns(places: Places, i: Ints, j: Ints, tails: Columns, heads: Columns) -> Columns:
    """What lies between tail ``i`` and head ``j``, for each pair."""
    region, place = places.region, places.place
    zero = np.zeros(len(region))
    tail = {name: tails.get(name, zero)[i] for name in _USED_TAILS}
    head = {name: heads.get(name, zero)[j] for name in _USED_HEADS}
    distance = j - i
    crossed = region[j] - region[i]
    far = np.log(np.maximum(np.abs(distance), 1))
    is_next, ahead, behind = distance == 1, distance > 1, distance < 0
    touches = is_next & (place[j] - place[i] == 1)
    # As numbers from here on: numpy takes twice as long for the product of a truth and a number.
    next_one, touching, same, over_one, over_more, back = (
        where.astype(np.float64)
        for where in (
            is_next,
            touches,
            *(ahead & over for over in (crossed == 0, crossed == 1, crossed > 1)),
            behind,
        )
    )
    elsewhere = 1.0 - next_one
    prose = tail["tail.prose"]
    stopped = tails.get("tail.stop", zero)
    own_below = np.append(region[1:] == region[:-1], False).astype(np.float64)
    own_above = np.roll(own_below, 1)
    above_stopped = (own_above * np.concatenate([[0.0], stopped[:-1]]))[j]
    above_open = own_above[j] - above_stopped
    begins = np.maximum(heads.get("head.new_paragraph", zero), heads.get("head.quote", zero))
    below_begins = (own_below * np.concatenate([begins[1:], [0.0]]))[i]
    below_runs_on = (own_below * np.concatenate([heads.get("head.never_first", zero)[1:], [0.0]]))[i]
    stop_fills = tails.get("tail.stop_fills", zero)[i]
    full_line = tails.get("tail.full_line", zero)[i]
    flush = heads.get("head.flush", zero)[j]
    astray, astray_prose = elsewhere * above_stopped, elsewhere * prose
    opens = heads.get("head.opens", zero)
    sentence = places.sentence * own_above * own_below
    apart = places.apart * sentence
    cut_off = sentence * np.maximum(tails.get("tail.han", zero), tails.get("tail.alnum", zero))
    runs_on = np.concatenate([opens[1:], [0.0]]) * sentence
    over_two, between = (distance == 2).astype(np.float64), np.minimum(i + 1, len(region) - 1)
    over_headline = (is_next & (crossed > 0)).astype(np.float64)
    return {
        "pair.touching": touching,
        "pair.over_caption": (is_next & ~touches & (crossed == 0)).astype(np.float64),
        "pair.next_over_headline": over_headline,
        "pair.next_over_headline_runs_on": over_headline * np.maximum(0.0, -opens)[j],
        "pair.same": same,
        "pair.same_far": same * far,
        "pair.over_one": over_one,
        "pair.over_one_far": over_one * far,
        "pair.over_one_from_end": over_one * places.ends[i],
        "pair.over_more": over_more,
        "pair.over_more_far": over_more * far,
        "pair.back": back,
        "pair.back_far": back * far,
        "pair.back_over": (behind & (crossed < 0)).astype(np.float64),
        "pair.verse": touching * tails.get("tail.verse", zero)[i] * heads.get("head.verse", zero)[j],
        "pair.touching_prose": touching * prose,
        "pair.touching_full_line": touching * full_line,
        "pair.next_full_line": (next_one - touching) * full_line,
        "pair.far_full_line": elsewhere * full_line,
        "pair.touching_indented": touching * heads.get("head.indented", zero)[j],
        "pair.touching_flush": touching * flush,
        # A sentence that ends with its line tells of no paragraph's end; the next line does.
        "pair.touching_stop_flush": touching * stop_fills * flush,
        "pair.touching_comma": touching * tail["tail.comma"],
        "pair.touching_dangling": touching * tail["tail.dangling"],
        "pair.touching_short_long": touching * tail["tail.under_16"] * (1 - head["head.under_30"]),
        "pair.touching_short_stops": touching * tail["tail.under_16"] * head["head.stops"],
        "pair.touching_to_stop": touching * head["head.stops"],
        "pair.touching_long_short": touching * prose * head["head.under_16"],
        "pair.far_single": elsewhere * head["head.single"],
        "pair.far_under_8": elsewhere * tail["tail.under_8"],
        "pair.far_function": elsewhere * head["head.function"],
        "pair.far_prose": astray_prose,
        # Where the neighbour of one end cannot be its other half, a far one is the more likely.
        "pair.far_above_stopped": astray,
        "pair.far_above_open": elsewhere * above_open,
        "pair.far_below_begins": elsewhere * below_begins,
        "pair.far_below_runs_on": elsewhere * below_runs_on,
        "pair.far_prose_above_stopped": astray * prose,
        # A picture's words without any credit, between the halves of a paragraph.
        "pair.over_sentence": over_two * sentence[between],
        "pair.over_cut_sentence": over_two * cut_off[between],
        "pair.over_sentence_apart": over_two * apart[between],
        "pair.touching_sentence": touching * sentence[j],
        # A column's end cuts twice within one sentence only where hardly a line fits below the cut.
        "pair.touching_cut_sentence": touching * cut_off[j],
        "pair.touching_sentence_apart": touching * apart[j],
        "pair.touching_sentence_below_runs_on": touching * runs_on[j],
        "pair.quote_closes": tail["tail.unclosed"] * head["head.unopened"],
        "pair.stop_quote_closes": tail["tail.stop_unclosed"] * head["head.unopened"],
        "pair.quote_astray": (1 - tail["tail.unclosed"] - tail["tail.stop_unclosed"]) * head["head.unopened"],
        "pair.attribution": (tail["tail.quote_end"] + tail["tail.quote_pauses"]) * places.says[j],
        "pair.number": tail["tail.alnum"] * head["head.digit"] * (1 - head["head.figures"]),
        "pair.latin": tail["tail.alnum"] * head["head.latin"],
    }


def is_lone_sentence(text: str) -> bool:
    """Whether a block, folded, is one short sentence, as the words under a picture are."""
    core = text.rstrip(CLOSERS + STOPS)
    return _SENTENCE[0] <= len(core) <= _SENTENCE[1] and not _PARTED.search(core)


# In characters: shorter lines are signatures and signs, longer sentences say more than pictures show.
_SENTENCE = (6, 36)
_PARTED = re.compile("[。！？；：]")


_USED_TAILS = (
    "tail.prose", "tail.comma", "tail.dangling", "tail.under_16", "tail.under_8",
    "tail.unclosed", "tail.stop_unclosed", "tail.quote_end", "tail.quote_pauses",
    "tail.alnum",
)  # fmt: skip
_USED_HEADS = (
    "head.under_30", "head.under_16", "head.single", "head.function",
    "head.unopened", "head.digit", "head.figures", "head.latin", "head.stops",
)  # fmt: skip
_SAID = re.compile(r"[^，。“”：]{2,40}(?:说|表示|介绍|指出|告诉记者|强调|认为|回忆|坦言|称|道)。\Z")
# What this matches is no longer.
_LONGEST_SAID = 45


def attribution(text: str) -> float:
    """One where the whole fragment only says who spoke: `X公司董事长Y说。`"""
    return float(len(text) <= _LONGEST_SAID and _SAID.match(text) is not None)


def character_columns(edges: Edges, i: Ints, j: Ints, tails: Columns) -> Columns:
    """How much likelier the head begins behind the tail than anywhere else."""
    return {
        "pair.runs_on": edges.runs_on(i, j) / SCALE,
        "pair.far_closes": (j - i != 1) * tails["tail.closes"][i],
    }


def affinity_columns(fragments: Sequence[Fragment], i: Ints, j: Ints) -> Columns:
    """Whether the two, and what surrounds them, speak of the same thing."""
    titles = {title: n for n, title in enumerate(dict.fromkeys(f.title for f in fragments))}
    affinity = Affinity([*(f.text for f in fragments), *titles])
    title = np.array([len(fragments) + titles[f.title] for f in fragments], dtype=np.int64)
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


def word_columns(texts: Sequence[str], i: Ints, j: Ints, tails: Columns, known: str) -> Columns:
    """Whether a word stands across the seam, and whether the page knows what would stand there.

    ``known`` is the page's own text: what the seam would put together is looked up in it.
    """
    before = [texts[a] for a in i.tolist()]
    behind = [texts[b] for b in j.tolist()]
    cut = np.array([crossing(tail, head) for tail, head in zip(before, behind, strict=True)], dtype=float)
    han = np.array(
        [_is_han(tail[-1]) and _is_han(head[0]) for tail, head in zip(before, behind, strict=True)],
        dtype=bool,
    )
    two, three, four = (found * han for found in known_across(before, behind, known))
    single = tails.get("tail.single", np.zeros(len(texts)))[i]
    next_one = j - i == 1
    return {
        "pair.word": (cut > 0).astype(float),
        "pair.long_word": (cut > 2).astype(float),
        "pair.far_word": ((cut > 0) & ~next_one).astype(float),
        "pair.single_without_word": (cut == 0) * single,
        "pair.known_two": two.astype(float),
        "pair.known_three": three.astype(float),
        "pair.known_four": four.astype(float),
        "pair.unknown_far": (~two & han & ~next_one).astype(float),
    }


def _is_han(char: str) -> bool:
    return "\u4e00" <= char <= "\u9fff"
