"""Options that several commands have."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click

_Command = TypeVar("_Command", bound=Callable[..., Any])


def choice_options(command: _Command) -> _Command:
    """``--min-score``, ``--select`` and ``--ignore``: which findings are carried out."""
    for option in (
        click.option(
            "--ignore",
            multiple=True,
            metavar="RULES",
            help="Findings to leave alone, by id or step, comma-separated; goes over --select.",
        ),
        click.option(
            "--select",
            multiple=True,
            metavar="RULES",
            help="The only findings to act on, by id or step (repeats.loop, seams), comma-separated.",
        ),
        click.option(
            "--min-score",
            type=click.FloatRange(0.0, 1.0),
            help="Findings less likely right than this (0 to 1) are reported and left alone. "
            "[default: the rule choice.min_score]",
        ),
    ):
        command = option(command)
    return command


def names(values: Iterable[str]) -> tuple[str, ...] | None:
    """The names of an option that may be given often, and each time with commas; None if it was not."""
    found = tuple(name for value in values for part in value.split(",") if (name := part.strip()))
    return found or None


def settings_option(command: _Command) -> _Command:
    """``--isolated``; without it the nearest settings file gives the defaults of the other options."""

    def read(context: click.Context, _: click.Parameter, isolated: bool) -> None:
        if not isolated:
            from pagefix.cli.config import nearest_settings

            context.default_map = nearest_settings(Path.cwd()).defaults(context.command)

    return click.option(
        "--isolated",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=read,
        help="Read no pagefix.toml and no pyproject.toml.",
    )(command)
