"""What goes wrong, kind by kind, with counts and an example each.

    python -m tests.benchmarks.errors [SET...] [--dress NAME] [--examples N]

Without SET the editions of the quality gate are cleaned; a SET is a folder with ``archive/``
and ``gold.jsonl``.  ``articles`` counts the imperfect articles that an error touches, ``alone``
those that nothing else touches: what mending this kind would win at once.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pagefix.model import REPEATS, Action, Cleaned, Role, Span
from pagefix.pipeline import clean_edition
from pagefix.rules import Rules, load_rules
from tests.benchmarks.ablation import read_set
from tests.support.gate import DRESSES
from tests.support.gold import GoldBlock, GoldEdition
from tests.support.scoring import RUNNING, Place, Sheets, score

Seam = tuple[Place, Place]


@dataclass(frozen=True)
class Error:
    """One thing that went wrong, the articles that it touches, and the words where it shows."""

    kind: str
    articles: frozenset[str]
    example: str


@dataclass(frozen=True)
class _Found:
    """What was said of each character: article, block, role; or why it was dropped."""

    home: Mapping[Place, str]
    role: Mapping[Place, str]

    def most(self, places: Iterable[Place]) -> tuple[str, str]:
        """The article and the role that most of ``places`` were given."""
        homes = Counter(self.home.get(place, "") for place in places)
        roles = Counter(self.role.get(place, "lost") for place in places)
        return homes.most_common(1)[0][0], roles.most_common(1)[0][0]


@dataclass(frozen=True)
class _True:
    """What is true of each character that is no repeat."""

    blocks: tuple[tuple[str, GoldBlock, list[Place]], ...]
    owner: Mapping[Place, str]
    repeats: frozenset[Place]


def errors_of(gold: GoldEdition, cleaned: Cleaned) -> Iterator[Error]:
    """Every error of one edition."""
    sheets = Sheets(gold.texts())
    true, found = _true(gold, sheets), _found(cleaned, sheets)
    best = _best(true, found)
    receives = {given: name for name, given in best.items()}
    for name, block, places in true.blocks:
        words = _short(sheets.words(places))
        given, role = found.most(places)
        if role != block.role:
            yield Error(f"{block.role} taken for {role}", frozenset({name}), words)
        elif block.role in RUNNING and given != best[name]:
            touched = frozenset({name, receives.get(given, name)})
            yield Error(f"{block.role} given to another article", touched, words)
    yield from _seam_errors(true, cleaned, sheets)
    for span in gold.furniture:
        given, role = found.most(places := sheets.places([span]))
        if role != "furniture":
            yield Error(
                f"furniture taken for {role}",
                frozenset({receives.get(given, "")}),
                _short(sheets.words(places)),
            )
    for planted in gold.planted:
        places = sheets.places([planted.span])
        gone = sum(found.role.get(place) in REPEATS for place in places)
        if not (planted.optional or planted.either) and 2 * gone < len(places):
            homes = {receives[given] for p in places if (given := found.home.get(p, "")) in receives}
            yield Error(f"{planted.kind} missed", frozenset(homes), _short(sheets.words(places)))


def _true(gold: GoldEdition, sheets: Sheets) -> _True:
    repeats = frozenset(place for planted in gold.planted for place in sheets.places([planted.span]))
    owner: dict[Place, str] = {}
    blocks = []
    for article in gold.articles:
        for block in article.blocks:
            places = [place for place in sheets.places(block.spans) if place not in repeats]
            if places:
                blocks.append((article.name, block, places))
                owner |= dict.fromkeys(places, article.name)
    return _True(tuple(blocks), owner, repeats)


def _found(cleaned: Cleaned, sheets: Sheets) -> _Found:
    home: dict[Place, str] = {}
    role: dict[Place, str] = {}
    for row in cleaned.ledger:
        if row.action is Action.DROP:
            role |= dict.fromkeys(sheets.places([Span(row.page, row.start, row.end)]), row.reason)
    for article in cleaned.articles:
        for block in article.blocks:
            places = sheets.places(block.spans)
            home |= dict.fromkeys(places, article.id)
            role |= dict.fromkeys(places, block.role.value)
    return _Found(home, role)


def _best(true: _True, found: _Found) -> dict[str, str]:
    """For each true article the found one that holds most of it."""
    shared: dict[str, Counter[str]] = defaultdict(Counter)
    for name, _, places in true.blocks:
        shared[name].update(found.home[place] for place in places if place in found.home)
    return {name: counts.most_common(1)[0][0] if counts else "" for name, counts in shared.items()}


def _seam_errors(true: _True, cleaned: Cleaned, sheets: Sheets) -> Iterator[Error]:
    whole = {seam for _, b, places in true.blocks if b.role == "body" for seam in sheets.seams(places)}
    found = {
        seam
        for article in cleaned.articles
        for block in article.blocks
        if block.role is Role.BODY
        for seam in sheets.seams([p for p in sheets.places(block.spans) if p not in true.repeats])
    }
    for kind, seams in (("seam missed", whole - found), ("false seam", found - whole)):
        for before, after in sorted(seams):
            touched = frozenset(true.owner[place] for place in (before, after) if place in true.owner)
            where = " over a jump" if before[0] != after[0] else ""
            yield Error(kind + where, touched, f"{_left(before, sheets)}‖{_right(after, sheets)}")


def _left(place: Place, sheets: Sheets) -> str:
    return sheets.texts[place[0]][max(0, place[1] - 11) : place[1] + 1].replace("\n", "⏎")


def _right(place: Place, sheets: Sheets) -> str:
    return sheets.texts[place[0]][place[1] : place[1] + 12].replace("\n", "⏎")


def _short(words: str) -> str:
    return words if len(words) <= 24 else f"{words[:12]}…{words[-11:]}"


def table(golds: Iterable[GoldEdition], rules: Rules, examples: int) -> Iterator[str]:
    """The lines of a Markdown table, the commonest kind first."""
    kinds: dict[str, list[str]] = defaultdict(list)
    touches: dict[str, set[str]] = defaultdict(set)
    articles = perfect = 0
    imperfect: set[str] = set()
    for gold in golds:
        cleaned = clean_edition(gold.pages, rules)
        reached = score(gold, cleaned)
        articles, perfect = articles + reached.articles, perfect + reached.perfect
        imperfect |= {fault.partition(": ")[0] for fault in reached.imperfect}
        for error in errors_of(gold, cleaned):
            kinds[error.kind].append(error.example)
            touches[error.kind] |= {f"{gold.name}/{name}" for name in error.articles}
    yield f"{perfect} of {articles} articles perfect"
    yield ""
    yield "| kind | count | articles | alone | examples |"
    yield "|---|--:|--:|--:|---|"
    for kind, shown in sorted(kinds.items(), key=lambda item: (-len(item[1]), item[0])):
        mine = touches[kind] & imperfect
        others = set().union(*(names for other, names in touches.items() if other != kind))
        alone = len(mine - others)
        yield f"| {kind} | {len(shown)} | {len(mine)} | {alone} | {'; '.join(shown[:examples])} |"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sets", nargs="*", type=Path, metavar="SET")
    parser.add_argument("--dress", choices=DRESSES, default="as_printed")
    parser.add_argument("--examples", type=int, default=2)
    chosen = parser.parse_args()
    rules = load_rules()
    for folder in chosen.sets:
        print(f"\n{folder.name}: ", end="")
        print("\n".join(table(read_set(folder), rules, chosen.examples)))
    if not chosen.sets:
        print("\n".join(table(DRESSES[chosen.dress](), rules, chosen.examples)))


if __name__ == "__main__":
    main()
