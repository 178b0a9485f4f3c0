"""Rows of blocks: the same ones again and again, and what stands around a second reading.

A model that loops writes a few short paragraphs over and over; one that reads a story again writes its
headline and its author's name again too.  Alone each of these may recur by right.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from rapidfuzz import fuzz

from pagefix.model import Reason
from pagefix.rules import Rules
from pagefix.steps.repeats.judge import Finding
from pagefix.steps.repeats.texts import Text

# A loop of more blocks is one of whole paragraphs, which are found one by one.
_PERIODS = range(1, 7)
# Twice is a refrain, or a printer's slip.
_TIMES = 3
# A list counts on while its words stand still.
_NUMBER = re.compile(r"\A[0-9一二三四五六七八九十]{1,3}")
# A copy that was cut off says less than this by chance.
_CUT_OFF = 4


def in_a_row(texts: Sequence[Text], rules: Rules) -> Iterator[Finding]:
    """Blocks that stand three times and more right behind themselves, all but the first of each.

    ``texts`` are all blocks of the page, in order.  Together they must have so many word characters
    as ``repeats.least_in_a_row`` says; a last copy that was cut off goes too.
    """
    least = rules.number("repeats.least_in_a_row")
    keys = [_NUMBER.sub("", text.key.text) for text in texts]
    at = 0
    while at < len(texts):
        period, end = next(
            ((period, end) for period in _PERIODS if (end := _row(keys, at, period, least))), (0, at + 1)
        )
        for n in range(at + period, end) if period else ():
            yield _copy(texts[n], texts[at + (n - at) % period], Reason.STUTTER, "repeats.stutter")
        at = end


def _row(keys: Sequence[str], at: int, period: int, least: float) -> int:
    """Where the copies end of the ``period`` blocks that begin at ``at``; 0 where there are too few."""
    end = at + period
    while end < len(keys) and keys[end] and keys[end] == keys[end - period]:
        end += 1
    end -= (end - at) % period
    if end - at < _TIMES * period or sum(map(len, keys[at:end])) < least:
        return 0
    if end < len(keys) and len(keys[end]) >= _CUT_OFF and keys[end - period].startswith(keys[end]):
        end += 1
    return end


def read_along(
    texts: Sequence[Text], copies: Mapping[int, int], gone: Collection[int], rules: Rules
) -> Iterator[Finding]:
    """What stands around a second reading as it does around the first: its headline, author, short lines.

    ``copies`` gives for each block that goes as a whole the one that stays, by their places on the page;
    ``gone`` are all blocks of which something goes.
    """
    place = {text.at: n for n, text in enumerate(texts)}
    taken = set(gone)
    alike = rules.number("repeats.least_alike")
    for copy, kept in sorted(copies.items()):
        for step in (-1, 1):
            one, other = place[copy] + step, place[kept] + step
            while min(one, other) >= 0 and max(one, other) < len(texts):
                mine, theirs = texts[one], texts[other]
                if mine.at in taken or theirs.at in taken or mine.block.role is not theirs.block.role:
                    break
                if fuzz.ratio(mine.key.text, theirs.key.text) < alike:
                    break
                taken.add(mine.at)
                yield _copy(mine, theirs, Reason.DUPLICATE, "repeats.duplicate")
                one, other = one + step, other + step


def _copy(text: Text, kept: Text, reason: Reason, rule: str) -> Finding:
    whole = 0, len(text.block.text)
    return Finding(text, *whole, kept, (0, len(kept.block.text)), reason, 0.97, rule)
