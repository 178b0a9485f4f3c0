"""Fixing: a page with its damage mended where it stands, everything else as it was."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pagefix.errors import ConservationError
from pagefix.fixing.edits import Keep, Part, composed, starts_of, turned, woven
from pagefix.fixing.findings import ORDER, Finding, Gauge, carried_out, doubtful, out_of_order
from pagefix.fixing.pasteup import paste_up
from pagefix.model import Grouped, Page, Repeat, Role
from pagefix.pipeline import clean_sheet
from pagefix.reading import page_from_text
from pagefix.rules import Rules, load_rules

__all__ = ["Finding", "Fixed", "Keep", "Part", "fix_page", "turned", "woven"]


@dataclass(frozen=True, slots=True)
class Fixed:
    """A page and its text with the damage mended.

    ``edits`` make ``text`` from the page's text: stretches of it that are kept, in their new
    order, and what was put between.  ``findings`` tell what was done, and what was left alone.
    """

    page: Page
    text: str
    findings: tuple[Finding, ...]
    edits: tuple[Part, ...]

    @property
    def changed(self) -> bool:
        """Whether anything was done."""
        return self.text != self.page.text

    @property
    def undo(self) -> tuple[Part, ...]:
        """The way back: parts of ``text``, and what was taken out, that make the page's text again."""
        return turned(self.edits, self.page.text)


def fix_page(page: Page | str, rules: Rules | None = None) -> Fixed:
    """Mends one page, a text or one that was read.

    Repeats go, fragments are joined where the first stood, articles come in order.
    Headings, jump lines, furniture and white space stay; a page without damage keeps every
    character.  What a mended page still shows is mended in the next pass, until a pass finds
    nothing, so that fixing what was fixed changes nothing.  A page that comes to no rest
    (``fixing.most_passes``) is mended with more care, or stays as it was, with a finding that
    says so; so does one that is not written in Chinese (``fixing.least_han``).  ``rules`` are
    the shipped ones if not given.

    Raises :class:`~pagefix.errors.ConservationError` where words would be lost, and
    :class:`~pagefix.errors.PageError` for a text with lone surrogates.
    """
    page = page_from_text(page) if isinstance(page, str) else page
    rules = rules or load_rules()
    if (share := _share_of_han(page.text)) < rules.number("fixing.least_han"):
        return _as_it_was(page, "fixing.least_han", "language", f"only {share:.0%} of it is Chinese")
    if (fixed := _mended(page, rules)) is not None:
        return fixed
    fixed = _mended(page, rules.careful(rules.number("fixing.careful_score")))
    if fixed is not None and _rests(fixed, rules):
        return fixed
    return _as_it_was(page, "fixing.most_passes", "restless", "each pass finds what the one before made")


def _mended(page: Page, rules: Rules) -> Fixed | None:
    """The page mended until a pass finds nothing; None where it comes to no rest, or harms itself."""
    edits: tuple[Part, ...] = (Keep(0, len(page.text)),)
    findings: list[Finding] = []
    at_work = page
    for _ in range(int(rules.number("fixing.most_passes"))):
        gauge = Gauge(page.path, page.text, edits)
        grouped = clean_sheet(at_work, rules)
        if any(_is_refrain(repeat, edits, rules) for repeat in grouped.repeats):
            return None
        pasted = paste_up(
            grouped,
            rules.words("gap_mark")[0],
            reorder=rules.allows(ORDER, rules.number("fixing.order_score")),
        )
        _check(grouped, pasted.parts)
        moves = list(out_of_order(grouped, pasted.moved, rules, gauge)) if rules.chosen(ORDER) else []
        text = woven(pasted.parts, at_work.text)
        if text == at_work.text:
            left = [*doubtful(grouped, gauge), *(move for move in moves if not move.done)]
            return Fixed(page, text, _sorted([*findings, *left]), edits)
        findings += [*carried_out(grouped, gauge), *(move for move in moves if move.done)]
        edits = composed(pasted.parts, edits)
        at_work = replace(page, text=text, raw=None)
    return None


def _is_refrain(repeat: Repeat, edits: Sequence[Part], rules: Rules) -> bool:
    """Whether a join of our own has made a repeat of lines too short to be one."""
    span = repeat.span
    if repeat.of is None or span.end - span.start >= rules.number("fixing.refrain"):
        return False
    first, last = min(span.start, repeat.of.start), max(span.end, repeat.of.end)
    return any(first < at < last for at in starts_of(edits))


def _rests(fixed: Fixed, rules: Rules) -> bool:
    """Whether a page that was mended with care stays as it is when it is mended again."""
    again = _mended(replace(fixed.page, text=fixed.text, raw=None), rules)
    return again is None or not again.changed


_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff〇]")


def _share_of_han(text: str) -> float:
    words = sum(map(str.isalnum, text))
    return len(_HAN.findall(text)) / words if words else 1.0


def _as_it_was(page: Page, rule: str, what: str, why: str) -> Fixed:
    finding = Finding(page.path, 1, 0, len(page.text), rule, what, why, 1.0, done=False)
    return Fixed(page, page.text, (finding,), (Keep(0, len(page.text)),))


def _sorted(findings: list[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(dict.fromkeys(findings), key=lambda f: (f.start, f.end, f.rule)))


def _check(grouped: Grouped, parts: tuple[Part, ...]) -> None:
    """Whether every word stays, once, unless it is a repeat that the findings name, or a tag around one."""
    text = grouped.page.text
    kept = sorted(part for part in parts if isinstance(part, Keep))
    gone = [(repeat.span.start, repeat.span.end) for repeat in grouped.repeats]
    gone += [(mark.start, mark.end) for mark in grouped.loose if mark.role is Role.MARK]
    at = 0
    for start, end in sorted([*kept, *gone]):
        if any(map(str.isalnum, text[at:start])):
            raise _lost(grouped.page, at, f"{text[at:start][:40]!r} would be lost")
        at = max(at, end)
    if any(map(str.isalnum, text[at:])):
        raise _lost(grouped.page, at, f"{text[at:][:40]!r} would be lost")
    at = 0
    for start, end in kept:
        if any(map(str.isalnum, text[start : min(at, end)])):
            raise _lost(grouped.page, start, f"{text[start : min(at, end)][:40]!r} would stand twice")
        at = max(at, end)


def _lost(page: Page, at: int, what: str) -> ConservationError:
    return ConservationError(
        what, place=f"{page.path}@{at}", remedy="this is a fault of pagefix: please report it"
    )
