"""From units to raw blocks: tags and jump marks that are glued to a text part from it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pagefix.evidence.lexicon import first_word
from pagefix.matching.keys import fold
from pagefix.model import Role
from pagefix.rules import Rules
from pagefix.steps.blocks import marks
from pagefix.steps.blocks.jumplines import find_jumps, whole_jump
from pagefix.steps.blocks.lines import BOLD, SECTION
from pagefix.steps.blocks.typed import Stretch, Typed, asked
from pagefix.steps.blocks.units import Unit

# What some models write for # and **: a heading's tags round a whole line, or those for bold type.
_TAGGED = re.compile(
    r"\s*(?:<p\b[^<>]*>\s*)?<(h[1-6]|b|strong)\b[^<>]*>[^<>]+</\1\s*>(?:\s*</p\s*>)?\s*", re.IGNORECASE
)


class Raw(NamedTuple):
    """A stretch of the page that is one block; ``typed`` is None while its role is open."""

    pieces: tuple[Stretch, ...]
    text: str
    level: int = 0
    typed: Typed | None = None


def split(text: str, unit: Unit, rules: Rules) -> Iterator[Raw]:
    """A unit as one raw block, or as several where tags or jump marks are glued to its text."""
    for outer in unit.outer:
        # An image line may look like a bold or quoted one: judge it with its marks.
        if len(unit.outer) == 1 and (found := image(text[outer[0] : outer[1]], rules)):
            yield Raw((outer,), text[outer[0] : outer[1]], typed=found)
            return
    pieces: list[Stretch] = []
    level = unit.level
    for start, end in unit.pieces:
        at = start
        if text[start] == "\\" and (section := SECTION.fullmatch(text, start, end)):
            at, inner = section.span(2)
            yield Raw(((start, at),), text[start:at], typed=Typed(Role.MARK, "marks.section"))
            yield Raw(((inner, end),), text[inner:end], typed=Typed(Role.MARK, "marks.section"))
            end = inner
        if "<" in text[start:end] or "&" in text[start:end]:
            for tag in _tags(text, start, end, rules):
                yield Raw((tag,), text[tag[0] : tag[1]], typed=Typed(Role.MARK, "marks.tag"))
                pieces.append((at, tag[0]))
                at = tag[1]
            tagged = _TAGGED.fullmatch(text, start, end) if not level else None
            level = _level_of(tagged.group(1)) if tagged else level
        pieces.append((at, end))
    stretches = [trimmed for a, b in pieces if (trimmed := _trim(text, a, b))]
    if not stretches:
        return
    joined = "".join(text[a:b] for a, b in stretches)
    # Jump marks come first: ▲上接01版 and its text would pass for the words under a picture.
    block = asked(joined, rules)
    jumps = [] if whole_jump(block) else find_jumps(block)
    if not jumps:
        typed = marks.whole(block, level, rules)
        if level and typed is None and (author := _author_behind(joined, rules)):
            yield _part(text, stretches, 0, author.stop, level)
            yield _part(text, stretches, author.start, len(joined), 0, author.typed)
            return
        yield Raw(tuple(stretches), joined, level, typed)
        return
    at = 0
    for (start, end), typed in (*jumps, ((len(joined), len(joined)), None)):
        if between := _trim(joined, at, start):
            part = _part(text, stretches, *between, level)
            yield part._replace(typed=marks.whole(asked(part.text, rules), level, rules))
            level = 0
        if typed is not None:
            yield _part(text, stretches, start, end, 0, typed)
        at = end


class _Author(NamedTuple):
    """A byline in a heading's line: where the heading stops, where the byline starts, what it is."""

    stop: int
    start: int
    typed: Typed


def _author_behind(heading: str, rules: Rules) -> _Author | None:
    """The author that a reader put into the line of the headline, behind a blank."""
    for blank in _ROOM.finditer(heading):
        author = heading[blank.end() :]
        typed = marks.whole_credit(asked(author, rules)) if _REPORTER.search(author) else None
        if typed is not None and typed.role is Role.BYLINE and _names_somebody(typed):
            return _Author(blank.start(), blank.end(), typed) if blank.start() >= _SHORTEST else None
    return None


def _names_somebody(typed: Typed) -> bool:
    """Whether a byline has a name in it: 本报记者追踪 says what the reporter did, and is the headline's."""
    return any(map(_is_no_word, typed.credit.names)) if typed.credit else False


def _is_no_word(name: str) -> bool:
    """Whether the word list does not know ``name`` as anything but a name."""
    word, speech = first_word(fold(name))
    return word != fold(name) or speech.startswith("nr")


_REPORTER, _ROOM = re.compile("[记記]者|通[讯訊][员員]|作者"), re.compile(r"\s+")
# In characters: what stands before a byline and is shorter is part of it.
_SHORTEST = 4


def _level_of(tag: str) -> int:
    return int(tag[1]) if tag[1:].isdigit() else BOLD


def image(outer: str, rules: Rules) -> Typed | None:
    for pattern in rules.beginning("image", outer):
        if pattern.fullmatch(outer):
            return Typed(Role.IMAGE, pattern.id)
    return None


def _tags(text: str, start: int, end: int, rules: Rules) -> list[Stretch]:
    tags: list[Stretch] = []
    at = start
    while at < end:
        found = min(
            (m for p in rules.patterns("html") if (m := p.search(text[start:end], at - start))),
            key=lambda m: m.start(),
            default=None,
        )
        if found is None or found.end() == found.start():
            break
        tags.append((start + found.start(), start + found.end()))
        at = start + found.end()
    return tags


def _trim(text: str, start: int, end: int) -> Stretch | None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None


def _part(
    text: str, stretches: Sequence[Stretch], a: int, b: int, level: int, typed: Typed | None = None
) -> Raw:
    """The part from ``a`` to ``b`` of the joined stretches."""
    pieces, at = [], 0
    for start, end in stretches:
        low, high = max(a, at), min(b, at + end - start)
        if low < high:
            pieces.append((start + low - at, start + high - at))
        at += end - start
    return Raw(tuple(pieces), "".join(text[x:y] for x, y in pieces), level, typed)
