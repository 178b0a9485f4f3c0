"""What a stretch that stands twice is: a second reading, a loop, stutter, or nothing wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz
from rapidfuzz.distance import Indel

from pagefix.evidence.brackets import CLOSERS
from pagefix.evidence.seams import Weights, log_odds
from pagefix.matching.keys import fold
from pagefix.matching.runs import Run
from pagefix.model import Reason, Role
from pagefix.rules import Rules
from pagefix.steps.repeats.texts import STOPS, Text


@dataclass(frozen=True, slots=True)
class Finding:
    """A stretch of a block's text that goes, and where its like stays.

    ``start`` and ``end`` are offsets in the block's text; ``of`` is the kept stretch.
    """

    text: Text
    start: int
    end: int
    kept: Text
    of: tuple[int, int]
    reason: Reason
    score: float
    rule: str
    gap: bool = False


def whole_blocks(a: Text, b: Text, neighbours: Mapping[int, tuple[str, str]], rules: Rules) -> Finding | None:
    """Two blocks that are alike as a whole, or one of which stands in the other."""
    small, big = (b, a) if b.size <= a.size else (a, b)
    if len(small.block.text) < rules.number("repeats.least_truncated"):
        return None
    alignment = fuzz.partial_ratio_alignment(
        small.key.text, big.key.text, score_cutoff=rules.number("repeats.least_alike")
    )
    if alignment is None or alignment.dest_end <= alignment.dest_start:
        return None
    certain = round(min(0.99, alignment.score / 100), 3)
    if small.size >= 0.85 * big.size and fuzz.ratio(small.key.text, big.key.text) >= rules.number(
        "repeats.least_alike"
    ):
        if (
            small.size < rules.number("repeats.least_duplicate")
            or (a.heading and b.heading)
            or _template(small, big)
            or _own_opening(small, big)
            or (_formula(a, neighbours) and _formula(b, neighbours))
        ):
            return None
        gone, kept = _intruder(a, b, neighbours, rules)
        return Finding(
            gone,
            0,
            len(gone.block.text),
            kept,
            (0, len(kept.block.text)),
            Reason.DUPLICATE,
            certain,
            "repeats.duplicate",
        )
    if Role.CAPTION in (a.block.role, b.block.role):
        return None
    return _truncated(small, big, alignment.dest_start, alignment.dest_end, certain, rules)


def _truncated(small: Text, big: Text, first: int, last: int, certain: float, rules: Rules) -> Finding | None:
    """A second reading that was cut off: the beginning of ``big``, or of a sentence in it, again."""
    if first > 2 and last >= big.size - 1:
        # It is the other one that ends with it: a reading that slid there, and nobody's beginning.
        return None
    begins_alike = fuzz.ratio(small.key.text[:10], big.key.text[first : first + 10]) >= 80
    if small.block.level or not begins_alike or not (big.begins_sentence(first) or first <= 2):
        return None
    if not small.cut_off and small.size < rules.number("repeats.least_formula"):
        return None
    if small.heading and small.block.score >= 0.9 and not _cut_in_word(small, big, last):
        return None
    start, end = big.key.span(first, last)
    if small.block.text[0] in "（(〔[" and big.block.text[max(0, start - 1)] not in "（(〔[":
        # A signature in brackets names again who was named before.
        return None
    return Finding(
        small, 0, len(small.block.text), big, (start, end), Reason.TRUNCATED, certain, "repeats.truncated"
    )


_NUMERALS = frozenset("0123456789一二三四五六七八九十百千万亿〇零两")


def _template(a: Text, b: Text) -> bool:
    """Whether the two are one form filled in twice: they differ in numbers, or in whole words.

    Notices and articles of a law share their words; misreading changes single characters.
    """
    changed = [
        part
        for step in Indel.opcodes(a.key.text, b.key.text)
        if step.tag != "equal"
        for part in a.key.text[step.src_start : step.src_end] + b.key.text[step.dest_start : step.dest_end]
    ]
    filled = _filled_in(a, b) or _filled(a, b, least=(4, 8), chance=2)
    return filled or sum(c in _NUMERALS for c in changed) * 3 >= max(1, len(changed))


def _filled_in(a: Text, b: Text) -> bool:
    """Whether amid like text one has two characters or more where the other has four or more.

    Misreading hardly ever does that, and a reading that slid away or came in late has like text
    on one side only.
    """
    return _filled(a, b, least=(2, 4), chance=0)


def _filled(a: Text, b: Text, least: tuple[int, int], chance: int) -> bool:
    """Whether amid like text one has ``least`` characters where the other has others, so many or more.

    ``chance`` is how many may be alike by chance amid what differs.
    """
    gone = come = alike = 0
    for step in Indel.opcodes(a.key.text, b.key.text):
        size = step.src_end - step.src_start
        if step.tag == "equal" and (size > chance or not gone + come):
            before, alike = alike, size
            if min(gone, come) >= least[0] and max(gone, come) >= least[1] and before >= 2 and alike >= 6:
                return True
            gone = come = 0
        else:
            gone, come = gone + size, come + step.dest_end - step.dest_start
    return False


def _own_opening(a: Text, b: Text) -> bool:
    """Whether the two begin with words of their own before what they share: then one slid into the other.

    Misreading changes single characters, and a reading that came in late has no words there.
    """
    gone = come = 0
    for step in Indel.opcodes(a.key.text, b.key.text):
        if step.tag != "equal":
            gone, come = gone + step.src_end - step.src_start, come + step.dest_end - step.dest_start
        elif step.src_end - step.src_start >= 6:
            return min(gone, come) >= 4
    return False


def _formula(text: Text, neighbours: Mapping[int, tuple[str, str]]) -> bool:
    """Whether a text stands in brackets right below a headline: how each law says who adopted it."""
    words = text.block.text
    return words[0] in "（(" and words[-1] in "）)" and not neighbours[text.at][0]


def _cut_in_word(small: Text, big: Text, last: int) -> bool:
    from pagefix.evidence.lexicon import crossing

    return last < big.size and crossing(small.key.text, big.key.text[last:]) > 0


def _intruder(a: Text, b: Text, neighbours: Mapping[int, tuple[str, str]], rules: Rules) -> tuple[Text, Text]:
    """Which of two readings goes: the one that does not read on where it stands, else the later."""
    seams: list[tuple[str, str]] = []
    of: list[int] = []
    for which, text in enumerate((a, b)):
        above, below = neighbours[text.at]
        own = fold(text.block.text)
        sides = [(own, below)] if below and text.cut_off else []
        sides += [(above, own)] if above else []
        seams += sides
        of += [which] * len(sides)
    if 1 not in of:
        # Nothing can speak for the later one.
        return b, a
    fits = [0.0, 0.0]
    for which, score in zip(of, log_odds(seams, Weights.read(rules.weights, rules.words)), strict=True):
        fits[which] += max(0.0, score)
    # Four in log-odds: what stands below may itself be a second reading at this stage.
    return (a, b) if fits[1] > fits[0] + 4.0 else (b, a)


def stutter(run: Run, text: Text) -> Finding | None:
    """Words that stand again and again right behind themselves."""
    period = run.b0 - run.a0
    if run.a != run.b or period <= 0 or run.b0 > run.a1:
        return None
    if not _exact(run, text, text):
        return None
    extra = run.b1 - run.a1 + (run.a1 - run.b0) if run.b0 < run.a1 else run.b1 - run.b0
    times = (run.b1 - run.b0) / period
    if not ((times >= 1.9 and extra >= 12) or (times >= 0.95 and period >= 10)):
        return None
    copies = max(1, round(times)) if abs(times - round(times)) < 0.2 else int(times)
    stop = min(run.b0 + copies * period, text.size)
    start, _ = text.key.span(run.b0, stop)
    end = int(text.key.offsets[stop]) if stop < text.size else len(text.block.text)
    # The marks behind each copy go with it: from behind the first copy's mark to behind the last's.
    start = _behind_mark(text.block.text, int(text.key.offsets[run.b0 - 1]) + 1, start)
    end = _behind_mark(text.block.text, int(text.key.offsets[stop - 1]) + 1, end)
    of = text.key.span(run.a0, run.b0)
    return Finding(text, start, end, text, of, Reason.STUTTER, 0.97, "repeats.stutter")


def _behind_mark(text: str, low: int, high: int) -> int:
    while low < high and text[low] in "，。、；：！？…" + CLOSERS:
        low += 1
    return low


def loops(run: Run, earlier: Text, later: Text, rules: Rules) -> Iterator[Finding]:
    """A paragraph that slides into text of another and goes on to the end of a sentence.

    The one that ends with the shared stretch slid.  Where both end with it the later one
    did, unless the beginning shows another home: then the first sentence goes from the
    earlier one, and what follows it, which reads on in both, from the later.
    """
    slid = not (_near_clause(later, run.b0) and _near_clause(earlier, run.a0))
    whole = _begins(later, run.b0) == _begins(earlier, run.a0) != ""
    if run.size < rules.number("repeats.least_clause" if whole else "repeats.least_loop"):
        return
    ends = earlier.size - run.a1 <= 1, later.size - run.b1 <= 1
    if not any(ends) or not _exact(run, earlier, later):
        return
    if all(ends) and earlier.key.text[:2] == later.key.text[:2] and _filled_in(earlier, later):
        return
    items = not slid and _ITEM.match(earlier.block.text) and _ITEM.match(later.block.text)
    if items and run.size < rules.number("repeats.least_formula"):
        return
    trimmed = _to_the_letter(run, earlier, later)
    mine, other = (trimmed.b0, run.b1), (trimmed.a0, run.a1)
    clause = _clause_of(later, run.b0, earlier, run.a0) if all(ends) and slid else None
    if clause is not None:
        cut = next((k for k in range(6, run.size) if later.begins_sentence(run.b1 - run.size + k)), run.size)
        middle_a, middle_b = run.a1 - run.size + cut, run.b1 - run.size + cut
        yield from _loop(
            earlier,
            (max(other[0], run.a0 + clause), middle_a),
            later,
            (max(mine[0], run.b0 + clause), middle_b),
            slid,
        )
        yield from _loop(later, (middle_b, run.b1), earlier, (middle_a, run.a1), slid=False)
    elif ends[1]:
        yield from _loop(later, mine, earlier, other, slid)
    elif ends[0]:
        yield from _loop(earlier, other, later, mine, slid)


def _loop(
    gone: Text, mine: tuple[int, int], kept: Text, other: tuple[int, int], slid: bool
) -> Iterator[Finding]:
    # What slid has words of its own first: less than four are no beginning.
    if mine[0] < 4 or mine[0] >= mine[1]:
        return
    start = _from(gone, mine[0])
    end = _to(gone, mine[1])
    gap = gone.block.text[:start].rstrip(CLOSERS)[-1:] not in STOPS
    if start < end:
        yield Finding(
            gone,
            start,
            end,
            kept,
            kept.key.span(*other),
            Reason.LOOP,
            0.95 if slid else 0.85,
            "repeats.loop",
            gap,
        )


# Articles of a law end with the same penalty, items of a list with the same terms.
_ITEM = re.compile(r"第?\s*[（(]?[一二三四五六七八九十百零〇0-9]{1,6}\s*[条條款项項）).．、]")


def _begins(text: Text, key_at: int) -> str:
    """What begins at a key character: a sentence, a clause of one, or nothing."""
    if text.begins_sentence(key_at):
        return "sentence"
    return "clause" if text.begins_clause(key_at) else ""


def _to_the_letter(run: Run, a: Text, b: Text) -> Run:
    """The run without a beginning that is only nearly alike: a model copies to the letter."""
    size = min(run.a1 - run.a0, run.b1 - run.b0)
    same = 0
    while same < size and a.key.text[run.a1 - same - 1] == b.key.text[run.b1 - same - 1]:
        same += 1
    if size - same > 12:
        return run
    return Run(run.a, run.a1 - same, run.a1, run.b, run.b1 - same, run.b1)


def _clause_of(home: Text, home_at: int, slid: Text, slid_at: int) -> int | None:
    """How far into the shared words a clause of ``home`` begins that runs on without its comma in ``slid``.

    A copy brings its marks along; where the comma is missing the words were come upon, over the
    ones that both have before it.  With none before it the comma tells nothing: what the reader
    slid on are then the first words of the clause, and these stand in both by their own right.
    """
    reach = range(min(4, home.size - home_at, slid.size - slid_at))
    if any(slid.begins_clause(slid_at + k) for k in reach):
        return None
    return next((k for k in reach if k and home.begins_clause(home_at + k)), None)


def _exact(run: Run, a: Text, b: Text) -> bool:
    """Whether the two sides are one text: a model repeats to the letter, parallel sentences vary."""
    return fuzz.ratio(a.key.text[run.a0 : run.a1], b.key.text[run.b0 : run.b1]) >= 97


def _near_clause(text: Text, key_at: int) -> bool:
    """Whether a clause begins within three characters: the words before its comma may be alike by chance."""
    return any(text.begins_clause(k) for k in range(key_at, min(key_at + 4, text.size)))


def _from(text: Text, key_at: int) -> int:
    """Offset of a key character, drawn back over an opening quote or bracket before it."""
    at = int(text.key.offsets[key_at])
    while at > 0 and text.block.text[at - 1] in "“‘（《「『":
        at -= 1
    return at


def _to(text: Text, key_end: int) -> int:
    """Offset behind a key character and the marks that follow it."""
    if key_end >= text.size:
        return len(text.block.text)
    return _behind_mark(
        text.block.text, int(text.key.offsets[key_end - 1]) + 1, int(text.key.offsets[key_end])
    )


def overlaps(finding: Finding, gone: Mapping[int, Sequence[tuple[int, int]]]) -> bool:
    """Whether the stretch, or the one that it leaves standing, is gone already."""
    mine = any(a < finding.end and finding.start < b for a, b in gone.get(finding.text.at, ()))
    low, high = finding.of
    theirs = sum(max(0, min(b, high) - max(a, low)) for a, b in gone.get(finding.kept.at, ()))
    return mine or theirs > 0.3 * (high - low)
