"""Layouts: what a page's path says about its paper, its date and its label."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

from pagefix.errors import UsageError
from pagefix.matching.labels import normal_label
from pagefix.rules import Pattern, Rules
from pagefix.rules.patterns import first_of

_NUMBERS = re.compile(r"(\d+)")
_ENDING = re.compile(r"\.[^./]+\Z")
_PREFIX = "layout."


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page belongs: its edition (paper and date) and its label in there."""

    edition: str
    label: str


def place_finder(rules: Rules, layout: str | None = None) -> Callable[[str], Place]:
    """A function that gives the place of a page by its path relative to the archive.

    ``layout`` names the one pattern to use (``date_folder`` or ``layout.date_folder``); the
    first that matches is taken otherwise.  A page that none matches belongs to its folder.
    Raises :class:`~pagefix.errors.UsageError` for a layout that the rules do not know.
    """
    patterns = rules.patterns("edition_path")
    if layout is not None:
        patterns = (_named(layout, patterns),)
    patterns = first_of(patterns)
    labels = rules.patterns("page_label")

    @lru_cache(maxsize=4096)
    def label_of(name: str) -> str:
        for pattern in labels:
            if found := pattern.fullmatch(name):
                return str(found["label"])
        return name

    def place_of(relative: str) -> Place:
        stem = _ENDING.sub("", relative)
        for pattern in patterns:
            if found := pattern.fullmatch(stem):
                groups = found.groupdict()
                date = f"{groups['year']}-{int(groups['month']):02d}-{int(groups['day']):02d}"
                paper = (groups.get("paper") or "").strip("/")
                return Place(f"{paper}/{date}" if paper else date, label_of(groups["page"]))
        folder, _, name = stem.rpartition("/")
        return Place(folder, label_of(name))

    return place_of


def _named(layout: str, patterns: tuple[Pattern, ...]) -> Pattern:
    known = {pattern.id: pattern for pattern in patterns}
    for name in (layout, _PREFIX + layout):
        if name in known:
            return known[name]
    names = [name.removeprefix(_PREFIX) for name in known]
    near = get_close_matches(layout.removeprefix(_PREFIX), names, n=1, cutoff=0.5)
    raise UsageError(
        f"no layout is called {layout!r}",
        remedy=f"did you mean {near[0]}?" if near else f"there are {', '.join(names)}",
    )


@lru_cache(maxsize=4096)
def reading_order(text: str) -> bytes:
    """A key whose order is that of the numbers in ``text``: A2 before A10, 第二版 beside 02.

    Bytes, so that a database can sort by it.
    """
    parts = _NUMBERS.split(normal_label(text) if len(text) <= 12 else text)
    out = bytearray()
    for n, part in enumerate(parts):
        if n % 2:
            digits = str(int(part)).encode() if len(part) < 1000 else part.encode()
            out += b"\x01%04d" % len(digits) + digits
        elif part:
            out += b"\x02" + part.encode("utf-8", "surrogatepass") + b"\x00"
    return bytes(out)
