"""``pagefix.toml`` and ``[tool.pagefix]``: under the command line, over the defaults."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from pagefix.cli.clean import clean
from pagefix.cli.config import KEYS, nearest_settings
from pagefix.cli.fix import fix
from pagefix.errors import UsageError
from tests.test_fix_command import DAMAGED, MENDED, folder, run, text

__all__ = ["folder"]


def test_the_command_line_goes_over_the_file_and_the_file_over_the_defaults(folder: Path) -> None:
    settings = folder / "pagefix.toml"
    settings.write_text('ignore = ["seams"]\nexclude = ["raw"]\n', encoding="utf-8")
    assert run("fix", "--check", "A01.md", cwd=folder).returncode == 0
    assert run("fix", "--check", "A01.md", "--ignore", "repeats", cwd=folder).returncode == 1
    assert run("fix", "--check", "A01.md", "--isolated", cwd=folder).returncode == 1
    (folder / "raw").mkdir()
    (folder / "raw/A03.md").write_text(DAMAGED, encoding="utf-8")
    settings.write_text('exclude = "raw"\nforce-exclude = true\nmin-score = 0.5\n', encoding="utf-8")
    assert run("fix", ".", "raw/A03.md", cwd=folder).returncode == 0
    assert (text(folder / "A01.md"), text(folder / "raw/A03.md")) == (MENDED, DAMAGED)


def test_settings_of_a_project_reach_clean_too(folder: Path) -> None:
    (folder / "pyproject.toml").write_text('[tool.pagefix]\nencoding = "ascii"\njobs = 1\n', encoding="utf-8")
    for out, more, code in (("o1", [], 3), ("o2", ["--encoding", "utf-8"], 0), ("o3", ["--isolated"], 0)):
        done = run("clean", "..", "--out", folder.parent / f"{folder.name}-{out}", *more, cwd=_sub(folder))
        assert done.returncode == code, done.stderr.decode()


def _sub(folder: Path) -> Path:
    (folder / "sub").mkdir(exist_ok=True)
    return folder / "sub"


def test_the_nearest_file_that_has_settings(tmp_path: Path) -> None:
    near, far = tmp_path / "a/b", tmp_path / "a"
    near.mkdir(parents=True)
    (far / "pyproject.toml").write_text('[tool.pagefix]\nrules = "mine"\n', encoding="utf-8")
    (near / "pyproject.toml").write_text('[tool.other]\nrules = "not mine"\n', encoding="utf-8")
    assert nearest_settings(near).values == {"rules": far / "mine"}
    (far / "pagefix.toml").write_text('select = ["seams"]\n', encoding="utf-8")
    assert nearest_settings(near).values == {"select": ("seams",)}
    (near / "pyproject.toml").write_text("[tool.pagefix]\n", encoding="utf-8")
    assert nearest_settings(near).values == {}
    assert nearest_settings(near).file == near / "pyproject.toml"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('encodign = "utf-8"', "has no key encodign (did you mean encoding?)"),
        ("min_score = 0.9", "has no key min_score (did you mean min-score?)"),
        ("min-score = 90", "says min-score = 90 (it must be a number from 0 to 1)"),
        ("min-score = true", "says min-score = True"),
        ('jobs = "4"', "says jobs = '4' (it must be a whole number from 1)"),
        ("jobs = 0", "says jobs = 0"),
        ("select = [1]", "says select = [1] (it must be a list of findings)"),
        ("exclude = {}", "says exclude = {}"),
        ('rules = ["a"]', "says rules = ['a'] (it must be a folder, in quotes)"),
        ("layout = ''", "says layout = ''"),
        ('force-exclude = "yes"', "says force-exclude = 'yes' (it must be true or false)"),
        ("rules =", "not TOML"),
    ],
)
def test_wrong_settings_are_told_with_their_file_and_key(tmp_path: Path, line: str, said: str) -> None:
    for name, head in (("pagefix.toml", ""), ("pyproject.toml", "[tool.pagefix]\n")):
        place = tmp_path / name.split(".")[0]
        place.mkdir()
        (place / name).write_text(f"{head}{line}\n", encoding="utf-8")
        with pytest.raises(UsageError) as told:
            nearest_settings(place)
        assert str(told.value).startswith(str(place / name))
        assert said in str(told.value)


def test_a_wrong_file_ends_the_command_before_it_begins(folder: Path) -> None:
    (folder / "pagefix.toml").write_text('slect = ["seams"]\n', encoding="utf-8")
    done = run("fix", "A01.md", cwd=folder)
    assert (done.returncode, "did you mean select?" in done.stderr.decode()) == (2, True)
    assert text(folder / "A01.md") == DAMAGED
    (folder / "pagefix.toml").write_text('select = ["seam"]\n', encoding="utf-8")
    done = run("fix", "A01.md", cwd=folder)
    assert (done.returncode, "did you mean seams?" in done.stderr.decode()) == (2, True)


def test_every_key_is_an_option() -> None:
    options = {
        name
        for command in (clean, fix)
        for option in command.params
        if isinstance(option, click.Option)
        for name in option.opts
    }
    assert {f"--{key}" for key in KEYS} <= options
