"""Headlines that two pages agree on: the one where a story jumps, the one where it lands.

A line that a single page leaves in doubt is a headline where the other end of a jump
repeats it, or where the landing mark quotes it; one that was a headline already is a sure one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pagefix.matching.labels import normal_label, same_page
from pagefix.model import Block, Blocked, Role, Way
from pagefix.steps.jumps.ends import title_key
from pagefix.steps.jumps.evidence import same_title, shortened

_LONGEST = 60
"""Word characters: the longest headlines of dailies have about fifty."""
_SHORTEST = 3
_DOUBTFUL = frozenset({Role.CROSSHEAD, Role.BODY, Role.KICKER, Role.DECK})
_BETWEEN = frozenset({Role.MARK, Role.IMAGE, Role.FURNITURE, Role.CAPTION, Role.JUMP})
_SCORE = 0.95


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that may be a headline: its page, its place there, its word characters."""

    sheet: int
    at: int
    key: str
    role: Role


def agree_on_headlines(pages: Sequence[Blocked]) -> list[Blocked]:
    """The pages of an edition, lines made headlines that both ends of a jump show.

    A leaving mark whose landing part has that headline, and no other mark to choose from, is
    told whose it is.  Nothing else changes, and pages without jump marks not at all.
    """
    labels = [normal_label(page.page.label) for page in pages]
    found: set[tuple[int, int]] = set()
    met: dict[tuple[int, int], list[int | None]] = {}
    for sheet, page in enumerate(pages):
        for at, block in enumerate(page.blocks):
            if block.jump is None or block.jump.way is not Way.FROM:
                continue
            to = normal_label(block.jump.label)
            for other, label in enumerate(labels):
                if other != sheet and same_page(to, label):
                    lines, home = _agreed(pages, sheet, at, other, labels[sheet])
                    found |= lines
                    met.setdefault((other, sheet), []).append(home)
    out = list(pages)
    for sheet in {sheet for sheet, _ in found}:
        out[sheet] = _changed(
            pages[sheet],
            {
                at: replace(
                    pages[sheet].blocks[at],
                    role=Role.HEADLINE,
                    rule="jumps.headline",
                    score=_SCORE,
                    credit=None,
                )
                for of, at in found
                if of == sheet
            },
        )
    for (sheet, other), homes in met.items():
        out[sheet] = _with_homes(out[sheet], labels[other], homes)
    return out


def _changed(page: Blocked, changes: Mapping[int, Block]) -> Blocked:
    return replace(page, blocks=tuple(changes.get(at, block) for at, block in enumerate(page.blocks)))


def _with_homes(page: Blocked, to: str, homes: Sequence[int | None]) -> Blocked:
    """Leaving marks to the page ``to`` told their headlines, if there is one for each.

    Several marks take them in page order: a story's mark comes below its headline, and two
    that are read alternately begin and end in one order.
    """
    marks = [at for at, block in enumerate(page.blocks) if _leaves(block, to)]
    heads = sorted({home for home in homes if home is not None})
    if not len(marks) == len(homes) == len(heads) or any(a > b for a, b in zip(heads, marks, strict=True)):
        return page
    changes = {}
    for mark, head in zip(marks, heads, strict=True):
        block = page.blocks[mark]
        assert block.jump is not None
        changes[mark] = replace(block, jump=replace(block.jump, headline=page.blocks[head].text))
    return _changed(page, changes)


def _agreed(
    pages: Sequence[Blocked], sheet: int, at: int, other: int, label: str
) -> tuple[set[tuple[int, int]], int | None]:
    """Lines that the landing mark at ``at`` makes headlines, and where its headline stands on ``other``."""
    jump = pages[sheet].blocks[at].jump
    assert jump is not None
    lines = list(_lines(pages[other], other))
    above = _above(pages[sheet], sheet, at)
    title = title_key(jump.headline) if jump.headline else above.key if above else ""
    heads = [line for line in lines if line.role is Role.HEADLINE and title and _repeats(line.key, title)]
    found: set[tuple[int, int]] = set()
    if not heads and title:
        # Only the whole line: a piece of it may stand in any paragraph.
        heads = [line for line in lines if line.role in _DOUBTFUL and same_title(line.key, title)][:1]
        found = {(line.sheet, line.at) for line in heads}
    if heads:
        found.add((other, heads[0].at))
        if above and above.role is not Role.HEADLINE and _repeats(heads[0].key, above.key):
            found.add((sheet, above.at))
        return found, heads[0].at
    if any(_leaves(block, label) for block in pages[other].blocks):
        found = set(_anywhere(lines, list(_lines(pages[sheet], sheet))))
    return found, None


def _anywhere(there: Sequence[_Line], here: Sequence[_Line]) -> Iterator[tuple[int, int]]:
    """Lines of the landing page, away from the mark, that repeat a headline of the other one."""
    heads = [line for line in there if line.role is Role.HEADLINE and len(line.key) >= 2 * _SHORTEST]
    for line in here:
        doubtful = line.role in (Role.CROSSHEAD, Role.BODY) and len(line.key) >= 2 * _SHORTEST
        if doubtful and any(_repeats(head.key, line.key) for head in heads):
            yield line.sheet, line.at


def _leaves(block: Block, label: str) -> bool:
    jump = block.jump
    return jump is not None and jump.way is Way.TO and same_page(normal_label(jump.label), label)


def _lines(page: Blocked, sheet: int) -> Iterator[_Line]:
    for at, block in enumerate(page.blocks):
        if (block.role is Role.HEADLINE or block.role in _DOUBTFUL) and block.text[-1] not in "。，；、：":
            key = title_key(block.text)
            if _SHORTEST <= len(key) <= _LONGEST:
                yield _Line(sheet, at, key, block.role)


def _above(page: Blocked, sheet: int, at: int) -> _Line | None:
    """The line right above a landing mark."""
    n = at - 1
    while n >= 0 and page.blocks[n].role in _BETWEEN:
        n -= 1
    return next((line for line in _lines(page, sheet) if line.at == n), None)


def _repeats(headline: str, line: str) -> bool:
    return same_title(headline, line) or shortened(headline, line)
