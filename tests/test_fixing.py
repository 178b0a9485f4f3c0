"""Pages mended in place: what goes, what comes together, and what stays as it was."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pagefix.fixing import Fixed, fix_page, woven
from pagefix.reading import page_from_text
from pagefix.rules import Rules, load_rules
from tests.support.cases import Case, cases
from tests.support.fixes import Fix, fixes
from tests.test_invariants import pages


def fixed(text: str, rules: Rules) -> Fixed:
    return fix_page(page_from_text(text), rules)


def check_laws(text: str, rules: Rules) -> Fixed:
    """What holds for every page: edits say both ways, nothing is lost, a second time changes nothing."""
    first = fixed(text, rules)
    assert woven(first.edits, text) == first.text
    assert woven(first.undo, first.text) == text
    assert first.changed == any(finding.done for finding in first.findings)
    assert fixed(first.text, rules).text == first.text
    for finding in first.findings:
        assert 0 <= finding.start <= finding.end <= len(text)
        assert 1 <= finding.line <= text.count("\n") + text.count("\r") + 1
    return first


_MANY = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@_MANY
@given(pages())
@example("昨天上午，三座新桥同时通车，\n\n市民李女士说，她每天晚饭后都要来走一走，\n\n昨\n<div>第\n\n")
def test_laws_on_damaged_pieces(text: str) -> None:
    check_laws(text, load_rules())


@_MANY
@given(st.text(max_size=200))
def test_laws_on_any_text(text: str) -> None:
    check_laws(text.encode("utf-8", "ignore").decode("utf-8"), load_rules())


_FIXTURES = [case.page for case in cases()]


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """Fixture pages put below each other, then cut, doubled, run together and shuffled by the line."""
    text = "\n".join(draw(st.lists(st.sampled_from(_FIXTURES), min_size=1, max_size=3)))
    lines = text.split("\n")
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(lines) - 1))
        line = lines[at]
        cut = draw(st.integers(0, len(line)))
        match draw(st.sampled_from(["cut", "double", "slide", "move", "glue"])):
            case "cut":
                lines[at : at + 1] = [line[:cut], "", line[cut:]]
            case "double":
                lines.insert(draw(st.integers(0, len(lines))), line[: cut or None])
            case "slide":
                lines[at] = line[:cut] + draw(st.sampled_from(lines))
            case "move":
                lines.insert(draw(st.integers(0, len(lines) - 1)), lines.pop(at))
            case "glue" if at + 1 < len(lines):
                lines[at : at + 2] = [line + lines[at + 1]]
    return draw(st.sampled_from(["\n", "\n", "\r\n"])).join(lines)


@_MANY
@given(damaged())
def test_laws_on_damaged_fixtures(text: str) -> None:
    check_laws(text, load_rules())


@pytest.mark.parametrize("case", list(fixes()), ids=lambda case: case.name)
def test_cases(case: Fix, rules: Rules) -> None:
    done = check_laws(case.page, rules)
    assert done.text == case.mended
    assert "\n".join(f"{finding.line} {finding.rule}" for finding in done.findings) == case.findings


@pytest.mark.parametrize("case", list(cases()), ids=lambda case: case.name)
def test_laws_on_fixtures(case: Case, rules: Rules) -> None:
    check_laws(case.page, rules)
