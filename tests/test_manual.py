"""The reference of the command line, its examples, and the completion of a shell."""

from __future__ import annotations

import inspect
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

import pagefix
from pagefix.cli.commands import cli
from pagefix.cli.manual import contexts, manual

_COMMANDS = {context.command_path: context.command for context in contexts()}


def test_the_manual_says_what_the_code_says(root: Path) -> None:
    written = (root / "docs/cli.md").read_text(encoding="utf-8")
    assert written == manual(), "run: python -m pagefix.cli.manual > docs/cli.md"


@pytest.mark.parametrize("path", _COMMANDS)
def test_every_command_has_an_example_that_parses(path: str) -> None:
    text, _, example = inspect.cleandoc(_COMMANDS[path].help or "").partition("\b\nExample:\n")
    assert text.strip(), f"{path} does not say what it does"
    calls = _calls(example)
    assert any(line.startswith(path) for line in calls), f"{path} --help has no example that calls it"
    for line in calls:
        _parse_line(line)


def test_every_call_in_the_documents_parses(root: Path) -> None:
    calls = []
    for document in (root / "README.md", root / "CONTRIBUTING.md", *(root / "docs").glob("*.md")):
        text = document.read_text(encoding="utf-8")
        calls += _calls("\n".join(re.findall(r"^ *(pagefix .*)$", text, re.MULTILINE)))
    assert len(calls) > 10
    for line in calls:
        _parse_line(line)


def _calls(text: str) -> list[str]:
    """The calls of pagefix in lines of a shell, without what follows a pipe."""
    lines = [part.strip() for line in text.splitlines() for part in line.split("|")]
    return [line for line in lines if line.split()[:1] == ["pagefix"]]


def _parse_line(line: str) -> None:
    words = shlex.split(re.split(r" +#|[<>]", line)[0])[1:]
    if "[" not in line and "..." not in line:  # a synopsis is no call
        _parse(cli, "pagefix", words, None)


def _parse(command: click.Command, name: str, words: list[str], parent: click.Context | None) -> None:
    try:
        context = command.make_context(name, words, parent)
    except click.MissingParameter:
        raise
    except click.BadParameter as fault:
        # Options and commands must exist; the files of an example need not.
        if fault.param is None or not isinstance(fault.param.type, click.Path | click.File):
            raise
        return
    if isinstance(command, click.Group):
        found, below, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        assert found is not None
        assert below is not None
        _parse(below, found, rest, context)


def test_the_parser_of_examples_can_fail() -> None:
    with pytest.raises(click.NoSuchOption):
        _parse(cli, "pagefix", ["clean", "pages", "--out", "x", "--no-such-option"], None)
    with pytest.raises(click.MissingParameter):
        _parse(cli, "pagefix", ["clean", "pages"], None)
    with pytest.raises(click.UsageError):
        _parse(cli, "pagefix", ["cleanse", "pages"], None)


def test_every_option_says_what_it_does() -> None:
    silent = [
        f"{path} {param.opts[0]}"
        for path, command in _COMMANDS.items()
        for param in command.params
        if isinstance(param, click.Option) and not param.help and not param.hidden
    ]
    assert silent == []


def test_every_public_name_has_its_section_with_an_example(root: Path) -> None:
    text = (root / "docs/library.md").read_text(encoding="utf-8")
    sections = {part.split("`", 1)[0]: part for part in text.split("### `pagefix.")[1:]}
    assert sorted(sections) == sorted(pagefix.__all__)
    assert [name for name, part in sections.items() if ">>>" not in part] == []
    assert all(hasattr(pagefix, name) for name in sections)


def _complete(shell: str, instruction: str, **env: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "pagefix"],
        env=os.environ | {"_PAGEFIX_COMPLETE": f"{shell}_{instruction}", **env},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_gets_its_script(shell: str) -> None:
    if shell == "bash" and shutil.which("bash") is None:
        pytest.skip("no bash here")
    script = _complete(shell, "source")
    assert f"_PAGEFIX_COMPLETE={shell}_complete" in script
    program = shutil.which(shell)
    if program is not None:
        subprocess.run([program, "-n"], input=script, text=True, check=True)


def test_names_of_commands_and_options_are_completed() -> None:
    words = {"COMP_WORDS": "pagefix ru", "COMP_CWORD": "1"}
    assert _complete("bash", "complete", **words) == "plain,rules\n"
    assert _complete("zsh", "complete", **words).splitlines()[:2] == ["plain", "rules"]
    assert "plain,rules" in _complete("fish", "complete", COMP_WORDS="pagefix ru", COMP_CWORD="ru")
    assert _complete("bash", "complete", COMP_WORDS="pagefix rules ch", COMP_CWORD="2") == "plain,check\n"
    assert "--encoding" in _complete("bash", "complete", COMP_WORDS="pagefix clean --enc", COMP_CWORD="2")


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash here")
def test_bash_completes_with_the_script(tmp_path: Path) -> None:
    """The script as bash runs it: sourced, its function called with a line that is half typed."""
    place = tmp_path / "pagefix"
    place.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m pagefix "$@"\n', encoding="utf-8")
    place.chmod(0o755)
    code = (
        'eval "$(_PAGEFIX_COMPLETE=bash_source pagefix)"\n'
        "COMP_WORDS=(pagefix res); COMP_CWORD=1\n"
        "_pagefix_completion pagefix\n"
        'echo "${COMPREPLY[@]}"; complete -p pagefix\n'
    )
    env = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(["bash", "--norc", "-c", code], env=env, capture_output=True, text=True)
    assert done.stdout.splitlines() == ["restore", "complete -o nosort -F _pagefix_completion pagefix"], (
        done.stderr
    )
