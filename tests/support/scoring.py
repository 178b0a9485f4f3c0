"""How right a cleaned edition is, figure by figure.

All figures count word characters (letters, digits, Han characters): punctuation, white space
and Markdown marks never decide one.  Counts of several editions add up; the figures are
worked out of the sums.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from pagefix.model import REPEATS, Action, Article, Cleaned, Role, Span
from tests.support.gold import GoldArticle, GoldEdition

Place = tuple[str, int]
"""A character of the archive: page and offset."""

RUNNING = frozenset({"body", "crosshead", "byline", "dateline", "note", "deck", "table"})
"""The roles that make up an article's running text; which of them a line is, ``roles`` says."""

_ALIKE = 0.98


@dataclass
class Hits:
    """Right, too many, missing."""

    right: float = 0
    excess: float = 0
    missing: float = 0

    def __iadd__(self, other: Hits) -> Hits:
        self.right += other.right
        self.excess += other.excess
        self.missing += other.missing
        return self

    @property
    def f1(self) -> float:
        """Twice the right over all that was asked for and all that was given; 1.0 where nothing was."""
        all_of_both = 2 * self.right + self.excess + self.missing
        return 2 * self.right / all_of_both if all_of_both else 1.0


@dataclass
class Score:
    """Counts; the properties are the figures."""

    articles: int = 0
    perfect: int = 0
    characters: int = 0
    precise: float = 0.0
    recalled: float = 0.0
    seams: Hits = field(default_factory=Hits)
    dups: Hits = field(default_factory=Hits)
    jumps: Hits = field(default_factory=Hits)
    by_role: dict[str, Hits] = field(default_factory=lambda: defaultdict(Hits))
    lost: int = 0
    doubled: int = 0
    imperfect: list[str] = field(default_factory=list)

    def __iadd__(self, other: Score) -> Score:
        for name in ("articles", "perfect", "characters", "precise", "recalled", "lost", "doubled"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("seams", "dups", "jumps"):
            setattr(self, name, getattr(self, name).__iadd__(getattr(other, name)))
        for role, hits in other.by_role.items():
            self.by_role[role] += hits
        self.imperfect += other.imperfect
        return self

    @property
    def bcubed(self) -> float:
        """F1 of which character shares its article with which."""
        precision, recall = self.precise / (self.characters or 1), self.recalled / (self.characters or 1)
        return 2 * precision * recall / (precision + recall) if precision + recall else 0.0

    @property
    def roles(self) -> float:
        """Mean F1 of the roles that occur."""
        asked = [hits.f1 for hits in self.by_role.values() if hits.right + hits.missing]
        return sum(asked) / len(asked) if asked else 1.0

    def figures(self) -> dict[str, float]:
        """Every figure by its name, between 0 and 1; ``lost`` counts characters and must be 0.

        ``kept`` is the share of the articles' characters that were not thrown out as repeats.
        """
        return {
            "perfect": self.perfect / (self.articles or 1),
            "bcubed": self.bcubed,
            "seams": self.seams.f1,
            "dups": self.dups.f1,
            "jumps": self.jumps.f1,
            "roles": self.roles,
            "kept": 1 - self.dups.excess / (self.characters or 1),
            "lost": self.lost + self.doubled,
        }


class Sheets:
    """The pages' texts, asked by span."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = texts
        self._words = {page: [at for at, c in enumerate(text) if c.isalnum()] for page, text in texts.items()}

    def places(self, spans: Iterable[Span]) -> list[Place]:
        """The word characters under ``spans``, in their order."""
        found: list[Place] = []
        for page, start, end in spans:
            words = self._words[page]
            found += ((page, at) for at in words[bisect_left(words, start) : bisect_left(words, end)])
        return found

    def words(self, places: Iterable[Place]) -> str:
        return "".join(self.texts[page][at] for page, at in places)

    def seams(self, places: Sequence[Place]) -> Iterator[tuple[Place, Place]]:
        """Neighbours in a paragraph that are none on the page: words, or a blank line, lie between."""
        for before, after in pairwise(places):
            if before[0] != after[0] or after[1] < before[1] or self._parted(before, after):
                yield before, after

    def _parted(self, before: Place, after: Place) -> bool:
        between = self.texts[before[0]][before[1] + 1 : after[1]]
        lines = between.split("\n")
        return any(map(str.isalnum, between)) or any(not line.strip() for line in lines[1:-1])


@dataclass
class _Truth:
    article: dict[Place, str] = field(default_factory=dict)
    role: dict[Place, str] = field(default_factory=dict)
    must_go: set[Place] = field(default_factory=set)
    may_go: set[Place] = field(default_factory=set)


def score(gold: GoldEdition, cleaned: Cleaned) -> Score:
    """Weighs one edition against what is true of it."""
    sheets = Sheets(gold.texts())
    everything = sheets.places(Span(page.path, 0, len(page.text)) for page in gold.pages)
    dropped: dict[Place, str] = {}
    for row in cleaned.ledger:
        if row.action is Action.DROP:
            dropped |= dict.fromkeys(sheets.places([Span(row.page, row.start, row.end)]), row.reason)
    home: dict[Place, tuple[str, str]] = {}
    doubled = 0
    for article in cleaned.articles:
        for block in article.blocks:
            for place in sheets.places(block.spans):
                doubled += place in home or place in dropped
                home[place] = (article.id, block.role)
    truth = _truth(gold, sheets, dropped)
    lost = sum(place not in home and place not in dropped for place in everything)
    result = Score(articles=len(gold.articles), lost=lost, doubled=doubled)
    gone = {place for place, reason in dropped.items() if reason in REPEATS}
    result.dups = Hits(
        len(gone & truth.must_go),
        len(gone - truth.must_go - truth.may_go),
        len(truth.must_go - gone),
    )
    _weigh_roles(result, truth, home, dropped)
    best = _weigh_grouping(result, truth, home)
    _weigh_seams(result, gold, cleaned, sheets, truth)
    _weigh_articles(result, gold, cleaned, sheets, truth, best)
    return result


def _truth(gold: GoldEdition, sheets: Sheets, dropped: Mapping[Place, str]) -> _Truth:
    truth = _Truth()
    for planted in gold.planted:
        copy, kept = sheets.places([planted.span]), sheets.places([planted.of])
        if planted.either and sum(p in dropped for p in kept) > sum(p in dropped for p in copy):
            copy = kept
        (truth.may_go if planted.optional else truth.must_go).update(copy)
    for place in sheets.places(gold.furniture):
        truth.role[place] = "furniture"
    for article in gold.articles:
        for block in article.blocks:
            for place in sheets.places(block.spans):
                truth.role[place] = block.role
                if block.role != "jump":
                    truth.article[place] = article.name
    for place in truth.must_go | truth.may_go:
        truth.article.pop(place, None)
        truth.role.pop(place, None)
    return truth


def _weigh_roles(
    result: Score, truth: _Truth, home: Mapping[Place, tuple[str, str]], dropped: Mapping[Place, str]
) -> None:
    for place, role in truth.role.items():
        said = home[place][1] if place in home else dropped.get(place, "lost")
        if said == role:
            result.by_role[role].right += 1
        else:
            result.by_role[role].missing += 1
            result.by_role[said].excess += 1


def _weigh_grouping(result: Score, truth: _Truth, home: Mapping[Place, tuple[str, str]]) -> dict[str, str]:
    """Enters the B-cubed sums; returns the found article that holds most of each true one."""
    shared = Counter((name, home[place][0]) for place, name in truth.article.items() if place in home)
    true_size = Counter(truth.article.values())
    found_size = Counter(home[place][0] for place in truth.article if place in home)
    alone = Counter(name for place, name in truth.article.items() if place not in home)
    result.characters = len(truth.article)
    # A character that lies in no found article stands alone there: precise, but it recalls only itself.
    result.precise = sum(n * n / found_size[found] for (_, found), n in shared.items()) + alone.total()
    result.recalled = sum(n * n / true_size[name] for (name, _), n in shared.items())
    result.recalled += sum(n / true_size[name] for name, n in alone.items())
    best: dict[str, str] = {}
    for (name, found), n in shared.items():
        if name not in best or n > shared[name, best[name]]:
            best[name] = found
    return best


def _weigh_seams(result: Score, gold: GoldEdition, cleaned: Cleaned, sheets: Sheets, truth: _Truth) -> None:
    true = {seam for a in gold.articles for seam in _seams_of(a, sheets, truth.must_go | truth.may_go)}
    found = {
        seam
        for article in cleaned.articles
        for block in article.blocks
        if block.role is Role.BODY
        for seam in sheets.seams([p for p in sheets.places(block.spans) if p not in truth.may_go])
    }
    body = {place for place, role in truth.role.items() if role == "body"}
    found = {seam for seam in found if seam[0] in body or seam[1] in body}
    result.seams = Hits(len(found & true), len(found - true), len(true - found))


def _seams_of(article: GoldArticle, sheets: Sheets, repeats: set[Place]) -> Iterator[tuple[Place, Place]]:
    for block in article.blocks:
        if block.role == "body":
            yield from sheets.seams([p for p in sheets.places(block.spans) if p not in repeats])


def _weigh_articles(
    result: Score,
    gold: GoldEdition,
    cleaned: Cleaned,
    sheets: Sheets,
    truth: _Truth,
    best: Mapping[str, str],
) -> None:
    by_id = {article.id: article for article in cleaned.articles}
    repeats = truth.must_go | truth.may_go
    for article in gold.articles:
        found = by_id.get(best.get(article.name, ""))
        fault = _fault(article, found, sheets, repeats, truth.may_go)
        if fault:
            result.imperfect.append(f"{gold.name}/{article.name}: {fault}")
        else:
            result.perfect += 1
        pages = {p[0] for b in article.blocks if b.role == "body" for p in sheets.places(b.spans)}
        if len(pages) > 1:
            linked = found is not None and pages <= {s.page for b in _bodies(found) for s in b}
            result.jumps += Hits(linked, 0, not linked)
    for candidate in cleaned.articles:
        # Linked over pages, but what lies on them is mostly not one article: a wrong jump.
        on_page: dict[str, Counter[str]] = defaultdict(Counter)
        for spans in _bodies(candidate):
            for place in sheets.places(spans):
                if place in truth.article:
                    on_page[place[0]][truth.article[place]] += 1
        mostly = {names.most_common(1)[0][0] for names in on_page.values()}
        result.jumps.excess += len(on_page) > 1 and len(mostly) > 1


def _bodies(article: Article) -> Iterator[tuple[Span, ...]]:
    return (block.spans for block in article.blocks if block.role is Role.BODY)


def _fault(
    true: GoldArticle, found: Article | None, sheets: Sheets, repeats: set[Place], optional: set[Place]
) -> str:
    """Why an article is not perfect; empty where it is."""
    from rapidfuzz.distance import Indel

    if found is None:
        return "nothing of it was found"
    flow, heads = [], []
    for block in true.blocks:
        places = [place for place in sheets.places(block.spans) if place not in repeats]
        if block.role in RUNNING and places:
            flow.append(places)
        if block.role == "headline":
            heads.append(sheets.words(places))
    given, head = [], ""
    for part in found.blocks:
        places = [place for place in sheets.places(part.spans) if place not in optional]
        if part.role in RUNNING and places:
            given.append(places)
        if part.role is Role.HEADLINE:
            head += sheets.words(places)
    if heads and head not in heads and head != "".join(heads):
        return f"headline is {head[:30]!r}, not {heads[0][:30]!r}"
    for should, block_places in zip(flow, given, strict=False):
        if Indel.normalized_similarity(should, block_places) < _ALIKE:
            return f"{_short(sheets.words(block_places))} where {_short(sheets.words(should))} should be"
    if len(flow) != len(given):
        at = min(len(flow), len(given))
        which, rest = ("too many", given) if len(given) > len(flow) else ("missing", flow)
        return f"{abs(len(flow) - len(given))} blocks {which}, from {_short(sheets.words(rest[at]))}"
    return ""


def _short(words: str) -> str:
    return repr(words if len(words) <= 24 else f"{words[:12]}…{words[-11:]}")
