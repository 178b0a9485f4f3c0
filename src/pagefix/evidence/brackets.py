"""Quotes and brackets that stay open, or close what was never opened."""

from __future__ import annotations

import re
from functools import lru_cache

OPENERS = "“‘（(《〈「『【〔［["
CLOSERS = "”’）)》〉」』】〕］]"
_OPENED_BY = dict(zip(CLOSERS, OPENERS, strict=True))


_BRACKETS = re.compile(f"[{re.escape(OPENERS + CLOSERS)}]")


@lru_cache(maxsize=4096)
def balance(text: str) -> tuple[int, int]:
    """How many brackets and quotes ``text`` leaves open, and how many it closes unopened.

    A closer that fits an outer bracket closes the inner ones with it: damaged text drops
    one of a pair often enough that the outer one should not suffer for it.
    """
    open_now: list[str] = []
    unopened = 0
    for char in _BRACKETS.findall(text):
        if char in OPENERS:
            open_now.append(char)
        elif (opener := _OPENED_BY[char]) in open_now:
            while open_now.pop() != opener:
                pass
        else:
            unopened += 1
    return len(open_now), unopened
