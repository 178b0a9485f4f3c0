"""Rules: what a user may want to change, loaded, checked and frozen.

Rule files are TOML (or YAML) with four kinds of entries: ``[[pattern]]``, ``[[number]]``,
``[[words]]`` and ``[[weights]]``.  Code asks for them by kind or id and never spells them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pagefix.rules.choice import Choice, check_choice
from pagefix.rules.entries import Entry
from pagefix.rules.files import read_folder, read_rules, shipped_folder
from pagefix.rules.patterns import Pattern

if TYPE_CHECKING:
    from pagefix.rules.sieve import Left, Sieve

__all__ = ["Choice", "Pattern", "Rules", "load_rules", "shipped_folder"]

# Asked of paths, tags and whole pages: sieving every block for them took more than for all others.
_NOT_SIFTED = frozenset({"edition_path", "page_label", "html", "refusal"})


class Rules:
    """A frozen set of rules.  Picklable; patterns are compiled when they are first used."""

    def __init__(self, entries: tuple[Entry, ...], choice: Choice | None = None) -> None:
        self._entries = entries
        timeout = next((float(e.data["value"]) for e in entries if e.id == "rules.pattern_timeout"), 1.0)
        patterns: dict[str, list[Pattern]] = {}
        values: dict[str, Mapping[str, Any]] = {}
        for entry in self.entries:
            if entry.kind == "pattern":
                pattern = Pattern(entry.id, str(entry.data["kind"]), str(entry.data["regex"]), timeout)
                patterns.setdefault(pattern.kind, []).append(pattern)
            else:
                values[entry.id] = entry.data
        self._patterns = {kind: tuple(found) for kind, found in patterns.items()}
        self._beginning: dict[tuple[str, str], tuple[Pattern, ...]] = {}
        self._sieve: Sieve | None = None
        self._values = values
        self._numbers: dict[str, float] = {}
        self._choice = choice or Choice(float(values.get("choice.min_score", {"value": 0.5})["value"]))

    def __reduce__(self) -> tuple[object, ...]:
        return (Rules, (self._entries, self._choice))

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every entry in force, in file order."""
        return tuple(entry for entry in self._entries if not entry.data.get("disabled"))

    @property
    def choice(self) -> Choice:
        """What is done at once, and what is only reported."""
        return self._choice

    def choosing(
        self,
        *,
        min_score: float | None = None,
        select: Iterable[str] | None = None,
        ignore: Iterable[str] | None = None,
    ) -> Rules:
        """The same rules with another choice; None keeps what stands.

        Raises :class:`~pagefix.errors.UsageError` for a score that is no probability and for
        names that no finding has.
        """
        old = self._choice
        choice = Choice(
            old.min_score if min_score is None else min_score,
            old.select if select is None else tuple(select),
            old.ignore if ignore is None else tuple(ignore),
        )
        check_choice(choice, self.words("choice.findings"))
        return Rules(self._entries, choice)

    def taught(self, entries: Iterable[Entry]) -> Rules:
        """The same choice and rules with ``entries`` behind them.

        None is added that a user has changed, or disabled, in rules of his own.
        """
        there = {entry.id for entry in self._entries}
        new = (entry for entry in entries if entry.id not in there)
        return Rules((*self._entries, *new), self._choice)

    def careful(self, least: float) -> Rules:
        """The same rules and choice with a ``min_score`` of at least this."""
        return self.choosing(min_score=max(least, self._choice.min_score))

    def chosen(self, rule: str) -> bool:
        """Whether findings of ``rule`` are wanted; those that are not are left alone without a word."""
        return self._choice.chosen(rule)

    def allows(self, rule: str, score: float) -> bool:
        """Whether a finding of ``rule`` with this probability is carried out.

        One that is chosen and not allowed is a doubt: it goes into the ledger, and the page
        stays as it is.
        """
        return score >= self._choice.min_score and self._choice.chosen(rule)

    def why_not(self, score: float) -> str:
        """What the ledger says of a finding that is not likely enough."""
        return f"its score {score:g} is below min_score {self._choice.min_score:g}"

    @property
    def version(self) -> str:
        """Twelve hex digits that change whenever a rule in force or the choice changes."""
        content = [(entry.kind, entry.id, entry.data) for entry in self._entries]
        choice = (self._choice.min_score, self._choice.select, self._choice.ignore)
        dumped = json.dumps([content, choice], ensure_ascii=False, sort_keys=True, default=str)
        return hashlib.sha256(dumped.encode()).hexdigest()[:12]

    def patterns(self, kind: str) -> tuple[Pattern, ...]:
        """The patterns of one kind, in file order; none is no error (a user may switch all off)."""
        return self._patterns.get(kind, ())

    def beginning(self, kind: str, text: str) -> tuple[Pattern, ...]:
        """The patterns of one kind that ``text`` can begin with, told by its first character."""
        found = self._beginning.get((kind, text[:1]))
        if found is None:
            found = tuple(pattern for pattern in self.patterns(kind) if pattern.begins(text[:1]))
            self._beginning[kind, text[:1]] = found
        return found

    def sift(self, kind: str, text: str) -> Sequence[Pattern]:
        """The patterns of one kind that can match in ``text``, told by its characters, in file order."""
        return self.patterns(kind) if kind in _NOT_SIFTED else self.sifted(text).get(kind, ())

    def sifted(self, text: str) -> Left:
        """What :meth:`sift` gives for every kind that is left: for who asks about many kinds."""
        return self._sift()(text)

    def sift_all(self, texts: Sequence[str]) -> None:
        """Sifts a page's blocks together, in a fraction of the time, before they are asked about."""
        self._sift().prepare(texts)

    def _sift(self) -> Sieve:
        if self._sieve is None:
            from pagefix.rules.sieve import Sieve  # numpy: who only reads rules need not wait for it

            kinds = (found for kind, found in self._patterns.items() if kind not in _NOT_SIFTED)
            self._sieve = Sieve(chain.from_iterable(kinds))
        return self._sieve

    def compile(self) -> None:
        """Compiles every pattern now, and not when it is first used: for a process that is forked."""
        for pattern in chain.from_iterable(self._patterns.values()):
            pattern.compile()
        self._sift()

    def number(self, identity: str) -> float:
        """A threshold.  Raises KeyError where no rule has this id."""
        found = self._numbers.get(identity)
        if found is None:
            found = self._numbers[identity] = float(self._value(identity)["value"])
        return found

    def words(self, identity: str) -> tuple[str, ...]:
        """A list of words or marks.  Raises KeyError where no rule has this id."""
        return tuple(self._value(identity)["words"])

    def weights(self, identity: str) -> Mapping[str, float]:
        """Weights by the name of their feature.  Raises KeyError where no rule has this id."""
        return MappingProxyType(self._value(identity)["values"])

    def _value(self, identity: str) -> Mapping[str, Any]:
        try:
            return self._values[identity]
        except KeyError:
            raise KeyError(f"no rule has the id {identity!r}; was it disabled?") from None


def load_rules(*places: Path | None) -> Rules:
    """The shipped rules, and over them those of each of ``places``: folders of rule files, or files.

    An entry there with the id of one before replaces it; ``disabled = true`` takes it out.
    Raises :class:`~pagefix.errors.RuleError`, which lists every fault with file and line.
    """
    rules = _shipped()
    for place in places:
        if place is not None:
            from pagefix.rules.checks import check_entries

            own = read_rules(place)
            check_entries(own, known=rules.entries)
            rules = Rules(merge(rules.entries, own))
    return rules


def merge(shipped: tuple[Entry, ...], own: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """``own`` over ``shipped``: same id replaces in place, new ones follow, disabled ones go.

    Disabled ones that are not there stay, disabled: an archive may still teach them.
    """
    replacing = {entry.id: entry for entry in own}
    merged = [replacing.pop(entry.id, entry) for entry in shipped]
    return (*(entry for entry in merged if not entry.data.get("disabled")), *replacing.values())


@lru_cache(maxsize=1)
def _shipped() -> Rules:
    return Rules(read_folder(shipped_folder()))
