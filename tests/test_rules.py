"""Rules: sound as shipped, and every fault of a user's own told at once, with its place."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from pagefix.errors import RuleError, UsageError
from pagefix.rules import Rules, load_rules, shipped_folder
from pagefix.rules.checks import check_entries, schema
from pagefix.rules.files import read_folder

_GOOD = """
[[pattern]]
id = "mine.note"
kind = "note"
regex = '''翻译：\\p{Han}{2,4}'''
reason = "Our paper names its translators on a line of their own."
examples = ["翻译：王小明"]
counter_examples = ["翻译工作十分辛苦。"]
"""


def test_shipped_rules_are_sound_with_their_examples() -> None:
    check_entries(read_folder(shipped_folder()))


def test_a_users_rule_is_added(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(_GOOD, encoding="utf-8")
    rules = load_rules(tmp_path)
    assert [p.id for p in rules.patterns("note")][-1] == "mine.note"
    assert rules.version != load_rules().version


def test_yaml_is_read_as_well(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(
        "number:\n  - id: repeats.least_truncated\n    value: 20\n    unit: characters\n"
        '    reason: "We lose too much otherwise."\n',
        encoding="utf-8",
    )
    assert load_rules(tmp_path).number("repeats.least_truncated") == 20


def test_a_shipped_rule_is_replaced_or_switched_off(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('[[pattern]]\nid = "notes.deck"\ndisabled = true\n', encoding="utf-8")
    assert load_rules(tmp_path).patterns("deck") == ()
    assert load_rules().patterns("deck") != ()


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(
        """[[pattern]]
id = "a.one"
kind = "notes"
regex = '''(unclosed'''
reason = "A reason that is long enough."
examples = ["x"]
counter_examples = ["y"]

[[pattern]]
id = "a.two"
kind = "note"
regex = '''x+'''
reason = "A reason that is long enough."
examples = ["xx", "b"]
counter_examples = ["xxx"]
exmples = []

[[number]]
id = "repeats.least_truncated"
value = 3
unit = "characters"
reason = "A reason that is long enough."

[[pattern]]
id = "a.three"
kind = "note"
regex = '''x*'''
reason = "A reason that is long enough."
examples = ["xx", "b"]
counter_examples = ["xxx"]

[[nubmer]]
id = "a.one"
""",
        encoding="utf-8",
    )
    with pytest.raises(RuleError) as caught:
        load_rules(tmp_path)
    said = str(caught.value).replace(str(path), "bad.toml")
    for expected in (
        "bad.toml:3: a.one: no step uses patterns of the kind notes (did you mean note?)",
        "bad.toml:4: a.one: missing )",
        "bad.toml:16: unknown key exmples (did you mean examples?)",
        "bad.toml:20: repeats.least_truncated: 3 lies outside 8 to 100",
        "bad.toml:27: a.three matches the empty string",
        "bad.toml:29: a.three does not match its example 'b'",
        "bad.toml:30: a.three matches its counter-example 'xxx'",
        "bad.toml:32: there are no nubmer rules (did you mean number?)",
        "bad.toml:33: the id a.one stands at bad.toml:1 already",
    ):
        assert expected in said


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("[[pattern]\n", encoding="utf-8")
    (tmp_path / "worse.yaml").write_text("a: 1\na: 2\n", encoding="utf-8")
    with pytest.raises(RuleError, match=r"(?s)bad\.toml: not TOML.*worse\.yaml: not YAML"):
        load_rules(tmp_path)
    with pytest.raises(UsageError, match="no such folder of rules"):
        load_rules(tmp_path / "none")


def test_a_pattern_that_runs_away_is_stopped(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        """
[[number]]
id = "rules.pattern_timeout"
value = 0.05
unit = "seconds"
reason = "A short limit for this test."

[[pattern]]
id = "mine.slow"
kind = "note"
regex = '''(?:a|aa|a{3})+b|ok'''
reason = "Backtracks without end on purpose."
examples = ["ok"]
counter_examples = ["no"]
""",
        encoding="utf-8",
    )
    slow = next(p for p in load_rules(tmp_path).patterns("note") if p.id == "mine.slow")
    with pytest.raises(RuleError, match=r"mine\.slow ran longer than 0\.05 s"):
        slow.fullmatch("a" * 5000 + "cb")
    assert slow.fullmatch("ok")


def test_rules_are_picklable(rules: Rules) -> None:
    again = pickle.loads(pickle.dumps(rules))
    assert again.version == rules.version
    assert again.patterns("note")[0].fullmatch("选自某某出版社《理财问答》（2024年版）")


def test_unknown_ids_are_programming_errors(rules: Rules) -> None:
    with pytest.raises(KeyError, match=r"no rule has the id 'no\.such'"):
        rules.number("no.such")


def test_the_schema_names_every_kind() -> None:
    assert set(schema()["properties"]) == {"pattern", "number", "words", "weights"}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            '[[weights]]\nid = "seams.cut"\nreason = "Our pages differ."\n[weights.values]\nshare = 0.0\n',
            "mine.toml:1: seams.cut: most, paragraphs, usual missing (give all of its values)",
        ),
        (
            '[[number]]\nid = "choice.min_score"\ndisabled = true\n',
            "mine.toml:3: choice.min_score: no number can be left out (give it another value)",
        ),
    ],
)
def test_what_the_code_needs_cannot_be_left_out(tmp_path: Path, text: str, fault: str) -> None:
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    with pytest.raises(RuleError) as raised:
        load_rules(tmp_path)
    assert fault in str(raised.value)


def test_weights_of_features_may_be_fewer(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        '[[weights]]\nid = "jumps.cut"\nreason = "The seam says it all."\n[weights.values]\nseam = 1.0\n',
        encoding="utf-8",
    )
    assert dict(load_rules(tmp_path).weights("jumps.cut")) == {"seam": 1.0}
