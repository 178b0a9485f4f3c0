"""Fit the weights of headings and seams on archives with gold.

    python tests/benchmarks/fit.py SET... [--write RULES_DIR]

Each SET is a folder with ``archive/`` and ``gold.jsonl`` (one edition a line:
``{"edition", "pages": {path: …}, "articles": [{"id", "blocks": [{"role", "spans": [[page,
start, end]]}]}], "duplicates": [{"spans", "optional"?}], "furniture": [{"spans"}]}``).

Headings: a multinomial logistic regression (headline, crosshead, running text) over the
features of ``steps.blocks.headings``.  Seams: for each tail a softmax over its possible
heads and staying open, for each head one over its possible tails and beginning a
paragraph, the two sharing the score of a pair (pseudo-likelihood of the assignment).
Both with a ridge penalty.  Figures printed are cross-validated over editions.
"""

from __future__ import annotations

import argparse
import datetime
import json
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from pagefix.evidence.brackets import CLOSERS
from pagefix.evidence.ends import STOPS, Fragment, line_widths
from pagefix.evidence.lexicon import first_word, last_word
from pagefix.evidence.seams import pairs_of, rows_of
from pagefix.matching.keys import fold
from pagefix.model import Block, Page, Role, Span
from pagefix.rules import Rules, load_rules
from pagefix.steps.blocks import find_blocks, headings
from pagefix.steps.fragments import fragments_of
from pagefix.steps.fragments.assignment import assign

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_HEADINGS = (Role.BODY, Role.HEADLINE, Role.CROSSHEAD)
_NOT_SHOWN = (Role.MARK, Role.IMAGE, Role.FURNITURE)


@dataclass(frozen=True)
class GoldPage:
    """A page with what each of its characters truly is: role, article, block, place in the block."""

    edition: str
    page: Page
    truth: Mapping[int, tuple[str, str, int, int]]
    repeated: frozenset[int]
    lost: frozenset[tuple[str, int]]


def load(folder: Path) -> Iterator[GoldPage]:
    for line in (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines():
        gold = json.loads(line)
        truth: dict[str, dict[int, tuple[str, str, int, int]]] = {page: {} for page in gold["pages"]}
        repeated: dict[str, set[int]] = {page: set() for page in gold["pages"]}
        lost = frozenset(
            (row["spans"][0][0], row["spans"][0][1])
            for row in gold["duplicates"]
            if row.get("kind") == "loop"
        )
        for article in gold["articles"]:
            for number, block in enumerate(article["blocks"]):
                place = 0
                for page, start, end in block["spans"]:
                    for at in range(start, end):
                        truth[page][at] = (block["role"], article["id"], number, place)
                        place += 1
        for row in gold["duplicates"]:
            for page, start, end in row["spans"]:
                if not row.get("optional"):
                    repeated[page].update(range(start, end))
        for row in gold["furniture"]:
            for page, start, end in row["spans"]:
                for at in range(start, end):
                    truth[page][at] = ("furniture", "", 0, 0)
        for path in gold["pages"]:
            text = (folder / "archive" / path).read_bytes().decode("utf-8")
            yield GoldPage(gold["edition"], Page(path, text), truth[path], frozenset(repeated[path]), lost)


def role_of(gold: GoldPage, block: Block) -> str:
    found = Counter(
        "repeat" if at in gold.repeated else gold.truth[at][0] if at in gold.truth else ""
        for piece in block.pieces
        for at in range(piece.start, piece.end)
        if gold.page.text[at].isalnum()
    )
    return found.most_common(1)[0][0] if found else ""


# --- headings -------------------------------------------------------------------------------


def heading_rows(gold: GoldPage, rules: Rules) -> Iterator[tuple[bool, tuple[dict[str, float], int]]]:
    blocks = [b for b in find_blocks(gold.page, rules).blocks if b.role not in _NOT_SHOWN]
    undecided = [
        b.rule in ("blocks.text", "headings.headline", "headings.crosshead") or "below" in b.rule
        for b in blocks
    ]
    drafts = [
        headings.Draft(fold(b.text), b.level, None if open_ else b.role)
        for b, open_ in zip(blocks, undecided, strict=True)
    ]
    lines = headings.printed_lines(drafts)
    for block, row, width in zip(blocks, headings.features_of(drafts), lines, strict=True):
        role = role_of(gold, block)
        if row is not None and role in (
            "body",
            "headline",
            "crosshead",
            "byline",
            "repeat",
            "note",
            "caption",
        ):
            wanted = Role(role) if role in ("headline", "crosshead") else Role.BODY
            yield width > 0, (row, _HEADINGS.index(wanted))


def fit_softmax(
    rows: Sequence[dict[str, float]], labels: Sequence[int], ridge: float
) -> dict[Role, dict[str, float]]:
    names = ["bias", *sorted({name for row in rows for name in row})]
    x = _matrix(rows, names)
    y = np.eye(3)[np.array(labels)]

    def loss(flat: Floats) -> tuple[float, Floats]:
        w = flat.reshape(2, -1)
        scores = np.column_stack([np.zeros(len(x)), x @ w.T])
        top = scores.max(axis=1, keepdims=True)
        logs = scores - top - np.log(np.exp(scores - top).sum(axis=1, keepdims=True))
        slope = (np.exp(logs) - y)[:, 1:].T @ x + ridge * w
        return float(-(logs * y).sum() + ridge * (w * w).sum() / 2), slope.ravel()

    w = _minimum(loss, 2 * len(names)).reshape(2, -1)
    return {
        role: dict(zip(names, map(float, row), strict=True))
        for role, row in zip(_HEADINGS[1:], w, strict=True)
    }


def heading_accuracy(
    rows: Sequence[dict[str, float]], labels: Sequence[int], fitted: Mapping[Role, Mapping[str, float]]
) -> dict[str, float]:
    right: Counter[str] = Counter()
    for row, label in zip(rows, labels, strict=True):
        scores = [0.0, *(headings._score(row, fitted[role]) for role in _HEADINGS[1:])]
        best = int(np.argmax(scores))
        right["right"] += best == label
        right["headline found"] += best == label == 1
        right["headline said"] += best == 1
        right["headline true"] += label == 1
        right["crosshead found"] += best == label == 2
        right["crosshead said"] += best == 2
        right["crosshead true"] += label == 2
    figures = {"accuracy": right["right"] / max(1, len(rows))}
    for role in ("headline", "crosshead"):
        figures[f"{role} F1"] = (
            2 * right[f"{role} found"] / max(1, right[f"{role} said"] + right[f"{role} true"])
        )
    return figures


# --- seams ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class SeamPage:
    """The pairs of one page: feature rows, true pairs, and which tail and head each has."""

    edition: str
    i: Ints
    j: Ints
    columns: Mapping[str, Floats]
    true: npt.NDArray[np.bool_]
    missing: int
    shown: tuple[str, ...]
    lines: bool


def habits_of(pages: Iterable[GoldPage]) -> dict[str, float]:
    """How much oftener words begin or end a paragraph than they stand inside one, as log-odds."""
    counts: dict[str, Counter[str]] = {
        key: Counter() for key in ("begins", "ends", "inside begins", "inside ends")
    }
    paragraphs = {text for page in pages for text in _paragraphs(page)}
    for text in sorted(paragraphs):
        _count(counts["begins"], first_word(text)[0], text[0])
        bare = text.rstrip("".join(CLOSERS)).rstrip(STOPS)
        if bare != text:
            _count(counts["ends"], last_word(bare)[0], bare[-1:])
        for cut in range(5, len(text) - 5, 13):
            _count(counts["inside begins"], first_word(text[cut:])[0], text[cut])
            _count(counts["inside ends"], last_word(text[:cut])[0], text[cut - 1])
    values = {}
    for where in ("begins", "ends"):
        here, inside = counts[where], counts[f"inside {where}"]
        scale = here.total() / max(1, inside.total())
        for word in here | inside:
            # Years and names of 1998 say nothing of other papers, function words do.
            if word and not word.isdigit() and here[word] + inside[word] * scale >= _SEEN:
                value = float(np.log((here[word] + 0.5) / (inside[word] * scale + 0.5)))
                if abs(value) >= 0.7:
                    values[f"{where}.{word}"] = round(value, 1)
    return dict(sorted(values.items()))


# Words seen less often at paragraph ends say little.
_SEEN = 12


def _count(counter: Counter[str], word: str, character: str) -> None:
    counter.update({word, character} & {t for t in (word, character) if t.isalnum()})


def _paragraphs(gold: GoldPage) -> Iterator[str]:
    pieces: dict[tuple[str, int], dict[int, str]] = {}
    for at, (role, article, number, place) in gold.truth.items():
        if role == "body":
            pieces.setdefault((article, number), {})[place] = gold.page.text[at]
    for piece in pieces.values():
        if len(piece) > 20 and min(piece) == 0:
            yield fold("".join(piece[n] for n in sorted(piece)))


def stops_lost(gold: GoldPage, fragments: Sequence[Fragment]) -> list[Fragment]:
    """Fragments as a reader leaves them that misses the small stop at a paragraph's end, on one page in four."""
    dice = random.Random(f"{gold.edition}/{gold.page.path}")
    often = dice.choice((0.0, 0.0, 0.0, 0.15))
    return [
        replace(f, text=f.text[:-1])
        if f.text[-1:] == "。" and len(f.text) > 1 and dice.random() < often
        else f
        for f in fragments
    ]


def seam_page(gold: GoldPage, rules: Rules, habits: Mapping[str, float]) -> SeamPage | None:
    blocks = without_repeats(gold, find_blocks(gold.page, rules).blocks)
    bodies = [at for at, block in enumerate(blocks) if block.role is Role.BODY]
    fragments = stops_lost(gold, fragments_of(blocks, bodies, gold.lost))
    i, j = pairs_of(fragments)
    if not len(i):
        return None
    ends = [_edge(gold, blocks[at], last=True) for at in bodies]
    starts = [_edge(gold, blocks[at], last=False) for at in bodies]
    follows: dict[tuple[str, int], list[tuple[int, int]]] = {}
    for at, (article, number, place) in enumerate(starts):
        follows.setdefault((article, number), []).append((place, at))
    wanted = set()
    for at, (article, number, place) in enumerate(ends):
        later = [(p, n) for p, n in follows.get((article, number), []) if p > place and n != at]
        if article and later:
            wanted.add((at, min(later)[1]))
    true = np.array([(a, b) in wanted for a, b in zip(i.tolist(), j.tolist(), strict=True)])
    return SeamPage(
        gold.edition,
        i,
        j,
        rows_of(fragments, i, j, habits, fold(gold.page.text)),
        true,
        len(wanted) - int(true.sum()),
        tuple(blocks[at].text for at in bodies),
        sum(w > 0 for w in line_widths([f.text for f in fragments])) > 0.5 * len(fragments),
    )


def without_repeats(gold: GoldPage, blocks: Sequence[Block]) -> list[Block]:
    kept = []
    for block in blocks:
        pieces: list[Span] = []
        for page, start, end in block.pieces:
            at = start
            for n in range(start, end + 1):
                if n == end or n in gold.repeated:
                    if n > at:
                        pieces.append(Span(page, at, n))
                    at = n + 1
        text = "".join(gold.page.text[p.start : p.end] for p in pieces)
        if any(map(str.isalnum, text)):
            kept.append(replace(block, pieces=tuple(pieces), text=text))
    return kept


def _edge(gold: GoldPage, block: Block, *, last: bool) -> tuple[str, int, int]:
    offsets = [
        at for piece in block.pieces for at in range(piece.start, piece.end) if gold.page.text[at].isalnum()
    ]
    for at in reversed(offsets) if last else offsets:
        if at in gold.truth and gold.truth[at][0] == "body":
            _, article, number, place = gold.truth[at]
            return article, number, place
    return "", -1, -1


def fit_pairs(pages: Sequence[SeamPage], ridge: float) -> dict[str, float]:
    names = ["bias", *sorted({name for page in pages for name in page.columns})]
    x = np.concatenate([_stack(page, names) for page in pages])
    y = np.concatenate([page.true for page in pages]).astype(float)
    tails, heads, offset = [], [], 0
    for page in pages:
        tails.append(page.i + offset)
        heads.append(page.j + offset)
        offset += len(page.shown)
    i, j = np.concatenate(tails), np.concatenate(heads)

    def loss(w: Floats) -> tuple[float, Floats]:
        scores = np.clip(x @ w, -30, 30)
        e = np.exp(scores)
        by_tail, by_head = 1 + np.bincount(i, e, offset), 1 + np.bincount(j, e, offset)
        value = np.log(by_tail).sum() + np.log(by_head).sum() - 2 * (scores * y).sum()
        slope = x.T @ (e / by_tail[i] + e / by_head[j] - 2 * y)
        return float(value + ridge * (w @ w) / 2), slope + ridge * w

    return dict(zip(names, map(float, _minimum(loss, len(names))), strict=True))


def seam_figures(
    pages: Sequence[SeamPage], weights: Mapping[str, float], show: bool = False
) -> dict[str, float]:
    found = said = true = 0
    for page in pages:
        scores = _stack(page, list(weights)) @ np.array(list(weights.values()))
        chosen = assign(page.i, page.j, scores)
        found += int(page.true[chosen].sum())
        said += len(chosen)
        true += int(page.true.sum()) + page.missing
        if show:
            for p in sorted({*chosen, *np.flatnonzero(page.true).tolist()}):
                if (p in chosen) != bool(page.true[p]):
                    what, far = "said" if p in chosen else "missed", int(page.j[p] - page.i[p])
                    tail, head = page.shown[page.i[p]][-22:], page.shown[page.j[p]][:22]
                    print(what, round(float(scores[p]), 2), far, tail, "|", head)
    return {
        "precision": found / max(1, said),
        "recall": found / max(1, true),
        "F1": 2 * found / max(1, said + true),
    }


def _stack(page: SeamPage, names: Sequence[str]) -> Floats:
    zero = np.zeros(len(page.i))
    return np.column_stack(
        [np.ones(len(page.i)) if n == "bias" else page.columns.get(n, zero) for n in names]
    )


# --- shared ---------------------------------------------------------------------------------


def _matrix(rows: Sequence[dict[str, float]], names: Sequence[str]) -> Floats:
    place = {name: at for at, name in enumerate(names)}
    x = np.zeros((len(rows), len(names)))
    x[:, 0] = 1.0
    for at, row in enumerate(rows):
        for name, value in row.items():
            if name in place:
                x[at, place[name]] = value
    return x


def _minimum(loss: Callable[[Floats], tuple[float, Floats]], size: int) -> Floats:
    return np.asarray(minimize(loss, np.zeros(size), jac=True, method="L-BFGS-B", options={"maxiter": 800}).x)


def folds(editions: Sequence[str], k: int = 4) -> list[set[str]]:
    names = sorted(set(editions))
    return [set(names[n::k]) for n in range(k)]


def toml_weights(identity: str, reason: str, values: Mapping[str, float], fitted: Mapping[str, Any]) -> str:
    lines = ["[[weights]]", f'id = "{identity}"', f'reason = """{reason}"""', "[weights.fitted]"]
    lines += [f'"{key}" = {json.dumps(value)}' for key, value in fitted.items()]
    lines.append("[weights.values]")
    lines += [f'"{name}" = {value:.3f}' for name, value in values.items() if abs(value) >= 0.005]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sets", nargs="+", type=Path)
    parser.add_argument(
        "--write", type=Path, help="the rules folder whose headings.toml and seams.toml are replaced"
    )
    parser.add_argument("--only", choices=["headings", "seams"])
    parser.add_argument(
        "--show", action="store_true", help="list the seams that are wrong in cross-validation"
    )
    parser.add_argument("--data", default="pages set from clean articles and damaged by a press simulator")
    args = parser.parse_args()
    rules = load_rules()
    pages = [(folder.name, page) for folder in args.sets for page in load(folder)]
    if args.only != "seams":
        found = [(f"{n}/{g.edition}", lines, *row) for n, g in pages for lines, row in heading_rows(g, rules)]
        text = "\n".join(
            _fit_headings([r for r in found if r[1] is lines], lines, args.data) for lines in (False, True)
        )
        if args.write:
            (args.write / "headings.toml").write_text(text, encoding="utf-8")
            rules = load_rules(args.write)
    if args.only != "headings":
        habits = habits_of(g for _, g in pages)
        seams = [(f"{n}/{g.edition}", s) for n, g in pages if (s := seam_page(g, rules, habits))]
        note = {"date": _today(), "data": args.data, "words": len(habits)}
        text = toml_weights("seams.words", _HABITS, habits, note) + "\n"
        text += "\n".join(
            _fit_seams([x for x in seams if x[1].lines is lines], lines, args.data, args.show)
            for lines in (False, True)
        )
        if args.write:
            (args.write / "seams.toml").write_text(text, encoding="utf-8")


HeadingRow = tuple[str, bool, dict[str, float], int]


def _fit_headings(rows: Sequence[HeadingRow], lines: bool, data: str) -> str:
    figures: list[dict[str, float]] = []
    for held in folds([r[0] for r in rows]):
        train, test = [r for r in rows if r[0] not in held], [r for r in rows if r[0] in held]
        fitted = fit_softmax([r[2] for r in train], [r[3] for r in train], 1.0)
        figures.append(heading_accuracy([r[2] for r in test], [r[3] for r in test], fitted))
    mean = _means(figures)
    print("headings of lines" if lines else "headings", len(rows), mean)
    both = fit_softmax([r[2] for r in rows], [r[3] for r in rows], 1.0)
    note = {"date": _today(), "data": data, "rows": len(rows), **mean}
    reason = "Log-odds against running text; steps.blocks.headings names the features."
    if lines:
        reason += "  For pages whose blocks are printed lines."
    end = ".lines" if lines else ""
    return "\n".join(
        toml_weights(f"headings.{role}{end}", reason, both[role], note) for role in _HEADINGS[1:]
    )


_HABITS = "How much oftener a word begins or ends a paragraph than it stands at a cut inside one, natural logarithm."


def _fit_seams(pages: Sequence[tuple[str, SeamPage]], lines: bool, data: str, show: bool) -> str:
    figures = []
    for held in folds([name for name, _ in pages]):
        fitted = fit_pairs([s for name, s in pages if name not in held], 1.0)
        figures.append(seam_figures([s for name, s in pages if name in held], fitted, show))
    mean = _means(figures)
    count = sum(int(s.true.sum()) for _, s in pages)
    print("seams of lines" if lines else "seams", count, mean)
    note = {"date": _today(), "data": data, "seams": count, **mean}
    reason = "Log-odds of a seam against staying open; evidence.seams names the features."
    if lines:
        reason += "  For pages whose blocks are printed lines."
    weights = fit_pairs([s for _, s in pages], 1.0)
    return toml_weights("seams.lines" if lines else "seams.pair", reason, weights, note)


def _means(figures: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {key: round(float(np.mean([f[key] for f in figures])), 4) for key in figures[0]}


def _today() -> str:
    return datetime.date.today().isoformat()


if __name__ == "__main__":
    main()
