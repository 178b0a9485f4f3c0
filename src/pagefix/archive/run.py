"""A run over an archive, edition by edition."""

from __future__ import annotations

import json
import traceback
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from pagefix.archive.folders import Found, editions, find_pages
from pagefix.archive.outdir import Staging, check_places, locked
from pagefix.errors import PageError, UsageError
from pagefix.model import Action, Cleaned, Page
from pagefix.pipeline import clean_edition
from pagefix.reading import read_page
from pagefix.rules import Rules
from pagefix.version import VERSION
from pagefix.writing import article_file_name, article_line, article_markdown, ledger_line, page_line


@dataclass(frozen=True, slots=True)
class Failure:
    """A page that was set aside: why, and the last line of the traceback."""

    page: str
    reason: str
    last: str


@dataclass(slots=True)
class Summary:
    """What a run did: counts by kind, headlines in order, pages set aside, messages."""

    pages: int = 0
    articles: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    characters: Counter[str] = field(default_factory=Counter)
    joins: int = 0
    uncertain: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    headlines: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    def add(self, cleaned: Cleaned) -> None:
        """Counts an edition in."""
        self.pages += len(cleaned.pages)
        self.articles += len(cleaned.articles)
        self.statuses.update(cleaned.statuses.values())
        self.headlines += [
            article.headline or f"({article.id})"
            for article in cleaned.articles[: max(0, 20 - len(self.headlines))]
        ]
        for row in cleaned.ledger:
            self.joins += row.action is Action.JOIN
            self.uncertain += row.action is Action.UNCERTAIN
            if row.action is Action.DROP:
                self.dropped[str(row.reason)] += 1
                self.characters[str(row.reason)] += row.end - row.start


def clean_archive(
    archive: Path,
    out: Path,
    rules: Rules,
    *,
    encoding: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Summary:
    """Cleans every page below ``archive`` into ``out``.

    Pages that cannot be read or cleaned are set aside in ``out/failed.jsonl``; the others
    are done.  Raises :class:`~pagefix.errors.UsageError` for places that cannot be used.
    """
    found = find_pages(archive, rules)
    check_places(archive, out)
    with locked(out):
        staging = Staging(out)
        try:
            summary = _run(found, staging, rules, archive.resolve().name, encoding, progress)
            summary.messages += [
                f"{out / name}: not removed, it was changed since pagefix wrote it"
                for name in staging.publish(rules.version, VERSION)
            ]
        finally:
            staging.discard()
    return summary


def _run(
    found: list[Found],
    staging: Staging,
    rules: Rules,
    source: str,
    encoding: str | None,
    progress: Callable[[int, int], None] | None,
) -> Summary:
    summary = Summary()
    done = 0
    names: set[str] = set()
    rows = {
        name: (staging.folder / name).open("w", encoding="utf-8", newline="")
        for name in ("articles.jsonl", "ledger.jsonl", "pages.jsonl")
    }
    try:
        for _, members in editions(found):
            pages, failures = _read(members, encoding)
            cleaned, more = _clean(pages, rules)
            summary.failures += failures + more
            for part in cleaned:
                summary.add(part)
                _write(part, staging, rows, source, names)
            done += len(members)
            if progress is not None:
                progress(done, len(found))
    finally:
        for stream in rows.values():
            stream.close()
    for name in rows:
        staging.seal(name)
    if summary.failures:
        failed = [{"page": f.page, "reason": f.reason, "traceback": f.last} for f in summary.failures]
        staging.write("failed.jsonl", "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in failed))
    return summary


def _read(members: Sequence[Found], encoding: str | None) -> tuple[list[Page], list[Failure]]:
    pages, failures = [], []
    for found in members:
        try:
            pages.append(
                read_page(
                    found.path, found.relative, edition=found.edition, label=found.label, encoding=encoding
                )
            )
        except PageError as fault:
            failures.append(_failure(found.relative, fault))
    return pages, failures


def _clean(pages: list[Page], rules: Rules) -> tuple[list[Cleaned], list[Failure]]:
    """The edition as one; where that fails, without the pages that fail alone."""
    if not pages:
        return [], []
    try:
        return [clean_edition(pages, rules)], []
    except UsageError:
        raise
    except Exception as fault:
        failures, good = [], []
        for page in pages:
            try:
                clean_edition([page], rules)
                good.append(page)
            except Exception as alone:
                failures.append(_failure(page.path, alone))
        if not failures:
            return [], [_failure(page.path, fault) for page in pages]
        return ([clean_edition(good, rules)] if good else []), failures


def _failure(page: str, fault: Exception) -> Failure:
    reason = str(fault) or type(fault).__name__
    last = traceback.format_exception_only(fault)[-1].strip()
    return Failure(page, reason, last)


def _write(
    cleaned: Cleaned, staging: Staging, rows: Mapping[str, TextIO], source: str, names: set[str]
) -> None:
    for article in cleaned.articles:
        rows["articles.jsonl"].write(article_line(article, source))
        staging.write(_unique(article_file_name(article), names), article_markdown(article))
    for row in cleaned.ledger:
        rows["ledger.jsonl"].write(ledger_line(row))
    for page in cleaned.pages:
        rows["pages.jsonl"].write(page_line(page, cleaned.statuses[page.path]))


def _unique(name: str, names: set[str]) -> str:
    """``name``, or with a number behind it where a file system that folds case would mix two up."""
    stem, n, out = name.removesuffix(".md"), 1, name
    while out.casefold() in names:
        n += 1
        out = f"{stem}-{n}.md"
    names.add(out.casefold())
    return out
