"""Which characters follow each other, counted in articles.

What a page's own articles taught must not judge its own seams: articles are told apart
into two halves, and each half is judged with what the other one teaches.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from zlib import crc32

from pagefix.evidence.characters import EDGE, LONGEST, plain
from pagefix.matching.keys import fold
from tests.benchmarks.fitting.gold import GoldPage

Article = tuple[str, str]
"""Where it stands (an edition, a file) and what it is called there."""

REASON = """How often characters, and runs of two and three, stand in newspaper paragraphs: a seam that puts \
together what often stands together is likelier than one where paragraphs end or begin so.  A row is the \
length of runs, a count, and the runs seen so often, one behind the other; ¶ is a paragraph's edge, 0 any \
digit, a any letter.  Counted in {articles} articles; a run that stands in fewer than {least} of \
them is left out, since it may be one story's name."""

# Counting those of two articles, or of one, too brings up to 0.2 and 0.4 of a hundredth of seams' F1 on
# articles of the same month and paper, for twice and six times as many runs, which other papers share less.
LEAST = 3
_SHINGLE = 6


def read_articles(files: Iterable[Path]) -> dict[Article, list[str]]:
    """The paragraphs of every article of ``files``, folded; each line holds one with its ``blocks``."""
    found = {}
    for file in files:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            blocks = json.loads(line)["blocks"]
            found[str(file), str(number)] = [fold(b["text"]) for b in blocks if b["role"] == "body"]
    return found


def paragraphs_of(pages: Iterable[GoldPage]) -> dict[Article, list[str]]:
    """The paragraphs of every article of ``pages``, whole, folded."""
    pieces: dict[tuple[Article, int], dict[int, str]] = defaultdict(dict)
    for gold in pages:
        for at, (role, article, number, place) in gold.truth.items():
            if role == "body":
                pieces[(gold.edition, article), number][place] = gold.page.text[at]
    found: dict[Article, list[str]] = defaultdict(list)
    for (owner, _), piece in sorted(pieces.items()):
        found[owner].append(fold("".join(piece[n] for n in sorted(piece))))
    return found


def stories_of(articles: Mapping[Article, Sequence[str]]) -> dict[Article, int]:
    """The story of each article: printings of one, with other damage, have the same number."""
    return {article: _story("".join(paragraphs)) for article, paragraphs in articles.items()}


def _story(text: str) -> int:
    """The least hash of its shingles, which a few reading errors seldom change."""
    last = max(1, len(text) - _SHINGLE + 1)
    return min(crc32(text[at : at + _SHINGLE].encode()) for at in range(last))


def count(articles: Mapping[Article, Sequence[str]], stories: Mapping[Article, int]) -> tuple[str, ...]:
    """The rows of ``seams.characters``: each story counted once."""
    printings = {stories[article]: article for article in sorted(articles)}
    seen: Counter[str] = Counter()
    found_in: Counter[str] = Counter()
    for article in printings.values():
        mine = Counter(chain.from_iterable(_runs(paragraph) for paragraph in articles[article]))
        seen.update(mine)
        found_in.update(mine.keys())
    rows: dict[tuple[int, int], list[str]] = defaultdict(list)
    for run in sorted(seen):
        if found_in[run] >= LEAST and "'" not in run:
            rows[len(run), -seen[run]].append(run)
    return tuple(f"{length} {-times} {''.join(runs)}" for (length, times), runs in sorted(rows.items()))


def _runs(paragraph: str) -> Iterator[str]:
    text = EDGE + plain("".join(paragraph.split())) + EDGE
    for length in range(1, LONGEST + 1):
        # The edge is counted once as a character, not twice.
        yield from (text[at : at + length] for at in range(length == 1, len(text) - length + 1))


def rule_file(rows: Sequence[str], articles: int) -> str:
    """``characters.toml`` as a text; its strings are literal ones, which are read much faster."""
    reason = REASON.format(articles=articles, least=LEAST)
    listed = "".join(f"  '{row}',\n" for row in rows)
    return f'[[words]]\nid = "seams.characters"\nreason = """{reason}"""\nwords = [\n{listed}]\n'
