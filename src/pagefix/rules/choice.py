"""Which findings are carried out: those that are likely enough, selected and not ignored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from pagefix.errors import UsageError


@dataclass(frozen=True, slots=True)
class Choice:
    """What a caller wants done.

    ``min_score`` is a probability; ``select`` and ``ignore`` hold the ids of findings, or the
    step before the dot (``repeats`` stands for ``repeats.loop`` and its like).  An empty
    ``select`` stands for all; ``ignore`` goes over ``select``, unless ``select`` is the longer name.
    """

    min_score: float
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    def chosen(self, rule: str) -> bool:
        """Whether findings of this rule are wanted at all."""
        wanted = _reach(rule, self.select) if self.select else 0
        return wanted >= 0 and (_reach(rule, self.ignore) < 0 or wanted > _reach(rule, self.ignore))


def _reach(rule: str, names: Iterable[str]) -> int:
    """The length of the longest name that stands for ``rule``; -1 where none does."""
    return max((len(name) for name in names if rule == name or rule.startswith(f"{name}.")), default=-1)


def check_choice(choice: Choice, findings: Iterable[str]) -> None:
    """Raises :class:`~pagefix.errors.UsageError` for a score that is none and for unknown names."""
    if not 0.0 <= choice.min_score <= 1.0:
        raise UsageError(
            f"the min_score {choice.min_score:g} is no probability", remedy="choose one from 0 to 1"
        )
    known = sorted({name for rule in findings for name in (rule, rule.split(".")[0])})
    for name in (*choice.select, *choice.ignore):
        if name not in known:
            near = get_close_matches(name, known, n=1, cutoff=0.5)
            remedy = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
            raise UsageError(f"no finding is called {name!r}", remedy=remedy)
