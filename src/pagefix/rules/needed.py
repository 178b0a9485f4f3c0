"""What a text must hold for a pattern to match, read off the pattern itself.

Most patterns cannot match most blocks: a jump line needs 转 or 接, a photographer's credit 摄
or 图.  Looking for a few characters takes a twentieth of the time of running the expression,
and a page asks three thousand times.  The answer of a pattern never changes: where its
syntax is not understood, nothing is demanded.
"""

from __future__ import annotations

import importlib
import math
import re
import string
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

Group = tuple[str, ...]


LETTER = ""
"""Stands in a group for any letter that ``(?i)`` takes for an ASCII one."""

_LETTERS = frozenset(string.ascii_letters + "\u0130\u0131\u017f\u212a")
# Larger groups take longer to look for than they save.
_MOST = 48
_GROUPS = 3
# To ask for one character takes as long for many as for few.
_MOST_FIRST = 256
_PROPERTY = re.compile(r"\\[pP]\{[^{}]*\}")
_NAMED = re.compile(r"\(\?P<\w+>")
_ESCAPED = re.compile(r"\\.", re.DOTALL)
# What the regex package reads otherwise than the standard library's parser, or it alone: fuzzy
# counts in braces; sets within sets, their operators and POSIX classes.
_SET = re.compile(r"\[[^\]]*\]")
_FOREIGN = re.compile(r"\{(?!\d*,?\d*\})")
_FOREIGN_IN_SET = re.compile(r"\[[^\]]*(?:\[|--|&&|\|\||~~)")


def holds(text: str, group: Group, start: int = 0) -> bool:
    """Whether ``text`` holds a string of ``group`` from ``start`` on."""
    if LETTER in group and not _LETTERS.isdisjoint(text):
        return True
    if start:
        return any(each and text.find(each, start) >= 0 for each in group)
    # Three times as fast as with a start, and nine in ten are asked so.
    for each in group:  # noqa: SIM110 — a generator takes twice as long
        if each in text and each:
            return True
    return False


def first_characters(*groups: Group) -> frozenset[str]:
    """What the strings of the groups begin with."""
    return frozenset().union(*({each[:1]} if each else _LETTERS for group in groups for each in group))


def beginnings(group: Group) -> frozenset[str]:
    """The first two characters of the strings of ``group``: a text without any of these holds none of it."""
    return frozenset().union(*({each[:2]} if each else _LETTERS for each in group))


@lru_cache(maxsize=512)
def needed(source: str) -> tuple[Group, ...]:
    """Groups of strings of which every match of ``source`` holds at least one each, the most telling first.

    There is none where in doubt.
    """
    parsed = _parsed(source)
    if parsed is None:
        return ()
    groups = _of_sequence(parsed, bool(parsed.state.flags & re.IGNORECASE))
    return tuple(sorted(dict.fromkeys(map(_shortest, groups)), key=_worth)[:_GROUPS])


SPACE = "\t"
"""Stands for all white space among the characters that a match begins or ends with."""


@lru_cache(maxsize=512)
def opening(source: str) -> frozenset[str] | None:
    """The characters that a match of ``source`` may begin with, or None where in doubt."""
    return _edge_of(source, 1)


@lru_cache(maxsize=512)
def closing(source: str) -> frozenset[str] | None:
    """The characters that a match of ``source`` may end with, or None where in doubt."""
    return _edge_of(source, -1)


def _edge_of(source: str, way: int) -> frozenset[str] | None:
    parsed = _parsed(source)
    if parsed is None:
        return None
    found, empty = _edge(parsed, bool(parsed.state.flags & re.IGNORECASE), way)
    return None if empty else found


@lru_cache(maxsize=512)
def longest(source: str) -> float:
    """The most characters that a match of ``source`` may have; infinite where it has no end, or in doubt."""
    parsed = _parsed(source)
    most = _ENDLESS if parsed is None else parsed.getwidth()[1]
    return most if most < _ENDLESS else math.inf


# From here on the parser counts no further.
_ENDLESS = 1 << 16


@lru_cache(maxsize=1)
def _parsed(source: str) -> Any:
    """The expression as the standard library's parser reads it; None where regex may read it otherwise.

    Read once for all that is asked of a pattern, one question after the other.
    """
    # Properties are not known to the parser; a word character stands for them, and demands nothing.
    plain = _NAMED.sub("(?:", _PROPERTY.sub(r"\\w", source))
    bare = _ESCAPED.sub("x", plain)
    if _FOREIGN_IN_SET.search(bare) or _FOREIGN.search(_SET.sub("x", bare)):
        return None
    try:
        return importlib.import_module("re._parser").parse(plain)
    except (ImportError, re.error, OverflowError, RecursionError):
        return None


_Edge = tuple[frozenset[str] | None, bool]
"""First or last characters, None for any; and whether nothing at all will do."""


def _edge(items: Iterable[Any], ignore_case: bool, way: int) -> _Edge:
    """What ``items`` begin with if the ``way`` is 1, what they end with if it is -1."""
    found: frozenset[str] = frozenset()
    for operation, argument in list(items)[::way]:
        some, empty = _edge_of_item(str(operation), argument, ignore_case, way)
        if some is None:
            return None, False
        found |= some
        if not empty:
            return found, False
    return found, True


def _edge_of_item(name: str, argument: Any, ignore_case: bool, way: int) -> _Edge:
    match name:
        case "LITERAL":
            return _edge_of_item("IN", [(name, argument)], ignore_case, way)
        case "IN":
            spaces = [item for item in argument if str(item[1]) == "CATEGORY_SPACE"]
            groups = _of_set([item for item in argument if item not in spaces], ignore_case, _MOST_FIRST)
            if not groups and len(spaces) < len(argument):
                return None, False
            return first_characters(*groups) | ({SPACE} if spaces else set()), False
        case "BRANCH":
            branches = [_edge(branch, ignore_case, way) for branch in argument[1]]
            if any(some is None for some, _ in branches):
                return None, False
            return frozenset().union(*(some or () for some, _ in branches)), any(e for _, e in branches)
        case "SUBPATTERN":
            _, added, taken, inner = argument
            flagged = (ignore_case or bool(added & re.IGNORECASE)) and not taken & re.IGNORECASE
            return _edge(inner, flagged, way)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            some, empty = _edge(argument[2], ignore_case, way)
            return some, empty or not argument[0]
        case "ATOMIC_GROUP":
            return _edge(argument, ignore_case, way)
        case "ASSERT" | "ASSERT_NOT" | "AT":
            return frozenset(), True
    return None, False


def _shortest(group: Sequence[str]) -> Group:
    """The group without strings that hold another one of it: 图 makes 图片 needless."""
    return tuple(s for s in group if not any(other in s for other in group if other and other != s))


def _worth(group: Iterable[str]) -> float:
    """How often a text holds a string of ``group``: each more character makes one forty times rarer."""
    return sum(40.0 ** (1 - len(each)) if each else 2.0 for each in group)


def _of_sequence(items: Iterable[Any], ignore_case: bool) -> list[Group]:
    groups: list[Group] = []
    run = ""
    for operation, argument in items:
        name = str(operation)
        if name == "LITERAL" and not (ignore_case and _cased(chr(argument))):
            run += chr(argument)
            continue
        if run:
            groups.append((run,))
            run = ""
        groups += _of_item(name, argument, ignore_case)
    return [*groups, (run,)] if run else groups


def _of_item(name: str, argument: Any, ignore_case: bool) -> list[Group]:
    match name:
        case "LITERAL":  # one with a capital and a small form, where case is ignored
            return [(LETTER,)] if chr(argument).isascii() else []
        case "IN":
            return _of_set(argument, ignore_case)
        case "BRANCH":
            return _of_branches(argument[1], ignore_case)
        case "SUBPATTERN":
            _, added, taken, inner = argument
            flagged = (ignore_case or bool(added & re.IGNORECASE)) and not taken & re.IGNORECASE
            return _of_sequence(inner, flagged)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            least, _, inner = argument
            return _of_sequence(inner, ignore_case) if least else []
        case "ATOMIC_GROUP":
            return _of_sequence(argument, ignore_case)
        case "ASSERT" if argument[0] > 0:  # looks ahead; what stands behind may lie before the start
            return _of_sequence(argument[1], ignore_case)
    return []


def _of_set(members: Sequence[tuple[Any, Any]], ignore_case: bool, most: int = _MOST) -> list[Group]:
    found: dict[str, None] = {}
    for operation, argument in members:
        name = str(operation)
        if name not in ("LITERAL", "RANGE"):
            return []
        first, last = (argument, argument) if name == "LITERAL" else argument
        if last - first > 2 * most:
            return []
        for char in map(chr, range(first, last + 1)):
            if ignore_case and _cased(char):
                if not char.isascii():
                    return []
                found[LETTER] = None
            else:
                found[char] = None
    return [tuple(found)] if len(found) <= most else []


def _of_branches(branches: Sequence[Any], ignore_case: bool) -> list[Group]:
    """Groups that hold one of each branch: the best of each, the second best of each, and so on."""
    found = [sorted(_of_sequence(branch, ignore_case), key=_worth) for branch in branches]
    if not all(found):
        return []
    unions = (
        dict.fromkeys(chain.from_iterable(groups[min(rank, len(groups) - 1)] for groups in found))
        for rank in range(max(map(len, found)))
    )
    return [tuple(union) for union in unions if len(union) <= _MOST]


def _cased(char: str) -> bool:
    return char.lower() != char or char.upper() != char or char.casefold() != char
