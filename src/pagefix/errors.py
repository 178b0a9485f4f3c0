"""Exceptions that carry the exit code.

Exit codes are part of the contract: 0 done; 1 ``--check`` found something to do;
2 usage, configuration or rule error; 3 some pages were set aside; 130 interrupted.
"""

from __future__ import annotations


class PagefixError(Exception):
    """What went wrong, where, and how to mend it; the base of all of pagefix's own errors."""

    exit_code = 2

    def __init__(self, what: str, *, place: str = "", remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.place = place
        self.remedy = remedy

    def __str__(self) -> str:
        text = f"{self.place}: {self.what}" if self.place else self.what
        return f"{text} ({self.remedy})" if self.remedy else text

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.what, self.place, self.remedy))


def _rebuild(kind: type[PagefixError], what: str, place: str, remedy: str) -> PagefixError:
    return kind(what, place=place, remedy=remedy)


class UsageError(PagefixError):
    """The call cannot be carried out as given: a missing folder, OUT inside ARCHIVE …"""


class RuleError(PagefixError):
    """A rule file is wrong; the message lists every fault with its line."""


class PageError(PagefixError):
    """One page cannot be read or cleaned; a run sets it aside and goes on."""

    exit_code = 3


class ConservationError(PageError):
    """The books do not balance: a character is nowhere, or twice.  A fault of pagefix's own."""
