"""What lies between two fragments, and whether they speak of one thing."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from pagefix.evidence.affinity import Affinity
from pagefix.evidence.brackets import CLOSERS
from pagefix.evidence.characters import Edges
from pagefix.evidence.ends import SCALE, Columns, Floats, Fragment, Ints, beside
from pagefix.evidence.known import known_across
from pagefix.evidence.lexicon import crossing
from pagefix.evidence.printed import STOPS


def pair_columns(fragments: Sequence[Fragment], i: Ints, j: Ints, tails: Columns, heads: Columns) -> Columns:
    """What lies between tail ``i`` and head ``j``, for each pair."""
    zero = np.zeros(len(fragments))
    tail = {name: tails.get(name, zero)[i] for name in _USED_TAILS}
    head = {name: heads.get(name, zero)[j] for name in _USED_HEADS}
    region = np.array([f.region for f in fragments])
    place = np.array([f.place for f in fragments])
    ends = np.array([beside(f.after) in ("headline", "edge") for f in fragments])[i]
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
    stop_fills = tails.get("tail.stop_fills", zero)[i]
    lone = np.array([float(is_lone_sentence(f.text)) for f in fragments]) * own_above * own_below
    runs_on = np.concatenate([heads.get("head.opens", zero)[1:], [0.0]]) * lone
    apart = np.array([f.apart for f in fragments], dtype=np.float64) * lone
    between = np.minimum(i + 1, len(fragments) - 1)
    unlike_beginnings = np.maximum(0.0, -heads.get("head.opens", zero))[j]
    columns = {
        "pair.touching": touching,
        "pair.over_caption": next_one & ~touching & (crossed == 0),
        "pair.next_over_headline": next_one & (crossed > 0),
        "pair.next_over_headline_runs_on": (next_one & (crossed > 0)) * unlike_beginnings,
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
        "pair.touching_indented": touching * heads.get("head.indented", zero)[j],
        "pair.touching_flush": touching * heads.get("head.flush", zero)[j],
        # A sentence that ends with its line tells of no paragraph's end; the next line does.
        "pair.touching_stop_flush": touching * stop_fills * heads.get("head.flush", zero)[j],
        "pair.touching_comma": touching * tail["tail.comma"],
        "pair.touching_dangling": touching * tail["tail.dangling"],
        "pair.touching_short_long": touching * tail["tail.under_16"] * (1 - head["head.under_30"]),
        "pair.touching_short_stops": touching * tail["tail.under_16"] * head["head.stops"],
        "pair.touching_to_stop": touching * head["head.stops"],
        "pair.touching_long_short": touching * prose * head["head.under_16"],
        "pair.far_single": ~next_one * head["head.single"],
        "pair.far_under_8": ~next_one * tail["tail.under_8"],
        "pair.far_function": ~next_one * head["head.function"],
        "pair.far_prose": ~next_one * prose,
        # Where the neighbour of one end cannot be its other half, a far one is the more likely.
        "pair.far_above_stopped": ~next_one * above_stopped,
        "pair.far_above_open": ~next_one * above_open,
        "pair.far_below_begins": ~next_one * below_begins,
        "pair.far_below_runs_on": ~next_one * below_runs_on,
        "pair.far_prose_above_stopped": ~next_one * above_stopped * prose,
        # A picture's words without any credit, between the halves of a paragraph.
        "pair.over_sentence": (distance == 2) * lone[between],
        "pair.over_sentence_apart": (distance == 2) * apart[between],
        "pair.touching_sentence": touching * lone[j],
        "pair.touching_sentence_apart": touching * apart[j],
        "pair.touching_sentence_below_runs_on": touching * runs_on[j],
        "pair.quote_closes": tail["tail.unclosed"] * head["head.unopened"],
        "pair.stop_quote_closes": tail["tail.stop_unclosed"] * head["head.unopened"],
        "pair.quote_astray": (1 - tail["tail.unclosed"] - tail["tail.stop_unclosed"]) * head["head.unopened"],
        "pair.attribution": (tail["tail.quote_end"] + tail["tail.quote_pauses"])
        * np.array([_attribution(f.text) for f in fragments])[j],
        "pair.number": tail["tail.alnum"] * head["head.digit"] * (1 - head["head.figures"]),
        "pair.latin": tail["tail.alnum"] * head["head.latin"],
    }
    return {name: np.asarray(value, dtype=np.float64) for name, value in columns.items()}


def is_lone_sentence(text: str) -> bool:
    """Whether a block, folded, is one short sentence, as the words under a picture are."""
    core = text.rstrip(CLOSERS + STOPS)
    return _SENTENCE[0] <= len(core) <= _SENTENCE[1] and not _PARTED.search(core)


# In characters: shorter lines are signatures and signs, longer sentences say more than pictures show.
_SENTENCE = (6, 36)
_PARTED = re.compile("[。！？；：]")


def _own_neighbours(fragments: Sequence[Fragment]) -> tuple[Floats, Floats]:
    """Whether the body block right above, and the one right below, is in the same region."""
    above = np.zeros(len(fragments))
    for at in range(1, len(fragments)):
        above[at] = float(fragments[at - 1].region == fragments[at].region)
    return above, np.concatenate([above[1:], [0.0]])


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


def _attribution(text: str) -> float:
    """One where the whole fragment only says who spoke: `X公司董事长Y说。`"""
    return float(_SAID.match(text) is not None)


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


def word_columns(fragments: Sequence[Fragment], i: Ints, j: Ints, tails: Columns, known: str) -> Columns:
    """Whether a word stands across the seam, and whether the page knows what would stand there.

    ``known`` is the page's own text: what the seam would put together is looked up in it.
    """
    before = [fragments[a].text for a in i.tolist()]
    behind = [fragments[b].text for b in j.tolist()]
    cut = np.array([crossing(tail, head) for tail, head in zip(before, behind, strict=True)], dtype=float)
    ends_han = np.array(["\u4e00" <= f.text[-1] <= "\u9fff" for f in fragments])
    begins_han = np.array(["\u4e00" <= f.text[0] <= "\u9fff" for f in fragments])
    han = ends_han[i] & begins_han[j]
    two, three, four = (found * han for found in known_across(before, behind, known))
    single = tails.get("tail.single", np.zeros(len(fragments)))[i]
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
