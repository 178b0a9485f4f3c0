"""The golden cases: every kind of damage, and beside it what only looks like it."""

from __future__ import annotations

import pytest

from tests.support.cases import Case, cases, shown

_CASES = list(cases())


@pytest.mark.parametrize("case", _CASES, ids=[case.name for case in _CASES])
def test_case(case: Case) -> None:
    assert shown(case.cleaned()) == case.expected


def test_there_are_cases_of_every_step() -> None:
    assert {case.name.split(":")[0] for case in _CASES} >= {
        "roles",
        "repeats",
        "seams",
        "jumps",
        "pages",
        "strays",
    }
    assert len(_CASES) >= 39
