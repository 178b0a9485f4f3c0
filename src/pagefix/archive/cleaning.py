"""One edition, from its files to its part: what a worker does, in whatever process or thread."""

from __future__ import annotations

import json
import pickle
import traceback
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from pagefix.archive.folders import UNREADABLE, Edition, Found
from pagefix.archive.outdir import Places
from pagefix.archive.parts import Head, PageState, Part, digest_of, read_part
from pagefix.archive.placing import put_edition, recover
from pagefix.archive.stamp import base_of, stamp_with
from pagefix.archive.summary import Failure
from pagefix.errors import PageError, PagefixError, RuleError, UsageError
from pagefix.lessons.facts import NOTHING, Meant, Taught, paper_of
from pagefix.lessons.lesson import Lesson, lesson_from
from pagefix.model import Action, Cleaned, Page
from pagefix.reading import read_page
from pagefix.rules import Rules
from pagefix.writing import (
    article_file_name,
    article_line,
    article_markdown,
    ledger_line,
    page_line,
    unique_name,
)


@dataclass(frozen=True, slots=True)
class Orders:
    """What all editions of a run have in common.

    ``begun``: when it looked at the files, in ns.  ``taught``: what the archive teaches, and in
    short ``taught_as``.
    """

    archive: str
    out: str
    rules: bytes
    rules_version: str
    stamp: str
    source: str
    encoding: str | None
    begun: int
    taught: Taught = NOTHING
    taught_as: str = ""

    def stamp_for(self, edition: str, lesson: str) -> str:
        """The stamp of an edition with this name and lesson: the run's, and what was taught of its lines."""
        if not self.taught:
            return self.stamp
        lines, names = self.taught.within(edition, lesson_from(lesson))
        if not lines and not names:
            return self.stamp
        return stamp_with(self.stamp, [key for line in lines for key in line.keys], names)

    def stamp_of(self, head: Head) -> str:
        """The stamp that an edition with the pages of ``head`` should have."""
        # The lesson of another version, or by other rules, says nothing.
        return self.stamp_for(head.name, head.lesson) if base_of(head.stamp) == self.stamp else self.stamp


class Outcome(StrEnum):
    """What came of an edition: all as before; the same, but newly noted what it was made of; new."""

    KEPT = "kept"
    TOUCHED = "touched"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a worker says when an edition is done; small, for there may be a million."""

    outcome: Outcome
    pages: int
    messages: tuple[str, ...] = ()


def clean_part(
    orders: Orders, edition: Edition, aside: tuple[Failure, ...] = (), apart: bool = False
) -> Receipt:
    """Cleans an edition into its part and its article files, unless both are there already.

    ``aside`` are pages that killed their worker; with ``apart`` each page is cleaned alone.
    Raises :class:`~pagefix.errors.UsageError` where OUT cannot be written.
    """
    places = Places(Path(orders.out))
    messages = recover(places, edition.key)
    part = read_part(places.part(edition.key))
    old = part.head if part is not None else None
    if part is not None and not aside and (outcome := _still_holds(orders, edition, places, part)):
        return Receipt(outcome, len(edition.pages), tuple(messages))
    head, rows, texts = _made(orders, edition, aside, apart)
    same = old is not None and (old.body, old.files) == (head.body, head.files)
    there = head.complete_in(places.out)
    messages += put_edition(places, edition.key, head, rows, orders.begun, texts, old)
    return Receipt(Outcome.TOUCHED if same and there else Outcome.NEW, len(edition.pages), tuple(messages))


def try_page(orders: Orders, edition: Edition, number: int) -> bool:
    """Cleans one page of an edition and throws the result away: that it returns is the answer."""
    pages, _ = _read(orders, [edition.pages[number]], edition.name)
    _clean(pages, _thawed(orders.rules), apart=True)
    return True


def failure_of(page: str, fault: BaseException) -> Failure:
    """The fault as it goes into ``failed.jsonl``."""
    last = traceback.format_exception_only(fault)[-1].strip()
    # What was foreseen says what to do in its own words; of anything else the words alone may say nothing.
    foreseen = isinstance(fault, PagefixError | OSError) and str(fault)
    return Failure(page, str(fault) if foreseen else f"{_FAULT}: {last}", last)


_FAULT = "pagefix failed on this page (please report it with the page)"


def _still_holds(orders: Orders, edition: Edition, places: Places, part: Part) -> Outcome | None:
    """Whether the part and the article files are what this run would make of the edition."""
    head = part.head
    if head.again or not head.made_of(edition, orders.stamp_of(head)) or digest_of(*part.rows) != head.body:
        return None
    if not head.complete_in(places.out):
        return None
    dated = head.dated_as(edition)
    if dated and head.seasoned(part.looked):
        return Outcome.KEPT
    now = tuple(_state(orders, page) for page in edition.pages)
    if [page.sha256 for page in now] != [page.sha256 for page in head.pages]:
        return None
    if dated:
        return Outcome.KEPT
    put_edition(places, edition.key, head.with_pages(now), part.rows, orders.begun, {}, None)
    return Outcome.TOUCHED


def _state(orders: Orders, page: Found, digest: str | None = None) -> PageState:
    if digest is None:
        try:
            digest = sha256((Path(orders.archive) / page.path).read_bytes()).hexdigest()
        except OSError:
            digest = ""
    return PageState(page.path, page.label, page.size, page.changed, digest)


@lru_cache(maxsize=2)
def _thawed(rules: bytes) -> Rules:
    found = pickle.loads(rules)
    assert isinstance(found, Rules)
    return found


# Editions of one paper have mostly the same lines, and rules take 2 ms to make ready.
@lru_cache(maxsize=32)
def _taught(rules: bytes, lines: tuple[Meant, ...], paper: str, names: tuple[str, ...]) -> Rules:
    from pagefix.lessons.entries import entries_of

    found = _thawed(rules)
    return found.taught(entries_of(lines, paper, names)) if lines or names else found


def read_lessons(orders: Orders, editions: Sequence[Edition]) -> list[str]:
    """The lesson of each edition, written down; pages that cannot be read have none."""
    rules = _thawed(orders.rules)
    read = (_read(orders, edition.pages, edition.name)[0] for edition in editions)
    return [_lesson(pages, rules).dumped() for pages in read]


def _lesson(pages: Sequence[Page], rules: Rules) -> Lesson:
    """The lesson of an edition, or none where a pattern fails: then the cleaning says what is wrong."""
    from pagefix.lessons.looking import lesson_of

    try:
        return lesson_of(pages, rules)
    except RuleError:
        return Lesson()


def _made(
    orders: Orders, edition: Edition, aside: Sequence[Failure], apart: bool
) -> tuple[Head, list[bytes], dict[str, bytes]]:
    doomed = {failure.page for failure in aside}
    pages, failures = _read(orders, [page for page in edition.pages if page.path not in doomed], edition.name)
    unread = len(failures)
    lesson = _lesson(pages, _thawed(orders.rules))
    lines, names = orders.taught.within(edition.name, lesson)
    cleaned, more = _clean(pages, _taught(orders.rules, lines, paper_of(edition.name), names), apart)
    order = {page.path: n for n, page in enumerate(edition.pages)}
    failures = sorted([*aside, *failures, *more], key=lambda failure: order[failure.page])
    rows = [
        "".join(article_line(a, orders.source) for part in cleaned for a in part.articles),
        "".join(ledger_line(row) for part in cleaned for row in part.ledger),
        "".join(page_line(p, part.statuses[p.path]) for part in cleaned for p in part.pages),
        "".join(_failure_line(failure) for failure in failures),
    ]
    data = [piece.encode() for piece in rows]
    texts = _texts(cleaned, edition.folder)
    known = {page.path: page.sha256 for page in pages}
    states = tuple(_state(orders, page, known.get(page.path)) for page in edition.pages)
    head = Head(
        stamp=orders.stamp_for(edition.name, lesson.dumped()),
        name=edition.name,
        folder=edition.folder,
        alone=edition.alone,
        pages=states,
        files={name: digest_of(text) for name, text in texts.items()},
        counts=_counts(cleaned, len(failures)),
        sizes=tuple(map(len, data)),
        body=digest_of(*data),
        # A file may be readable and memory free the next time; a fault of the text will not go.
        again=bool(aside) or (unread > 0 and not all(state.sha256 for state in states)),
        lesson=lesson.dumped(),
    )
    return head, data, texts


def _read(orders: Orders, found: Sequence[Found], edition: str) -> tuple[list[Page], list[Failure]]:
    pages, failures = [], []
    for page in found:
        try:
            if page.size == UNREADABLE:
                raise PageError("the file's name is no UTF-8", place=page.path, remedy="rename it")
            path = Path(orders.archive) / page.path
            pages.append(
                read_page(path, page.path, edition=edition, label=page.label, encoding=orders.encoding)
            )
        except PageError as fault:
            failures.append(failure_of(page.path, fault))
    return pages, failures


def _clean(pages: list[Page], rules: Rules, apart: bool) -> tuple[list[Cleaned], list[Failure]]:
    """The edition as one; where that fails, without the pages that fail alone."""
    # Half a second of imports that a run with nothing to do can spare.
    from pagefix.pipeline import clean_edition

    if not pages:
        return [], []
    if not apart:
        try:
            return [clean_edition(pages, rules)], []
        except UsageError:
            raise
        except Exception:
            pass
    good, cleaned, failures = _one_by_one(pages, rules)
    if good and failures and not apart:
        try:
            return [clean_edition(good, rules)], failures
        except Exception:
            pass
    # They do not go together, but each goes alone: no jump is followed, and nothing is lost.
    return cleaned, failures


def _one_by_one(pages: Sequence[Page], rules: Rules) -> tuple[list[Page], list[Cleaned], list[Failure]]:
    from pagefix.pipeline import clean_edition

    good, cleaned, failures = [], [], []
    for page in pages:
        try:
            cleaned.append(clean_edition([page], rules))
            good.append(page)
        except Exception as fault:
            failures.append(failure_of(page.path, fault))
    return good, cleaned, failures


def _texts(cleaned: Sequence[Cleaned], folder: str) -> dict[str, bytes]:
    """Name and content of each article's file."""
    texts: dict[str, bytes] = {}
    taken: set[str] = set()
    for part in cleaned:
        for article in part.articles:
            name = article_file_name(article).rpartition("/")[2]
            name = unique_name(f"{folder}/{name}" if folder else name, taken)
            texts[name] = article_markdown(article).encode()
    return texts


def _failure_line(failure: Failure) -> str:
    row = {"page": failure.page, "reason": failure.reason, "traceback": failure.last}
    return json.dumps(row, ensure_ascii=False).encode("utf-8", "backslashreplace").decode() + "\n"


def _counts(cleaned: Sequence[Cleaned], failed: int) -> Mapping[str, Any]:
    dropped, characters = Counter[str](), Counter[str]()
    joins = uncertain = 0
    for part in cleaned:
        for row in part.ledger:
            joins += row.action is Action.JOIN
            uncertain += row.action is Action.UNCERTAIN
            if row.action is Action.DROP:
                dropped[str(row.reason)] += 1
                characters[str(row.reason)] += row.end - row.start
    return {
        "pages": sum(len(part.pages) for part in cleaned),
        "articles": sum(len(part.articles) for part in cleaned),
        "failed": failed,
        "joins": joins,
        "uncertain": uncertain,
        "dropped": dict(sorted(dropped.items())),
        "characters": dict(sorted(characters.items())),
        "statuses": dict(sorted(Counter(s for part in cleaned for s in part.statuses.values()).items())),
    }
