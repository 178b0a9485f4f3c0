"""What each kind of evidence is worth: switched off one after the other, and what is lost.

    python -m tests.benchmarks.ablation [SET...]

Without SET the editions of the quality gate are scored, as printed and without heading marks;
a SET is a folder with ``archive/`` and ``gold.jsonl`` (``tests/benchmarks/fit`` has their form).
A weight that is switched off counts nothing and the others are not fitted anew: the table
says how much the shipped rules lean on a kind of evidence, not what they could do without it.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pagefix.rules import Rules, load_rules
from pagefix.rules.entries import Entry
from tests.support.editions import as_printed, editions, unmarked
from tests.support.gate import weigh
from tests.support.gold import GoldEdition, edition_of

FIGURES = ("perfect", "bcubed", "seams", "dups", "jumps", "roles")
_NEVER = 1e9

Switch = Callable[[Rules], Rules]


@dataclass(frozen=True)
class Evidence:
    """A kind of evidence and how to switch it off."""

    step: str
    name: str
    off: Switch


def without_weights(ids: str, *prefixes: str) -> Switch:
    """Features whose names begin like one of ``prefixes`` count nothing; no prefix means every feature.

    ``ids`` begins the ids of the rules; raises ValueError where no rule has such a feature.
    """

    def off(rules: Rules) -> Rules:
        found = 0
        entries = []
        for entry in rules.entries:
            values = entry.data["values"] if entry.kind == "weights" and entry.id.startswith(ids) else {}
            left = {name: value for name, value in values.items() if not _begins(name, prefixes)}
            found += len(values) - len(left)
            entries.append(_with(entry, values=left) if len(left) < len(values) else entry)
        if not found:
            raise ValueError(f"no weight of {ids} begins with {', '.join(prefixes)}")
        return Rules(tuple(entries), rules.choice)

    return off


def _begins(name: str, prefixes: tuple[str, ...]) -> bool:
    return name != "bias" and (not prefixes or name.startswith(prefixes))


def with_numbers(of: str = "articles", **values: float) -> Switch:
    """Numbers of ``of`` set to other values; raises ValueError where there is no such rule."""
    wanted = {f"{of}.{name}": value for name, value in values.items()}

    def off(rules: Rules) -> Rules:
        if missing := wanted.keys() - {entry.id for entry in rules.entries}:
            raise ValueError(f"no rules {missing}")
        entries = tuple(
            _with(entry, value=wanted[entry.id]) if entry.id in wanted else entry for entry in rules.entries
        )
        return Rules(entries, rules.choice)

    return off


def without_patterns(*kinds: str) -> Switch:
    """No pattern of these kinds; raises ValueError where there is none anyway."""

    def off(rules: Rules) -> Rules:
        left = tuple(e for e in rules.entries if not (e.kind == "pattern" and e.data["kind"] in kinds))
        if len(left) == len(rules.entries):
            raise ValueError(f"no pattern is of {kinds}")
        return Rules(left, rules.choice)

    return off


def ignoring(*findings: str) -> Switch:
    return lambda rules: rules.choosing(ignore=findings)


def _with(entry: Entry, **data: object) -> Entry:
    return replace(entry, data={**entry.data, **data})


_SEAMS, _HEADINGS = "seams.", "headings."

KINDS = (
    Evidence("seams", "no seam is closed", ignoring("seams.pair")),
    Evidence(
        "seams",
        "order and distance",
        without_weights(
            _SEAMS,
            "pair.back",
            "pair.same",
            "pair.touching",
            "pair.over_one",
            "pair.over_more",
            "pair.unknown",
        ),
    ),
    Evidence("seams", "how much of the edition is cut", without_weights(_SEAMS, "share")),
    Evidence(
        "seams",
        "what lies above and below",
        without_weights(_SEAMS, "head.after_", "tail.before_", "pair.over_caption", "pair.next_over"),
    ),
    Evidence(
        "seams",
        "stops, commas and colons",
        without_weights(
            _SEAMS,
            *(
                "tail.stop",
                "tail.comma",
                "tail.colon",
                "tail.dash",
                "tail.semicolon",
                "tail.has_",
                "head.stops",
            ),
            *("tail.han", "tail.alnum", "head.never_first", "pair.touching_comma", "pair.touching_to_stop"),
        ),
    ),
    Evidence(
        "seams",
        "quotes and brackets",
        without_weights(
            _SEAMS,
            *("tail.quote", "tail.unclosed", "tail.stop_unclosed", "tail.bracket"),
            *("head.quote", "head.unopened", "pair.quote", "pair.stop_quote"),
        ),
    ),
    Evidence(
        "seams",
        "function words left dangling",
        without_weights(
            _SEAMS, "tail.dangling", "head.function", "pair.far_function", "pair.touching_dangling"
        ),
    ),
    Evidence(
        "seams",
        "words put together by the seam",
        without_weights(
            _SEAMS,
            *("pair.word", "pair.long_word", "pair.far_word", "pair.known", "pair.title"),
            *("tail.single", "head.single", "pair.single", "pair.far_single"),
        ),
    ),
    Evidence(
        "seams",
        "characters that follow each other, and begin and end paragraphs",
        without_weights(_SEAMS, "tail.closes", "head.opens", "pair.runs_on", "pair.far_closes"),
    ),
    Evidence("seams", "parts of speech", without_weights(_SEAMS, "tail.ends_", "head.begins_")),
    Evidence("seams", "figures", without_weights(_SEAMS, "tail.figures", "head.figures")),
    Evidence("seams", "verse", without_weights(_SEAMS, "tail.verse", "head.verse", "pair.verse")),
    Evidence("seams", "rare words shared", without_weights(_SEAMS, "pair.affinity")),
    Evidence(
        "seams",
        "fullness of lines",
        without_weights(
            _SEAMS,
            *(
                "tail.full_line",
                "tail.short_line",
                "tail.stop_fills",
                "head.line",
                "head.indented",
                "head.flush",
            ),
            *("pair.far_full", "pair.next_full", "pair.touching_full", "pair.touching_indented"),
            *("pair.touching_flush", "pair.touching_stop_flush"),
        ),
    ),
    Evidence(
        "seams",
        "short sentences and headlines between the halves",
        without_weights(
            _SEAMS, "pair.over_sentence", "pair.touching_sentence", "pair.next_over_headline_runs_on"
        ),
    ),
    Evidence("seams", "length", without_weights(_SEAMS, "tail.under_", "head.under_")),
    Evidence("seams", "attribution after a quotation", without_weights("seams.rare")),
    Evidence(
        "headings",
        "heading marks",
        without_weights(_HEADINGS, "level.", "page.marked", "before.marked", "after.marked"),
    ),
    Evidence("headings", "length", without_weights(_HEADINGS, "size.")),
    Evidence(
        "headings",
        "punctuation",
        without_weights(_HEADINGS, "ends.", "has.", "starts.", "finishes", "unbalanced"),
    ),
    Evidence("headings", "what stands above", without_weights(_HEADINGS, "before.")),
    Evidence("headings", "what stands below", without_weights(_HEADINGS, "after.")),
    Evidence("headings", "change of vocabulary", without_weights(_HEADINGS, "near.")),
    Evidence("headings", "titles of documents, names of columns", without_patterns("title")),
    Evidence("headings", "lines that joined nothing", with_numbers("blocks", left_alone=0.0)),
    Evidence("repeats", "duplicates", ignoring("repeats.duplicate")),
    Evidence("repeats", "truncated readings", ignoring("repeats.truncated")),
    Evidence("repeats", "loops", ignoring("repeats.loop")),
    Evidence("repeats", "stutter", ignoring("repeats.stutter")),
    Evidence(
        "articles",
        "going back to an article",
        with_numbers(cost_of_going_back=_NEVER, cost_of_going_home=_NEVER),
    ),
    Evidence(
        "articles",
        "going ahead to a headline",
        with_numbers(cost_of_going_ahead=_NEVER, cost_of_going_ahead_afresh=_NEVER),
    ),
    Evidence(
        "articles",
        "rare words shared",
        with_numbers(weight_of_shared_words=0.0, weight_of_strays_words=0.0),
    ),
    Evidence("articles", "words shared by runs that strayed", with_numbers(weight_of_strays_words=0.0)),
    Evidence("articles", "headlines that only divide a story", with_numbers(dividing_surely=_NEVER)),
    Evidence("articles", "seams inside the sorted stories", with_numbers(least_seam=1.0)),
    Evidence("jumps", "no jump is followed", ignoring("jumps.link")),
    Evidence(
        "jumps", "where the marks point", without_weights("jumps.link", "leaving.", "landing.", "marks.")
    ),
    Evidence("jumps", "headlines at both ends", without_weights("jumps.link", "headline.")),
    Evidence("jumps", "the cut sentence", without_weights("jumps.link", "seam.")),
    Evidence("jumps", "rare words shared", without_weights("jumps.link", "words")),
    Evidence(
        "roles",
        "words of captions",
        without_patterns("caption_credit", "caption_scene", "caption_start", "caption_whole"),
    ),
    Evidence("roles", "words of bylines", without_patterns("byline_line", "byline_plain")),
    Evidence("roles", "words of furniture", without_patterns("furniture", "furniture_edge", "furniture_top")),
)
"""Every kind of evidence that the table shows."""


def table(golds: Sequence[GoldEdition], rules: Rules) -> Iterator[str]:
    """The lines of a Markdown table: the figures with everything on, then what each switch changes."""
    yield f"| step | switched off | {' | '.join(FIGURES)} |"
    yield f"|---|---|{'--:|' * len(FIGURES)}"
    whole = weigh(golds, rules).figures()
    yield f"| | *everything on* | {' | '.join(f'{whole[figure]:.3f}' for figure in FIGURES)} |"
    for kind in KINDS:
        less = weigh(golds, kind.off(rules)).figures()
        changes = (_change(less[figure] - whole[figure]) for figure in FIGURES)
        yield f"| {kind.step} | {kind.name} | {' | '.join(changes)} |"


def _change(difference: float) -> str:
    return "" if abs(difference) < 0.0005 else f"{difference:+.3f}".replace("-", "−")


def read_set(folder: Path) -> tuple[GoldEdition, ...]:
    """The editions of ``folder/gold.jsonl`` with their pages from ``folder/archive``."""
    lines = (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(edition_of(json.loads(line), folder / "archive") for line in lines if line.strip())


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sets", nargs="*", type=Path, metavar="SET")
    chosen = parser.parse_args()
    sets = {folder.name: read_set(folder) for folder in chosen.sets} or {
        "The editions of the gate as printed": tuple(editions(as_printed)),
        "The same without heading marks": tuple(editions(unmarked)),
    }
    rules = load_rules()
    for name, golds in sets.items():
        articles = sum(len(gold.articles) for gold in golds)
        print(f"### {name}\n\n{articles} articles on {sum(len(gold.pages) for gold in golds)} pages.\n")
        for line in table(golds, rules):
            print(line, flush=True)
        print()


if __name__ == "__main__":
    main()
