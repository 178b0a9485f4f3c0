"""Headline, crosshead or running text: evidence instead of trust in heading marks.

A real page may have no marks at all, ``##`` for an article and ``#`` for a crosshead, or
a mark on every bold line.  So the marks are one kind of evidence among others: length and
punctuation, what stands above and below, whether the words change, whether a sentence
runs through.  Two sets of weights (``headings.headline`` and ``headings.crosshead``)
are weighed against running text, which weighs nothing.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

import numpy as np

from pagefix.evidence import seams
from pagefix.evidence.affinity import Affinity
from pagefix.evidence.brackets import CLOSERS, balance
from pagefix.evidence.ends import words
from pagefix.evidence.lexicon import crossing, names_share
from pagefix.evidence.openings import is_names, opens_report
from pagefix.evidence.printed import is_full, line_widths
from pagefix.model import Role
from pagefix.rules import Rules
from pagefix.steps.blocks.drafts import Draft, Features
from pagefix.steps.blocks.headless import headless
from pagefix.steps.blocks.levels import mark_features

_STOPS = "。！？!?…"
_SIZES = (4, 8, 14, 20, 28, 40)
LONG = 60
"""Above this many word characters nothing is a heading: the longest headlines of dailies have about fifty."""
_NUMBERED = re.compile(
    r"[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十\d]+[）)]|\d{1,2}[、.．](?!\d)|第[一二三四五六七八九十]+[章节節部]"
)
# Laws, rules and serials head their parts so; running text names an article of a law, hardly a chapter.
_CHAPTER = re.compile(r"第[一二三四五六七八九十百\d]{1,5}[章编編篇](?:[\s　：:].*|[^，。：:]*)\Z")
_PAUSES = "。，、；："
_TEXT = ("short", "prose")
_NEVER_FIRST = "，。、；：！？）”’》】〉…%％』」"
_SIGN_OFF = re.compile(r"[（(][^（()）]{1,40}[）)][。]?\Z")
# In log-odds: the pages that the weights come from mark no question, so the fit knows nothing of it.
_MARKED = 5.0
# A letter, a notice or a law closes with its day.
_NUMBER = "[0-9〇零○元一二三四五六七八九十]"
_DATED = re.compile(f"(?:{_NUMBER}{{2,5}}年)?{_NUMBER}{{1,3}}月{_NUMBER}{{1,3}}日")
_SPACED = re.compile(r"\S[ \u3000]+\S")
# Clauses of headlines have no date, no brackets and no stops.
_PART = "[^\\s\\d，。：；！？、（()）〇]{4,}"
_PARTS = re.compile(rf"{_PART}(?:[ \u3000]{_PART}){{1,2}}[！？]?")
_DASHED = re.compile(r"—{2,}|─{2,}")
_ASKS = re.compile(r"(?:问|答|记者|主持人|[QA])\s*[：:]")
_LETTER = re.compile(r"(?:编辑|记者)(?:同志|先生)(?:们)?[：:，]|编者按[：:]")
# Below the title of a law, a rule or a list of appointments: when and by whom it was passed.
_PASSED = re.compile(
    r"[（(]\d{4}年[^（()）]{4,50}(?:通过|批准|公布|发布|颁布|修订|修正|施行)[^（()）]{0,20}[）)]"
)
_OPENING = re.compile(r"(?:据)?(?:本报|新华社|中新社|中央社|路透社|法新社|美联社|本台|本社)")


def in_clauses(text: str) -> bool:
    """Whether a line, folded, is two or three clauses set apart, as headlines are for want of commas."""
    return len(text) <= _CLAUSES and _PARTS.fullmatch(text) is not None


# In characters; longer ones are rows of a list.
_CLAUSES = 44


def printed_lines(drafts: Sequence[Draft]) -> list[float]:
    """For each draft the width of the printed lines around it, 0 where blocks are paragraphs."""
    running = [at for at, draft in enumerate(drafts) if draft.role is None]
    widths = [0.0] * len(drafts)
    for at, width in zip(running, line_widths([drafts[at].text for at in running]), strict=True):
        widths[at] = width
    return widths


# A headline fills two printed lines of some thirteen characters; a longer second line is a deck.
_TWO_LINES = 28


Weights = Mapping[Role, Mapping[str, float]]
"""Weights of the headline and of the crosshead, against running text."""


def decide(drafts: Sequence[Draft], prose: Weights, lines: Weights, rules: Rules) -> list[tuple[Role, float]]:
    """A role and its probability for every draft; those that have one keep it.

    ``prose`` weighs where blocks are paragraphs, ``lines`` where they are printed lines.
    """
    decided: list[tuple[Role, float]] = []
    widths = printed_lines(drafts)
    surely = rules.number("blocks.crosshead_surely")
    for draft, row, width in zip(drafts, features_of(drafts, widths, rules), widths, strict=True):
        if draft.role is not None or row is None:
            decided.append((draft.role or Role.BODY, 1.0))
            continue
        weights = lines if width else prose
        scores = {Role.BODY: 0.0, **{role: _score(row, weights[role]) for role in weights}}
        if _ASKS.match(draft.text):
            # Who asks is no headline, and what is marked so is more than text.
            del scores[Role.HEADLINE]
            scores[Role.CROSSHEAD] += _MARKED if draft.level else 0.0
        doubt = 0.0 if width or _is_deck(drafts, decided) else surely
        best = _likeliest(scores, doubt)
        above_text = best in _DIVIDES_OR_NOT and not width and _stands_above_text(drafts, len(decided))
        if best is Role.BODY and above_text and scores[Role.CROSSHEAD] > 0.0:
            # Text parts two stories no better than a crosshead does: what is more of the latter is one.
            best = Role.CROSSHEAD
        if best is Role.CROSSHEAD and Role.HEADLINE in scores and _goes_on(drafts, decided, rules):
            best = Role.HEADLINE
        elif best is Role.HEADLINE and _is_author(drafts, decided, rules):
            best = Role.CROSSHEAD
        elif best is Role.CROSSHEAD and above_text and not draft.level:
            best = Role.BODY if _runs_on(draft.text, drafts[len(decided) + 1].text, rules) else best
        total = sum(math.exp(min(score, 30.0)) for score in scores.values())
        decided.append((best, math.exp(min(scores[best], 30.0)) / total))
    return decided


def _likeliest(scores: Mapping[Role, float], doubt: float) -> Role:
    """The role that scores best; a crosshead that may be a headline must outdo the others by ``doubt``."""
    may_be_headline = scores.get(Role.HEADLINE, -math.inf) > _NO_HEADLINE
    less = {Role.CROSSHEAD: doubt} if may_be_headline else {}
    return max(scores, key=lambda role: scores[role] - less.get(role, 0.0))


_DIVIDES_OR_NOT = (Role.BODY, Role.CROSSHEAD)


def _runs_on(line: str, below: str, rules: Rules) -> bool:
    """Whether the text below goes on where a line stops, as seams are weighed: the two are one paragraph."""
    weights = seams.Weights.read(rules.weights, rules.words)
    return line[-1] not in _STOPS and seams.log_odds([(line, below)], weights)[0] > _ONE_PARAGRAPH


# In log-odds.  Of 9,894 articles 7 more were perfect with it, as many at 0 and 2 at 2.0.
_ONE_PARAGRAPH = 1.0


def _stands_above_text(drafts: Sequence[Draft], at: int) -> bool:
    """Whether the next block is a paragraph, by its role and its length."""
    below = drafts[at + 1] if at + 1 < len(drafts) else None
    return below is not None and below.role in (None, Role.BODY) and words(below.text) > _SIZES[3]


# In log-odds against text: of 147 lines below it that were crossheads rather than text 3 were headlines,
# of 690 above it 56.
_NO_HEADLINE = -2.0


def _is_deck(drafts: Sequence[Draft], decided: Sequence[tuple[Role, float]]) -> bool:
    """Whether the next heading stands right below a headline and is marked otherwise."""
    at = len(decided)
    return at > 0 and decided[-1][0] is Role.HEADLINE and drafts[at].level != drafts[at - 1].level


def _goes_on(drafts: Sequence[Draft], decided: Sequence[tuple[Role, float]], rules: Rules) -> bool:
    """Whether the next heading is the second line of the headline above it.

    It is marked like it on a page that marks others otherwise, is no author's name, and the
    two are no longer than a headline is.
    """
    at = len(decided)
    if not at or decided[-1][0] is not Role.HEADLINE or not 0 < drafts[at].level == drafts[at - 1].level:
        return False
    levels = {draft.level for draft in drafts if draft.level}
    short = words(drafts[at - 1].text) + words(drafts[at].text) <= _TWO_LINES
    return short and len(levels) > 1 and not is_names(drafts[at].text, rules)


def _is_author(drafts: Sequence[Draft], decided: Sequence[tuple[Role, float]], rules: Rules) -> bool:
    """Whether the next heading is nothing but names right below a headline: they wrote what follows."""
    return bool(decided) and decided[-1][0] is Role.HEADLINE and is_names(drafts[len(decided)].text, rules)


def _score(row: Features, weights: Mapping[str, float]) -> float:
    return weights.get("bias", 0.0) + sum([weights[name] * row[name] for name in row if name in weights])


def features_of(drafts: Sequence[Draft], widths: Sequence[float], rules: Rules) -> list[Features | None]:
    """Named numbers for every draft that may be a heading, None for the others.

    ``widths`` are those of the printed lines (:func:`printed_lines`).
    """
    sizes = [words(draft.text) for draft in drafts]
    kinds = [_kind(draft, size) for draft, size in zip(drafts, sizes, strict=True)]
    candidates = [at for at, draft in enumerate(drafts) if draft.role is None and sizes[at] <= LONG]
    around = _affinities(drafts, candidates)
    waiting = headless(drafts, rules)
    rows: list[Features | None] = [None] * len(drafts)
    for at in candidates:
        on = dict.fromkeys(_own(drafts[at], sizes[at]), 1.0)
        on |= dict.fromkeys(_beside(drafts, kinds, at, rules), 1.0)
        width = widths[at]
        verse = {} if width else _verse(drafts, sizes, at)
        if width and is_full(drafts[at].text, width):
            verse["is.full_line"] = 1.0
        if at in waiting:
            on["above.headless"] = 1.0
        if not drafts[at].level and _is_title(drafts[at].text, rules):
            on["is.title"] = 1.0
        rows[at] = on | around[at] | verse
    for at, marks in mark_features(drafts, rows).items():
        rows[at] = (rows[at] or {}) | marks
    return rows


def _is_title(text: str, rules: Rules) -> bool:
    """Whether a line, folded, is a headline by its own words: a document's title, a column's name."""
    # Titles are lines; the patterns need not be asked about the many blocks that are longer.
    return len(text) <= _TITLE and any(pattern.fullmatch(text) for pattern in rules.sift("title", text))


# In characters: such a title fills two printed lines at the most.
_TITLE = 32


def _own(draft: Draft, size: int) -> Iterator[str]:
    text = draft.text
    yield next((f"size.{limit}" for limit in _SIZES if size <= limit), "size.more")
    last, core = text[-1], text.rstrip(CLOSERS)[-1:]
    unclosed, unopened = balance(text)
    if core in _STOPS:
        yield "ends.full_stop" if core in "。…" else "ends.exclaims"
    elif last in "，、；,;":
        yield "ends.comma"
    elif last in "：:":
        yield "ends.colon"
    elif last in "）)】〕":
        yield "ends.bracket"
    elif last in "—─-":
        yield "ends.dash"
    if "。" in text[:-1]:
        yield "has.full_stop"
    if "，" in text[:-1]:
        yield "has.comma"
    if _SPACED.search(text):
        yield "has.space"
    if in_clauses(text):
        yield "has.two_parts"
    if _DASHED.search(text, 1, len(text) - 1):
        yield "has.dash"
    if unclosed or unopened:
        yield "unbalanced"
    if _NUMBERED.match(text):
        yield "starts.number"
    if size <= 20 and last not in _STOPS and _CHAPTER.match(text):
        yield "is.chapter"
    if text[0] in _NEVER_FIRST:
        yield "starts.never"
    if text[0] in "—─-":
        yield "starts.dash"
    if text[0] in "●○■□▲△◆★☆▼":
        yield "starts.mark"
    if _OPENING.match(text):
        yield "starts.agency"
    if text[0] in "（(":
        yield "starts.bracket"
    if not draft.level and _ASKS.match(text):
        yield "starts.asks"
    if _DATED.fullmatch(text):
        yield "is.dated"
    if size <= 20 and names_share(text) >= 0.7:
        yield "is.names"
    if sum(map(str.isdigit, text)) > 0.4 * len(text):
        yield "is.digits"
    if draft.indented:
        yield "indented"


def _beside(drafts: Sequence[Draft], kinds: Sequence[str], at: int, rules: Rules) -> Iterator[str]:
    before, kind_before = (drafts[at - 1], kinds[at - 1]) if at else (None, "edge")
    after, kind_after = (drafts[at + 1], kinds[at + 1]) if at + 1 < len(drafts) else (None, "edge")
    text = drafts[at].text
    if before is not None and before.role is Role.KICKER and names_share(text) >= 0.7:
        yield "before.kicker_over_names"
    else:
        yield f"before.{kind_before}"
    yield f"after.{Role.BYLINE if after is not None and after.signs else kind_after}"
    if after is not None and after.role in (Role.BYLINE, Role.DECK):
        if drafts[at].level:
            yield "after.signed"
        elif text[-1] not in _PAUSES and at + 2 < len(drafts) and kinds[at + 2] in _TEXT:
            yield "above.author"
    if after is not None and after.lands and text[-1] not in _STOPS:
        yield "after.landing"
    if before is not None and before.role in (None, Role.BODY):
        stops = before.text.rstrip(CLOSERS)[-1:] in _STOPS or before.text[-1] in "）)"
        if not stops and kind_before == "prose":
            yield "before.open"
            if text[-1] in _STOPS:
                yield "finishes"
            if crossing(before.text, text):
                yield "before.word_runs_on"
        if _SIGN_OFF.search(before.text):
            yield "before.signs_off"
        if _DATED.fullmatch(before.text):
            yield "before.dated"
        if _runs_through(before.text, text, after):
            yield "runs_through"
    if after is not None and after.role in (None, Role.BODY):
        opened = (pattern.match(after.text) for pattern in (_OPENING, _LETTER, _PASSED))
        if any(opened) or opens_report(after.text, rules):
            yield "after.dateline"
        if "年" in after.text[:5] and _DATED.fullmatch(after.text):
            yield "after.dated"
        if after.text[0] in _NEVER_FIRST:
            yield "after.never_first"
        if text[-1] not in _STOPS and crossing(text, after.text):
            yield "after.word_runs_on"


def _runs_through(above: str, text: str, after: Draft | None) -> bool:
    """Whether a sentence that is open above goes on in the line, to its end or into the text below."""
    if above.rstrip(CLOSERS)[-1:] in _STOPS or above[-1] in "）)：:":
        return False
    if text.rstrip(CLOSERS)[-1:] in _STOPS:
        # Headlines exclaim and ask; a full stop behind a paragraph without one is that paragraph's.
        full_stop = text[-1] == "。" and words(above) > _SIZES[2]
        return full_stop or above[-1] in "，、；" or balance(text)[1] > 0 or "。" in text[:-1]
    return after is not None and after.role in (None, Role.BODY) and crossing(text, after.text) > 0


def _kind(draft: Draft, size: int) -> str:
    if draft.role is not None and draft.role is not Role.BODY:
        return str(draft.role)
    if draft.level:
        return "marked"
    return "line" if size <= 20 else "short" if size <= LONG else "prose"


def _verse(drafts: Sequence[Draft], sizes: Sequence[int], at: int) -> Features:
    near = [n for n in range(max(0, at - 2), min(at + 3, len(drafts))) if n != at]
    lines = sum(drafts[n].role is None and not drafts[n].level and sizes[n] <= 16 for n in near)
    return {"lines_around": lines / len(near) if near else 0.0}


# Paragraphs of different stories have a likeness of about a tenth, those of one story of half and more.
_STRANGE = (0.05, 0.12, 0.25)
_ACROSS_UNDER = tuple((f"near.across_under_{limit:g}", limit) for limit in _STRANGE)
_ABOVE_UNDER = tuple((f"near.above_under_{limit:g}", limit) for limit in _STRANGE)


def _affinities(drafts: Sequence[Draft], candidates: Sequence[int]) -> dict[int, Features]:
    """How near the line is to the text above and below, and those two to each other."""
    texts = [d.text if d.role in (None, Role.BODY) else "" for d in drafts]
    prose = [at for at, text in enumerate(texts) if words(text) > 20]
    affinity = Affinity(texts)
    lines, above, below = [], [], []
    for at in candidates:
        split = bisect_left(prose, at)
        lines.append([at])
        above.append([p for p in prose[max(0, split - 3) : split] if p != at])
        below.append([p for p in prose[split : split + 4] if p != at][:3])
    to_above, to_below = _means(affinity, lines, above), _means(affinity, lines, below)
    across = _means(affinity, above, below)
    return {
        at: {
            "near.above": to_above[n],
            "near.below": to_below[n],
            "near.across": across[n],
            "near.nothing_above": float(not above[n]),
            # Likeness counts by its order of magnitude: none, a little, some.
            **{name: 1.0 for name, limit in _ACROSS_UNDER if above[n] and below[n] and across[n] < limit},
            **{name: 1.0 for name, limit in _ABOVE_UNDER if above[n] and to_above[n] < limit},
        }
        for n, at in enumerate(candidates)
    }


def _means(affinity: Affinity, these: Sequence[Sequence[int]], those: Sequence[Sequence[int]]) -> list[float]:
    """The mean likeness, at most 5, of all pairs of each row of ``these`` with that of ``those``; else 0."""
    i = [one for a, b in zip(these, those, strict=True) for one in a for _ in b]
    j = [one for a, b in zip(these, those, strict=True) for _ in a for one in b]
    likeness = iter(affinity(np.array(i, dtype=np.int64), np.array(j, dtype=np.int64)).tolist())
    sizes = (len(a) * len(b) for a, b in zip(these, those, strict=True))
    return [min(sum(islice(likeness, size)) / size, 5.0) if size else 0.0 for size in sizes]
