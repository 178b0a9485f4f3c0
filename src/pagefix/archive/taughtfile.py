"""The file in OUT that says what the archive taught."""

from __future__ import annotations

from pagefix.archive.outdir import Places, write_whole
from pagefix.archive.parts import digest_of
from pagefix.errors import RuleError
from pagefix.lessons.facts import FILE, Taught
from pagefix.rules.entries import Entry
from pagefix.rules.files import read_rules


def told_of(taught: Taught) -> str:
    """What was taught in short: it differs where the file differs."""
    return digest_of(_text(taught))


def stands_as(places: Places, short: str) -> bool:
    """Whether the file that says what was taught is there as :func:`told_of` has it."""
    path = places.out / FILE
    return digest_of(path.read_bytes() if path.exists() else b"") == short


def put_file(places: Places, taught: Taught, before: str) -> None:
    """Writes down what was taught, where that is not there already; ``before``: what the last run noted."""
    path = places.out / FILE
    text = _text(taught)
    if text and not stands_as(places, digest_of(text)):
        write_whole(path, text.decode())
    elif not text and before:
        path.unlink(missing_ok=True)


def _text(taught: Taught) -> bytes:
    # Numpy and the like, which a run that has nothing to do can spare.
    from pagefix.lessons.entries import rule_file

    return rule_file(taught).encode()


def taught_entries(places: Places) -> tuple[Entry, ...]:
    """The rules of the file; none where it is missing, or no longer a rule file."""
    path = places.out / FILE
    try:
        return read_rules(path) if path.is_file() else ()
    except (RuleError, OSError):
        return ()
