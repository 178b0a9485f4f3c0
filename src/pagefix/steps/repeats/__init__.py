"""Repeats: what was read twice goes, and each removal names the copy that stays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from pagefix.matching.keys import fold
from pagefix.matching.runs import Run, find_runs
from pagefix.matching.similar import alike
from pagefix.model import Block, Blocked, Doubt, Reason, Repeat, Role, Span, Trimmed
from pagefix.rules import Rules
from pagefix.steps.repeats.judge import Finding, loops, overlaps, stutter, whole_blocks
from pagefix.steps.repeats.rows import in_a_row, read_along
from pagefix.steps.repeats.texts import Text, texts_of

# A byline or a jump line that recurs is right to recur.
_JUDGED = frozenset({Role.BODY, Role.CROSSHEAD, Role.HEADLINE, Role.NOTE, Role.CAPTION})
# All that the newspaper printed as words.
_SHOWN = frozenset(Role) - {Role.FURNITURE, Role.IMAGE, Role.MARK, Role.TABLE}
# Seeds make runs of six; this much is too short for any kind of repeat.
_LEAST_RUN = 12


def find_repeats(blocked: Blocked, rules: Rules) -> Trimmed:
    """Takes second readings, loops and stutter out of a page's blocks.

    Blocks that go as a whole disappear; of the others the pieces no longer hold what went.
    What is not likely enough for the rules' choice stays where it is, as a doubt.
    """
    every = texts_of(blocked.blocks, _SHOWN)
    texts = [text for text in every if text.block.role in _JUDGED]
    gone: dict[int, list[tuple[int, int]]] = {}
    copies: dict[int, int] = {}
    repeats: list[Repeat] = []
    doubts: dict[Doubt, None] = {}

    def take(findings: Iterable[Finding]) -> None:
        for finding in findings:
            if overlaps(finding, gone) or not rules.chosen(finding.rule):
                continue
            if not rules.allows(finding.rule, finding.score):
                doubts.update(dict.fromkeys(_doubts(finding, rules)))
                continue
            gone.setdefault(finding.text.at, []).append((finding.start, finding.end))
            if finding.reason is Reason.DUPLICATE:
                copies[finding.text.at] = finding.kept.at
            repeats.extend(_rows(finding))

    take(in_a_row(every, rules))
    take(_findings(blocked.blocks, texts, rules))
    take(read_along(every, copies, gone, rules))
    blocks = [left for at, block in enumerate(blocked.blocks) if (left := _without(block, gone.get(at, [])))]
    return Trimmed(blocked.page, tuple(blocks), tuple(sorted(repeats, key=lambda r: r.span)), tuple(doubts))


def _findings(blocks: Sequence[Block], texts: Sequence[Text], rules: Rules) -> Iterator[Finding]:
    """Stutter first, then whole blocks from the longest on, then loops: the surest first."""
    runs = find_runs([text.key.text for text in texts], _LEAST_RUN)
    runs.sort(key=lambda run: (-run.size, run.a, run.a0, run.b, run.b0))
    for run in runs:
        if run.a == run.b and (found := stutter(run, texts[run.a])):
            yield found
    neighbours = _neighbours(blocks)
    for a, b in _whole_pairs(runs, texts):
        if found := whole_blocks(texts[a], texts[b], neighbours, rules):
            yield found
    for run in runs:
        if run.a != run.b and Role.CAPTION not in (texts[run.a].block.role, texts[run.b].block.role):
            yield from loops(run, texts[run.a], texts[run.b], rules)


def _whole_pairs(runs: Sequence[Run], texts: Sequence[Text]) -> list[tuple[int, int]]:
    """Pairs that may be alike as a whole, the longest first: by their runs, and by MinHash."""
    pairs = {
        (run.a, run.b)
        for run in runs
        if run.a != run.b and run.size >= 0.4 * min(texts[run.a].size, texts[run.b].size)
    }
    pairs |= set(alike([text.key.text for text in texts], least=20))
    return sorted(pairs, key=lambda pair: (-min(texts[n].size for n in pair), pair))


def _neighbours(blocks: Sequence[Block]) -> dict[int, tuple[str, str]]:
    """The folded texts of the body blocks above and below each block, "" at a headline or an edge."""
    bodies = [at for at, block in enumerate(blocks) if block.role in (Role.BODY, Role.HEADLINE)]
    place = {at: n for n, at in enumerate(bodies)}
    shown = [fold(blocks[at].text) if blocks[at].role is Role.BODY else "" for at in bodies]
    return {
        at: (shown[n - 1] if n else "", shown[n + 1] if n + 1 < len(shown) else "") for at, n in place.items()
    } | {at: ("", "") for at in range(len(blocks)) if at not in place}


def _rows(finding: Finding) -> Iterator[Repeat]:
    kept = finding.kept.spans(*finding.of)
    for n, span in enumerate(finding.text.spans(finding.start, finding.end)):
        yield Repeat(
            span,
            kept[0] if kept else None,
            finding.reason,
            finding.score,
            finding.rule,
            finding.gap and n == 0,
        )


def _doubts(finding: Finding, rules: Rules) -> Iterator[Doubt]:
    why = rules.why_not(finding.score)
    kept = finding.kept.spans(*finding.of)
    for span in finding.text.spans(finding.start, finding.end):
        yield Doubt(span, finding.reason, why, finding.score, finding.rule, of=kept[0] if kept else None)


def _without(block: Block, gone: Sequence[tuple[int, int]]) -> Block | None:
    """The block without the stretches that go, or None where nothing is left of it."""
    if not gone:
        return block
    pieces: list[Span] = []
    text, at, base = "", 0, 0
    for piece in block.pieces:
        size = piece.end - piece.start
        at = base
        for start, end in [*sorted(gone), (len(block.text), len(block.text))]:
            low, high = max(at, base), min(start, base + size)
            if low < high:
                pieces.append(Span(piece.page, piece.start + low - base, piece.start + high - base))
                text += block.text[low:high]
            at = max(at, end)
        base += size
    if not any(map(str.isalnum, text)):
        return None
    return replace(block, pieces=tuple(pieces), text=text)
