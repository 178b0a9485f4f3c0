"""Whether rules are sound: every fault at once, with file, line, what is wrong and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from typing import Any

import regex
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from pagefix.errors import RuleError
from pagefix.rules.entries import KINDS, PATTERN_KINDS, Entry
from pagefix.rules.patterns import Pattern

_SECONDS = 1.0
# The ids of what archives teach; it may be disabled before it is there.
_TAUGHT = "taught."


class _Rule(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    id: str = Field(
        pattern=r"^[a-z0-9_.-]+$", description="Unique over all files; the same id replaces a shipped rule."
    )
    reason: str = Field(min_length=10, description="Why the rule holds, for papers nobody has seen.")
    disabled: bool = False


class PatternRule(_Rule):
    """A regular expression (the `regex` package's syntax) and what it finds."""

    kind: str = Field(description="What it is used for: " + ", ".join(PATTERN_KINDS))
    regex: str
    examples: list[str] = Field(min_length=1)
    counter_examples: list[str] = Field(min_length=1)
    lang: str = "any"


class NumberRule(_Rule):
    """A threshold with its unit."""

    value: float | int
    unit: str
    minimum: float | int | None = None
    maximum: float | int | None = None


class WordsRule(_Rule):
    """A list of words or marks."""

    words: list[str] = Field(min_length=1)


class WeightsRule(_Rule):
    """Weights by the name of their feature, and how they were fitted."""

    values: dict[str, float | int]
    fitted: dict[str, Any] | None = None


_MODELS: dict[str, type[_Rule]] = {
    "pattern": PatternRule,
    "number": NumberRule,
    "words": WordsRule,
    "weights": WeightsRule,
}


def schema() -> dict[str, Any]:
    """The JSON schema of a rule file."""
    lists = {kind: TypeAdapter(list[model]).json_schema() for kind, model in _MODELS.items()}  # type: ignore[valid-type]
    definitions = {name: d for found in lists.values() for name, d in found.pop("$defs", {}).items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "pagefix rule file",
        "type": "object",
        "properties": lists,
        "additionalProperties": False,
        "$defs": definitions,
    }


def check_entries(entries: Sequence[Entry], known: Iterable[Entry] = ()) -> None:
    """Raises one :class:`~pagefix.errors.RuleError` that lists every fault of ``entries``.

    ``known`` are the rules that these stand over: an id of theirs must keep its kind.
    """
    shipped = {entry.id: entry for entry in known}
    faults = [fault for entry in entries for fault in _faults(entry, shipped)]
    faults += _repeated(entries)
    if faults:
        raise RuleError("\n".join(faults))


def _repeated(entries: Sequence[Entry]) -> Iterator[str]:
    first: dict[str, Entry] = {}
    for entry in entries:
        if entry.id and (other := first.setdefault(entry.id, entry)) is not entry:
            yield _say(
                entry,
                "id",
                f"the id {entry.id} stands at {other.file}:{other.line} already",
                "rename or delete one",
            )


def _faults(entry: Entry, shipped: dict[str, Entry]) -> Iterator[str]:
    if entry.kind not in _MODELS:
        yield _say(entry, "", f"there are no {entry.kind} rules", _nearest(entry.kind, KINDS))
        return
    old = shipped.get(entry.id)
    if old is not None and old.kind != entry.kind:
        yield _say(entry, "id", f"{entry.id} is a {old.kind}, not a {entry.kind}", "rename it")
    if (
        (old is not None or entry.id.startswith(_TAUGHT))
        and entry.data.get("disabled") is True
        and set(entry.data) <= {"id", "disabled", "reason"}
    ):
        if old is not None and old.kind in _NEEDED:
            yield _say(
                entry, "disabled", f"{entry.id}: no {old.kind} can be left out", "give it another value"
            )
        return
    model = _MODELS[entry.kind]
    try:
        model.model_validate(dict(entry.data))
    except ValidationError as invalid:
        for error in invalid.errors():
            yield _invalid(entry, error, model)
        return
    if entry.kind == "pattern":
        yield from _pattern_faults(entry)
    if entry.kind == "number":
        yield from _number_faults(entry, old)
    if entry.kind == "weights":
        yield from _weights_faults(entry, old)


# The code asks for these by their names, as it does not for patterns.
_NEEDED = frozenset({"number", "words", "weights"})
# What these hold are no features, which count nothing where they are missing.
_WHOLE = frozenset({"seams.cut", "seams.said"})


def _weights_faults(entry: Entry, old: Entry | None) -> Iterator[str]:
    if old is None or entry.id not in _WHOLE:
        return
    if missing := sorted(old.data["values"].keys() - entry.data["values"].keys()):
        yield _say(entry, "values", f"{entry.id}: {', '.join(missing)} missing", "give all of its values")


def _invalid(entry: Entry, error: Any, model: type[_Rule]) -> str:
    key = str(error["loc"][0]) if error["loc"] else ""
    if error["type"] == "extra_forbidden":
        return _say(entry, key, f"unknown key {key}", _nearest(key, tuple(model.model_fields)))
    if error["type"] == "missing":
        return _say(entry, "", f"{entry.id or entry.kind}: the key {key} is missing", "add it")
    return _say(entry, key, f"{entry.id}: {key}: {error['msg'].lower()}", "correct it")


def _number_faults(entry: Entry, old: Entry | None) -> Iterator[str]:
    bounds = {**(dict(old.data) if old else {}), **entry.data}
    low, high = bounds.get("minimum"), bounds.get("maximum")
    value = entry.data["value"]
    if (low is not None and value < low) or (high is not None and value > high):
        yield _say(
            entry, "value", f"{entry.id}: {value} lies outside {low} to {high}", "choose a value between"
        )


def _pattern_faults(entry: Entry) -> Iterator[str]:
    kind, source = str(entry.data["kind"]), str(entry.data["regex"])
    if kind not in PATTERN_KINDS:
        yield _say(
            entry,
            "kind",
            f"{entry.id}: no step uses patterns of the kind {kind}",
            _nearest(kind, PATTERN_KINDS),
        )
    try:
        regex.compile(source)
    except regex.error as fault:
        yield _say(entry, "regex", f"{entry.id}: {fault}", "correct the expression")
        return
    pattern = Pattern(entry.id, kind, source, _SECONDS)
    try:
        if pattern.fullmatch(""):
            yield _say(
                entry, "regex", f"{entry.id} matches the empty string", "demand at least one character"
            )
        for example in entry.data["examples"]:
            if not finds(pattern, example):
                yield _say(
                    entry, "examples", f"{entry.id} does not match its example {example!r}", "mend either"
                )
        for example in entry.data["counter_examples"]:
            if finds(pattern, example):
                yield _say(
                    entry,
                    "counter_examples",
                    f"{entry.id} matches its counter-example {example!r}",
                    "mend either",
                )
    except RuleError as slow:
        yield _say(entry, "regex", slow.what, slow.remedy)


_SEARCHED = frozenset(
    {
        "photographer",
        "html",
        "jump_from",
        "jump_to",
        "dateline_end",
        "caption_credit",
        "agency",
        "signature",
        "no_scene",
        "signs_off",
    }
)
_STARTS = frozenset({"caption_start", "dateline_start", "refusal"})


def finds(pattern: Pattern, text: str) -> bool:
    """Whether ``pattern`` finds something in ``text``, the way its kind is used."""
    if pattern.kind in _SEARCHED:
        return pattern.search(text) is not None
    if pattern.kind in _STARTS:
        return pattern.match(text) is not None
    return pattern.fullmatch(text) is not None


def _nearest(word: str, choices: Sequence[str]) -> str:
    close = get_close_matches(word, choices, n=1, cutoff=0.5)
    return f"did you mean {close[0]}?" if close else "there are " + ", ".join(choices)


def _say(entry: Entry, key: str, what: str, remedy: str) -> str:
    return f"{entry.file}:{entry.lines.get(key, entry.line)}: {what} ({remedy})"
