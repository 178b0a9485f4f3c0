"""What ``fix`` prints: findings, differences, a summary."""

from __future__ import annotations

import difflib
import json
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from pagefix.fixing import Finding

_COLOURS: dict[str, dict[str, Any]] = {
    "---": {"bold": True},
    "+++": {"bold": True},
    "@@": {"fg": "cyan"},
    "-": {"fg": "red"},
    "+": {"fg": "green"},
}


class Screen:
    """Where things are told: data on standard output, messages on standard error.

    When whoever reads the output goes away, the work goes on and nothing more is printed.
    """

    def __init__(self, *, quiet: bool, as_json: bool, color: str) -> None:
        self._quiet = quiet
        self._as_json = as_json
        on_terminal = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        self._coloured = color == "always" or (color == "auto" and on_terminal)

    def findings(self, findings: Iterable[Finding], to_stderr: bool = False) -> None:
        """One line a finding."""
        for finding in findings:
            if self._as_json:
                self._print(json.dumps(asdict(finding), ensure_ascii=False), to_stderr)
            elif not self._quiet:
                self._print(str(finding), to_stderr)

    def difference(self, lines: Iterable[str]) -> None:
        """A unified difference."""
        for line in lines:
            style = next((style for mark, style in _COLOURS.items() if line.startswith(mark)), None)
            self._print(click.style(line, **style) if style and self._coloured else line)

    def line(self, message: str) -> None:
        """A message that is no error."""
        if not self._quiet:
            self._print(message)

    def error(self, message: str) -> None:
        """What went wrong."""
        self._print(message, to_stderr=True)

    def summary(self, changed: int, clean: int, failed: int, *, written: bool) -> None:
        """How many files changed, stayed as they were, and were set aside."""
        if self._quiet:
            return
        said = [f"{_files(changed)} {'mended' if written else 'would be mended'}", f"{clean} without damage"]
        said += [f"{failed} set aside"] if failed else []
        self._print(", ".join(said), to_stderr=True)

    def data(self, data: bytes) -> None:
        """Bytes as they are, on standard output."""
        try:
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            _nobody_reads()

    def _print(self, message: str, to_stderr: bool = False) -> None:
        try:
            click.echo(message, err=to_stderr, color=self._coloured)
        except BrokenPipeError:
            _nobody_reads()


def _nobody_reads() -> None:
    """Output goes nowhere from here on; Python would complain at its end otherwise."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _files(count: int) -> str:
    return f"{count} file{'s' * (count != 1)}"


def difference(before: str, after: str, name: str) -> Iterator[str]:
    """The unified difference of two texts, line for line, without line ends."""
    for line in difflib.unified_diff(_lines(before), _lines(after), name, name, n=3):
        yield line.removesuffix("\n")
        if not line.endswith("\n"):
            yield "\\ No newline at end of file"


def _lines(text: str) -> list[str]:
    lines = text.split("\n")
    return [line + "\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
