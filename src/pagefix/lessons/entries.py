"""Facts as entries of a rule file: what the steps see, and what ``taught.toml`` holds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Any

from pagefix.lessons.facts import FILE, Fact, Meant, Taught
from pagefix.lessons.lines import example, expression
from pagefix.rules.entries import Entry

_HEAD = """\
# What this archive has taught: pagefix clean writes this file anew whenever it learns something, and
# follows it unasked.  Give it to --rules for pages on their own; copy what you want to keep or change
# into rules of your own.
"""
_BETWEEN = r"(?:\s*[、，,]\s*|\s+)"


def entries_of(lines: Iterable[Meant], paper: str, names: Iterable[str]) -> tuple[Entry, ...]:
    """The rules that an edition is cleaned with beside those in force."""
    data = [_furniture(fact, keys) for fact, keys in lines]
    signing = tuple(names)
    if signing:
        data.append(_bylines(paper, dict.fromkeys(signing, 0)))
    return tuple(Entry(FILE, 1, "pattern", each, {}) for each in data)


def rule_file(taught: Taught) -> str:
    """All of it, as the text of a rule file; empty where nothing was taught."""
    data = [
        _furniture(fact, (fact.key,))
        for _, lines in sorted(taught.furniture.items())
        for fact in lines.values()
    ]
    data += [_bylines(paper, dict(names)) for paper, names in sorted(taught.names.items()) if len(names) > 1]
    return "\n".join([_HEAD, *map(_table, data)]) if data else ""


def _furniture(fact: Fact, keys: Iterable[str]) -> dict[str, Any]:
    line = example(fact.key)
    return {
        "id": f"taught.furniture.{_digits(fact.paper, fact.key)}",
        "kind": "furniture",
        "regex": "|".join(map(expression, keys)),
        "reason": f"It stands at the edges of {fact.pages} pages, in {fact.seen} of {fact.among} "
        f"editions{_of(fact.paper)}.",
        "examples": [line],
        "counter_examples": [f"{line}，昨天的报上是这样写的。"],
    }


def _bylines(paper: str, names: dict[str, int]) -> dict[str, Any]:
    either = "(?:" + "|".join(sorted(names)) + ")"
    first, second = sorted(names)[:2]
    return {
        "id": f"taught.bylines.{_digits(paper)}",
        "kind": "byline_line",
        "regex": f"(?P<names>{either}(?:{_BETWEEN}{either})+)",
        "reason": f"These {len(names)} names stand in the credits of several editions{_of(paper)}: two "
        "and more of them in a line of their own are authors.",
        "examples": [f"{first} {second}"],
        "counter_examples": [first, f"{first}、{second}昨天到会。"],
    }


def _of(paper: str) -> str:
    return f" of {paper}" if paper else ""


def _digits(*parts: str) -> str:
    return blake2b("\0".join(parts).encode(), digest_size=4).hexdigest()


def _table(data: dict[str, Any]) -> str:
    return "\n".join(["[[pattern]]", *_keys(data)]) + "\n"


def _keys(data: dict[str, Any]) -> Iterator[str]:
    for key, value in data.items():
        if key == "regex":
            yield f"regex = '''{value}'''"
        else:
            yield f"{key} = {json.dumps(value, ensure_ascii=False)}"
