"""Fit the weights of jumps (``jumps.link``, ``jumps.cut``) on archives with gold.

    python -m tests.benchmarks.fit_jumps SET... [--write RULES_DIR] [--lose SHARE]

Each SET is a folder with ``archive/`` and ``gold.jsonl`` (the form: ``fit.py``).  Before the
pages are cleaned a share of the jump marks is blanked out, the same share of the headlines
where stories land, and half that share of the marks is made to name another page: what papers
do that print bare marks, and readers that lose or misread them.

Links: for each leaving end a softmax over its possible continuations and staying open, for
each landing end one over its possible beginnings, the two sharing the score of a candidate.
Cuts: a logistic regression on the seam's log-odds, over the true links.  Figures are
cross-validated over editions.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pagefix.model import Grouped, Page, Role, Story, Way
from pagefix.pipeline import group_sheets
from pagefix.rules import Rules, load_rules
from pagefix.steps.blocks import find_blocks
from pagefix.steps.jumps.assignment import Link, candidates, choose
from pagefix.steps.jumps.ends import Edition, Mark
from pagefix.steps.jumps.evidence import Candidate, Evidence, weigh
from pagefix.steps.jumps.headlines import agree_on_headlines
from pagefix.steps.jumps.merging import meeting
from tests.benchmarks.fitting.tables import Floats, means, minimum, today, toml_weights

Truth = Mapping[str, Mapping[int, tuple[str, str, int]]]
"""Of each page's characters: article, role, number of the block."""


@dataclass(frozen=True)
class Case:
    """The candidates of one edition: their features, and which of them are true."""

    name: str
    jumps: tuple[Candidate, ...]
    rows: tuple[Mapping[str, float], ...]
    true: tuple[bool, ...]
    passed: tuple[bool, ...]
    wanted: int
    cuts: tuple[tuple[float, bool], ...]


def load(folder: Path, rules: Rules, lose: float) -> Iterator[Case]:
    for line in (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines():
        gold = json.loads(line)
        name = f"{folder.parent.name}/{folder.name}/{gold['edition']}"
        dice = random.Random(name)
        truth: dict[str, dict[int, tuple[str, str, int]]] = {page: {} for page in gold["pages"]}
        texts = {p: (folder / "archive" / p).read_bytes().decode("utf-8") for p in gold["pages"]}
        for article in gold["articles"]:
            for number, block in enumerate(article["blocks"]):
                for page, start, end in block["spans"]:
                    truth[page].update(
                        (at, (article["id"], block["role"], number)) for at in range(start, end)
                    )
            for page, start, end, instead in spoiled(article, texts, lose, dice):
                texts[page] = texts[page][:start] + instead + texts[page][end:]
        for row in gold["duplicates"]:
            for page, start, end in row["spans"]:
                for at in range(start, end):
                    truth[page].pop(at, None)
        pages = [
            Page(path, texts[path], edition=gold["edition"], label=Path(path).stem) for path in sorted(texts)
        ]
        blocked = agree_on_headlines([find_blocks(page, rules) for page in pages])
        yield case_of(name, group_sheets(blocked, rules), truth, rules)


_NUMERALS = "一二三四123456"


def spoiled(
    article: Mapping[str, Any], texts: Mapping[str, str], lose: float, dice: random.Random
) -> Iterator[tuple[str, int, int, str]]:
    """What is done to the marks and landing headlines of one article, each as long as what it replaces."""
    home = next((b["spans"][0][0] for b in article["blocks"] if b["role"] == "headline"), "")
    for block in article["blocks"]:
        for page, start, end in block["spans"]:
            text = texts[page][start:end]
            quoted = text.find("《")
            lost = block["role"] == "jump" or (block["role"] == "headline" and page != home)
            if lost and dice.random() < lose:
                yield page, start, end, " " * len(text)
            elif block["role"] == "jump" and quoted > 0 and dice.random() < lose:
                yield page, start + quoted, end, "）" + " " * (len(text) - quoted - 1)
            elif block["role"] == "jump" and dice.random() < lose / 2:
                at = next((n for n in range(len(text) - 1, -1, -1) if text[n] in _NUMERALS), None)
                if at is not None and (quoted < 0 or at < quoted):
                    alike = _NUMERALS[:4] if text[at] in _NUMERALS[:4] else _NUMERALS[4:]
                    yield page, start + at, start + at + 1, dice.choice(alike.replace(text[at], ""))


def case_of(name: str, pages: Sequence[Grouped], truth: Truth, rules: Rules) -> Case:
    edition = Edition(pages)
    evidence = Evidence(edition, rules)
    jumps = tuple(candidates(edition))
    articles = [article_of(story, truth) for story in edition.stories]
    marked = {
        (article_of_mark(edition, mark, truth), mark.way): mark
        for mark in edition.marks
        if article_of_mark(edition, mark, truth)
    }
    # The story that holds most of an article on a page; splinters of it are neither true nor false.
    chief: dict[tuple[int, str], tuple[int, int]] = {}
    for n, (article, size) in enumerate(articles):
        key = edition.sheet_of[n], article
        chief[key] = max(chief.get(key, (0, -1)), (size, n))
    order = lasting_order(truth)
    true, passed, cuts = [], [], []
    for jump in jumps:
        article = articles[jump.first][0]
        same = bool(article) and article == articles[jump.second][0]
        sheets = edition.sheet_of[jump.first], edition.sheet_of[jump.second]
        paths = tuple(edition.pages[sheet].page.path for sheet in sheets)
        onward = same and order.get((article, paths[0]), 0) < order.get((article, paths[1]), 0)
        marks_fit = all(
            mark is None or article_of_mark(edition, mark, truth) == article
            for mark in (jump.leaving, jump.landing)
        )
        best = all(
            chief[sheet, article][1] == n
            for sheet, n in zip(sheets, (jump.first, jump.second), strict=True)
            if same
        )
        spare = (jump.leaving is None and (article, Way.TO) in marked) or (
            jump.landing is None and (article, Way.FROM) in marked
        )
        yes = onward and marks_fit and best and not spare
        true.append(yes)
        passed.append(same and onward and marks_fit and not yes)
        if yes:
            tail, head, score = meeting(jump, edition, evidence)
            if tail is not None and head is not None:
                a = truth[tail.page].get(tail.end - 1), truth[head.page].get(head.start)
                cuts.append((score, a[0] is not None and a[0] == a[1]))
    pages_of: dict[str, set[str]] = {}
    for path, characters in truth.items():
        for article, role, _ in characters.values():
            if role == "body":
                pages_of.setdefault(article, set()).add(path)
    wanted = sum(len(found) - 1 for found in pages_of.values())
    rows = tuple(evidence.features(jump) for jump in jumps)
    return Case(name, jumps, rows, tuple(true), tuple(passed), wanted, tuple(cuts))


def article_of(story: Story, truth: Truth) -> tuple[str, int]:
    """The article of the story's headline, or else of most of its characters, and how sure that is."""
    headline: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for block in story.blocks:
        if block.role is Role.JUMP:
            continue
        for piece in block.pieces:
            for at in range(piece.start, piece.end):
                if (true := truth[piece.page].get(at)) is not None:
                    found[true[0]] += 1
                    if block.role is Role.HEADLINE and true[1] == "headline":
                        headline[true[0]] += _SURE
    return (headline or found).most_common(1)[0] if found else ("", 0)


# A headline counts for more than any number of characters.
_SURE = 10**6


def article_of_mark(edition: Edition, mark: Mark, truth: Truth) -> str:
    span = edition.stories[mark.story].blocks[mark.at].pieces[0]
    found = [truth[span.page].get(at) for at in range(span.start, span.end)]
    return next((item[0] for item in found if item is not None and item[1] == "jump"), "")


def lasting_order(truth: Truth) -> dict[tuple[str, str], int]:
    """Which page of an article comes first: by the number of its first paragraph there."""
    order: dict[tuple[str, str], list[int]] = {}
    for path, characters in truth.items():
        for article, role, number in characters.values():
            if role == "body":
                order.setdefault((article, path), []).append(number)
    # A paragraph that the jump cuts stands on both pages: the mean tells them apart.
    return {key: 1000 * sum(numbers) // len(numbers) for key, numbers in order.items()}


def fit_links(cases: Sequence[Case], ridge: float) -> dict[str, float]:
    names = ["bias", *sorted({name for case in cases for row in case.rows for name in row})]
    place = {name: n for n, name in enumerate(names)}
    x, y, tails, heads = [], [], [], []
    tail_of: dict[object, int] = {}
    head_of: dict[object, int] = {}
    for case in cases:
        for jump, row, true, passed in zip(case.jumps, case.rows, case.true, case.passed, strict=True):
            if passed:
                continue
            line = np.zeros(len(names))
            line[0] = 1.0
            for name, value in row.items():
                line[place[name]] = value
            x.append(line)
            y.append(float(true))
            tails.append(tail_of.setdefault((case.name, jump.leaving or jump.first), len(tail_of)))
            heads.append(head_of.setdefault((case.name, jump.landing or jump.second), len(head_of)))
    features, wanted = np.array(x), np.array(y)
    i, j = np.array(tails), np.array(heads)

    def loss(w: Floats) -> tuple[float, Floats]:
        scores = np.clip(features @ w, -30, 30)
        e = np.exp(scores)
        by_tail, by_head = 1 + np.bincount(i, e), 1 + np.bincount(j, e)
        value = np.log(by_tail).sum() + np.log(by_head).sum() - 2 * (scores * wanted).sum()
        slope = features.T @ (e / by_tail[i] + e / by_head[j] - 2 * wanted)
        return float(value + ridge * (w @ w) / 2), slope + ridge * w

    return dict(zip(names, map(float, minimum(loss, np.zeros(len(names)))), strict=True))


def link_figures(cases: Sequence[Case], weights: Mapping[str, float], show: bool) -> dict[str, float]:
    found = said = true = 0
    for case in cases:
        links = [Link(jump, weigh(row, weights)) for jump, row in zip(case.jumps, case.rows, strict=True)]
        chosen = {link.jump for link in choose([link for link in links if link.score > 0])}
        right = {j for j, t, p in zip(case.jumps, case.true, case.passed, strict=True) if t or p}
        found += len(chosen & right)
        said += len(chosen)
        true += case.wanted
        if show:
            for jump, row, is_true in zip(case.jumps, case.rows, case.true, strict=True):
                if is_true != (jump in chosen) and (is_true or jump not in right):
                    told = "said" if jump in chosen else "missed"
                    shown = {k: round(v, 1) for k, v in row.items() if v}
                    print(told, round(weigh(row, weights), 1), case.name, jump.first, jump.second, shown)
    return {
        "precision": found / max(1, said),
        "recall": found / max(1, true),
        "F1": 2 * found / max(1, said + true),
    }


def fit_cut(pairs: Sequence[tuple[float, bool]]) -> dict[str, float]:
    x = np.array([[1.0, score] for score, _ in pairs])
    y = np.array([float(cut) for _, cut in pairs])

    def loss(w: Floats) -> tuple[float, Floats]:
        scores = x @ w
        value = np.logaddexp(0, scores).sum() - (scores * y).sum() + (w @ w) / 2
        return float(value), x.T @ (1 / (1 + np.exp(-scores)) - y) + w

    return dict(zip(("bias", "seam"), map(float, minimum(loss, np.zeros(2))), strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sets", nargs="+", type=Path)
    parser.add_argument("--write", type=Path, help="the rules folder whose links.toml is replaced")
    parser.add_argument(
        "--lose", type=float, default=0.15, help="the share of marks and headlines that are lost"
    )
    parser.add_argument("--show", action="store_true", help="list what is wrong in cross-validation")
    parser.add_argument("--data", default="pages set from clean articles and damaged by a press simulator")
    args = parser.parse_args()
    rules = load_rules()
    cases = [case for folder in args.sets for case in load(folder, rules, args.lose)]
    links, cuts = [], []
    for n in range(4):
        train, test = [c for k, c in enumerate(cases) if k % 4 != n], cases[n::4]
        links.append(link_figures(test, fit_links(train, 1.0), args.show))
        weights = fit_cut([pair for case in train for pair in case.cuts])
        held = [pair for case in test for pair in case.cuts]
        right = sum((weights["bias"] + weights["seam"] * score > 0) == cut for score, cut in held)
        cuts.append({"accuracy": right / max(1, len(held))})
    count = sum(case.wanted for case in cases)
    note = {"date": today(), "data": args.data}
    shown = means(links), means(cuts)
    print("links", count, shown[0])
    print("cuts", sum(len(case.cuts) for case in cases), shown[1])
    note_links = note | {"links": count, "share_lost": args.lose} | shown[0]
    note_cuts = note | {"links": sum(len(case.cuts) for case in cases)} | shown[1]
    text = "\n".join(
        (
            toml_weights("jumps.link", _LINK, fit_links(cases, 1.0), note_links),
            toml_weights(
                "jumps.cut", _CUT, fit_cut([pair for case in cases for pair in case.cuts]), note_cuts
            ),
        )
    )
    if args.write:
        (args.write / "links.toml").write_text(text, encoding="utf-8")
    else:
        print(text)


_LINK = (
    "Log-odds that two ends are one story. Either page alone may be misread or printed by habit, so neither "
    "decides: both together or a headline do; several bare marks on one page are told apart by headline, cut "
    "sentence and shared words.  steps.jumps.evidence names the features."
)
_CUT = "Log-odds that a jump cuts a sentence, from the log-odds of the seam between any two paragraphs."


if __name__ == "__main__":
    main()
