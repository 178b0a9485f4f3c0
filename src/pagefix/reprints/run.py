"""Reprints of one or many cleaned archives: the whole trip, from ``articles.jsonl`` to the marks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

import numpy as np

from pagefix.errors import UsageError
from pagefix.matching.batches import Ints
from pagefix.reprints.clusters import Edges, Kinds, find_clusters
from pagefix.reprints.index import Index, clear_leftovers, open_index, save_index
from pagefix.reprints.judging import Measures, measures_of, one_text, worth_aligning
from pagefix.reprints.marking import PARAGRAPHS, REPRINTS, Put, mark_articles, replace_file, write_report
from pagefix.reprints.places import Places, places_of
from pagefix.reprints.report import Reporter, kept_rows
from pagefix.reprints.rows import read_rows, scan
from pagefix.reprints.scheme import Scheme, scheme_of
from pagefix.reprints.update import Bounds, update
from pagefix.reprints.verification import some
from pagefix.reprints.workers import Hands, Workers
from pagefix.rules import Rules
from pagefix.writing.linebook import Lines

_HOME = Path(".pagefix") / "reprints"


@dataclass(frozen=True, slots=True)
class Found:
    """What a run found: articles compared, clusters, their members, and how many of each kind."""

    articles: int = 0
    texts: int = 0
    clusters: int = 0
    members: int = 0
    kinds: Counter[str] = field(default_factory=Counter)


def find_reprints(
    outs: Sequence[Path],
    rules: Rules,
    *,
    paragraphs: bool = False,
    workers: Workers | None = None,
    memory: int | None = None,
    rebuild: bool = False,
    put: Put = replace_file,
) -> Found:
    """Finds what was printed more than once in the articles of ``outs``, and marks it.

    Every ``articles.jsonl`` gets its clusters, and beside it stands ``reprints.jsonl``.  With
    ``paragraphs`` the paragraphs are compared instead: that marks nothing and writes
    ``reprinted-paragraphs.jsonl``.  The index is kept in the first of ``outs``; ``rebuild``
    makes it anew.  ``memory`` bounds the bytes of seeds grouped in memory.  ``put`` moves a
    finished file to its place: whoever keeps books of OUT takes note there.

    Raises :class:`~pagefix.errors.UsageError` where a folder holds no cleaned archive, or the
    index was made by another scheme or is damaged.
    """
    if len({out.resolve() for out in outs}) < len(outs):
        raise UsageError("one folder is named twice", place=str(outs[0]), remedy="name each once")
    unit = "paragraph" if paragraphs else "article"
    scheme, measures = scheme_of(unit, rules), measures_of(unit, rules)
    scans = [scan(out, number, anew=rebuild) for number, out in enumerate(outs)]
    folder = _index_folder(outs, unit)
    if rebuild and folder.is_dir():
        clear_leftovers(folder, set())
    index = open_index(folder, scheme)
    if index.segments or sum(map(len, scans)) > 1:
        index, changed = update(index, scans, scheme, measures, workers or Hands(), Bounds(memory))
        if changed:
            index = save_index(index, scheme)
    places = places_of(index, scans)
    kinds = Kinds(rules.number("reprints.whole") / 100, int(rules.number("reprints.teaser")))
    groups = _groups(index, places, scheme, measures, kinds)
    if paragraphs:
        groups = [group for group in groups if _articles(places, group) > 1]
    reporter = Reporter(index, places, scans, _names(outs, scans), kinds, paragraphs)
    return _written(outs, reporter, groups, put)


def _articles(places: Places, group: Ints) -> int:
    return len(set(zip(places.archive[group].tolist(), places.line[group].tolist(), strict=True)))


def _index_folder(outs: Sequence[Path], unit: str) -> Path:
    """An archive's own index, or the one that it has together with certain others."""
    if len(outs) == 1:
        return outs[0] / _HOME / unit
    others = "\n".join(str(out.resolve()) for out in outs[1:])
    return outs[0] / _HOME / f"{unit}-with-{blake2b(others.encode(), digest_size=4).hexdigest()}"


def _groups(index: Index, places: Places, scheme: Scheme, measures: Measures, kinds: Kinds) -> list[Ints]:
    """The clusters that the pair book stands for."""
    book = index.book
    # Nine pairs in ten were never worth an alignment.
    book = book.rows(np.flatnonzero(book.aligned.longest >= 0))
    found = book.evidence(index.column("seeds"))
    yes = worth_aligning(found, measures) & one_text(found, book.aligned, scheme, measures)
    if not yes.any():
        return []
    known = some(book.aligned, yes)
    edges = Edges(found.first[yes], found.second[yes], known.first, known.second, known.alike)
    return find_clusters(edges, places.rank, places.size, kinds.whole)


def _written(outs: Sequence[Path], reporter: Reporter, groups: Sequence[Ints], put: Put) -> Found:
    """Writes the report of each archive and marks its articles."""
    name = PARAGRAPHS if reporter.paragraphs else REPRINTS
    marks: list[dict[int, str]] = [{} for _ in outs]
    reports: list[list[str]] = [[] for _ in outs]
    counts: Counter[str] = Counter()
    places = reporter.places
    for group, row in zip(groups, reporter.rows(groups, kept_rows(outs[0] / name)), strict=True):
        counts[row.kind] += 1
        archives = places.archive[group].tolist()
        for archive in sorted(set(archives)):
            reports[archive].append(row.line)
        for archive, at in zip(archives, places.line[group].tolist(), strict=True):
            marks[archive][at] = row.cluster
    for number, out in enumerate(outs):
        aside = out / _HOME
        aside.mkdir(parents=True, exist_ok=True)
        write_report(out / name, reports[number], aside)
        if not reporter.paragraphs:
            mark_articles(out, reporter.scans[number], marks[number], aside, put, keep=not number)
    return Found(sum(map(len, reporter.scans)), len(places), len(groups), sum(map(len, groups)), counts)


def _names(outs: Sequence[Path], scans: Sequence[Lines]) -> list[str]:
    """How members name their archive: by its source, with a number where two have one; empty where
    there is only one archive."""
    if len(outs) == 1:
        return [""]
    names: list[str] = []
    for out, lines in zip(outs, scans, strict=True):
        name = out.name
        if len(lines):
            (row,) = read_rows(lines.path, [int(lines.starts[0])], [int(lines.ends[0])])
            name = row.get("source") or name
        n = 1 + sum(other == name or other.startswith(f"{name}~") for other in names)
        names.append(name if n == 1 else f"{name}~{n}")
    return names
