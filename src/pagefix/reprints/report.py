"""Rows of ``reprints.jsonl``: a line a cluster, with what each printing is and how it differs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from pagefix.matching.batches import Ints
from pagefix.reprints.candidates import distinct
from pagefix.reprints.clusters import Kinds, kind_of, kind_of_cluster, representative
from pagefix.reprints.index import Index
from pagefix.reprints.pairbook import put
from pagefix.reprints.places import Places
from pagefix.reprints.rows import read_rows
from pagefix.reprints.segments import take_keys
from pagefix.reprints.verification import Aligned, align, some
from pagefix.writing.linebook import Lines


class Row(NamedTuple):
    """A line of the report, and what others ask of it: the name and the kind of its cluster."""

    line: str
    cluster: str
    kind: str


@dataclass(frozen=True, slots=True)
class Reporter:
    """What rows are made from.  ``names`` are the archives' names, empty for a single one."""

    index: Index
    places: Places
    scans: Sequence[Lines]
    names: Sequence[str]
    kinds: Kinds
    paragraphs: bool

    def rows(self, groups: Sequence[Ints], known: Mapping[str, Row]) -> list[Row]:
        """A row for each group; rows of ``known`` whose members are what they were are taken over."""
        stamps = [self._stamp(group) for group in groups]
        fresh = [n for n, stamp in enumerate(stamps) if stamp not in known]
        made = dict(zip(fresh, self._made([groups[n] for n in fresh]), strict=True))
        return [
            known[stamp] if n not in made else _as_row({**made[n], "made_from": stamp})
            for n, stamp in enumerate(stamps)
        ]

    def _stamp(self, group: Ints) -> str:
        """Whatever a row is made from, as one name."""
        members = [self.places.digest[group].tolist(), self.places.part[group].tolist()]
        names = [self.names[n] for n in self.places.archive[group].tolist()]
        text = json.dumps([members, names, self.kinds.whole, self.kinds.teaser, self.paragraphs])
        return blake2b(text.encode(), digest_size=8).hexdigest()

    def _made(self, groups: Sequence[Ints]) -> Iterator[dict[str, Any]]:
        if not groups:
            return
        texts = np.concatenate(groups)
        chiefs = np.concatenate(
            [np.full(len(group), group[representative(self.places.size[group])]) for group in groups]
        )
        found = self.index.book.known(texts, chiefs)
        # Most printings were aligned with their representative when they were found to be printings.
        asked = np.flatnonzero((found.longest < 0) & (texts != chiefs))
        once = distinct(np.concatenate([texts[asked], chiefs[asked]]))
        keys = take_keys(self.index.segments, once)
        fresh = align(keys, np.searchsorted(once, texts[asked]), np.searchsorted(once, chiefs[asked]))
        put(found, asked, fresh)
        ends = np.cumsum([0, *map(len, groups)]).tolist()
        for (low, high), group in zip(pairwise(ends), groups, strict=True):
            yield self._row(group, some(found, slice(low, high)))

    def _row(self, group: Ints, aligned: Aligned) -> dict[str, Any]:
        """One row.

        ``score`` is the share of the shorter text that it has in common with the representative;
        ``missing`` and ``added`` count word characters that only the representative, or only the
        printing, has.
        """
        articles = [self._article(text) for text in group.tolist()]
        size = self.places.size[group]
        chief = representative(size)
        members = []
        for n, article in enumerate(articles):
            member = self._member(int(group[n]), article)
            if n != chief:
                share, whole = float(aligned.first[n]), float(aligned.second[n])
                member["kind"] = self._kind(group, n, chief, articles, (share, whole))
                member["score"] = round(max(share, whole), 4)
                missing, added = round(int(size[chief]) * (1 - whole)), round(int(size[n]) * (1 - share))
                member["differs"] = self._differences(article, articles[chief], missing, added)
            members.append(member)
        others = [member for member in members if "kind" in member]
        return {
            "cluster": self._name(members[0]),
            "kind": kind_of_cluster([member["kind"] for member in others]),
            "representative": members[chief]["id"],
            "score": min(member["score"] for member in others),
            "members": members,
        }

    def _article(self, text: int) -> dict[str, Any]:
        lines = self.scans[int(self.places.archive[text])]
        at = int(self.places.line[text])
        (row,) = read_rows(lines.path, [int(lines.starts[at])], [int(lines.ends[at])])
        return row

    def _member(self, text: int, article: Mapping[str, Any]) -> dict[str, Any]:
        member: dict[str, Any] = {"id": article["id"]}
        if name := self.names[int(self.places.archive[text])]:
            member["archive"] = name
        if self.paragraphs:
            member["block"] = int(self.places.part[text])
        return {**member, "edition": article.get("edition", "")}

    def _name(self, member: Mapping[str, Any]) -> str:
        """A cluster is called after its first printing, which later days leave what it is."""
        name = f"{member['archive']}:{member['id']}" if "archive" in member else str(member["id"])
        return f"{name}#{member['block']}" if self.paragraphs else name

    def _kind(
        self,
        group: Ints,
        n: int,
        chief: int,
        articles: Sequence[Mapping[str, Any]],
        shares: tuple[float, float],
    ) -> str:
        one, other = articles[n], articles[chief]
        archive = self.places.archive[group]
        same_edition = archive[n] == archive[chief] and one.get("edition") == other.get("edition")
        day = one.get("created")
        same_day = same_edition or bool(day and day == other.get("created"))
        size = int(self.places.size[group[n]])
        return kind_of(*shares, size, bool(same_day), bool(same_edition), self.kinds)

    def _differences(
        self, one: Mapping[str, Any], other: Mapping[str, Any], missing: int, added: int
    ) -> dict[str, Any]:
        out: dict[str, Any] = {}
        if not self.paragraphs and one.get("headline", "") != other.get("headline", ""):
            out["headline"] = one.get("headline", "")
        if missing:
            out["missing"] = missing
        if added:
            out["added"] = added
        return out


def _as_row(row: Mapping[str, Any]) -> Row:
    line = json.dumps(row, ensure_ascii=False, separators=(", ", ": ")) + "\n"
    return Row(line, row["cluster"], row["kind"])


def kept_rows(path: Path) -> dict[str, Row]:
    """The rows of an older report by what they were made from; none if it is unreadable."""
    kept = {}
    try:
        for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
            row = json.loads(line)
            kept[row["made_from"]] = Row(line, row["cluster"], row["kind"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return kept
