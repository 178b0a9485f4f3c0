"""Headings above which a story has begun that has no headline yet.

Where a headline is set over the middle of its text it is read after the first columns.
Then what stands above shares its words, as it does with a crosshead; but that story has
begun, with its author or its dateline, below another one's end.
"""

from __future__ import annotations

from collections.abc import Sequence

from pagefix.evidence.ends import words
from pagefix.evidence.openings import is_names, opens_report, signs_off
from pagefix.model import Role
from pagefix.rules import Rules
from pagefix.steps.blocks.drafts import Draft

_PROSE = 20
_HEAD = (Role.KICKER, Role.DECK, Role.BYLINE, Role.DATELINE)


def headless(drafts: Sequence[Draft], rules: Rules) -> frozenset[int]:
    """The marked headings above which a story without a headline has begun."""
    found = set()
    begun = prose = False
    # Whether everything since the last heading is its own head: deck, author, dateline.
    in_head = False
    before: Draft | None = None
    # What stands below the last marked heading has no say.
    last = max((at for at, draft in enumerate(drafts) if draft.level and draft.role is None), default=-1)
    for at, draft in enumerate(drafts[: last + 1]):
        if draft.level and draft.role is None:
            if begun and prose:
                found.add(at)
            begun, prose, in_head = False, False, True
        elif draft.lands or draft.role is Role.KICKER:
            begun, prose, in_head = False, False, draft.role is Role.KICKER
        elif not in_head and (begun or _begins(draft, before, rules)):
            begun = True
        elif draft.role not in _HEAD and words(draft.text) > _PROSE:
            in_head = False
        prose = prose or (begun and draft.role in (None, Role.BODY) and words(draft.text) > _PROSE)
        before = draft
    return frozenset(found)


def _begins(draft: Draft, before: Draft | None, rules: Rules) -> bool:
    if draft.role is Role.BYLINE:
        return True
    if draft.role not in (None, Role.BODY):
        return False
    if is_names(draft.text, rules) or opens_report(draft.text, rules):
        return True
    return before is not None and (
        before.role is Role.DATELINE or (before.role in (None, Role.BODY) and signs_off(before.text, rules))
    )
