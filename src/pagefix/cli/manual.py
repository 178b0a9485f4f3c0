"""``docs/cli.md``, made from the commands themselves: ``python -m pagefix.cli.manual > docs/cli.md``."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from pagefix.cli.commands import cli

_TOP = """\
<!-- Made from the commands: python -m pagefix.cli.manual > docs/cli.md (a test compares them) -->

# pagefix(1)
"""
_BOTTOM = """\
## Exit status

| code | meaning |
|---|---|
| 0 | done |
| 1 | a check found something to do |
| 2 | usage, configuration or rules wrong; nothing was written |
| 3 | some pages were set aside, the others are done |
| 70 | a fault of pagefix's own |
| 130 | interrupted; nothing is half-written |

Data goes to standard output; progress and messages go to standard error.

## Files

| file | purpose |
|---|---|
| `pagefix.toml`, or `[tool.pagefix]` in `pyproject.toml` | the nearest one, from the working directory \
upwards, holds settings; the command line goes over it, `--isolated` passes it over |
| `articles.jsonl`, `ledger.jsonl`, `pages.jsonl`, `<edition>/*.md` | what a run writes into OUT |
| `failed.jsonl` | pages that were set aside, with the reason |
| `.pagefix/` | in OUT: what pagefix knows of its own files; it removes nothing that it did not write |

## Environment

| variable | meaning |
|---|---|
| `NO_COLOR` | no colours, unless `--color always` asks for them |
| `_PAGEFIX_COMPLETE` | see the next section |

## Shell completion

Names of commands and options are completed by the shell, once it has been told:

```sh
eval "$(_PAGEFIX_COMPLETE=bash_source pagefix)"           # bash 4.4 or newer: in ~/.bashrc
eval "$(_PAGEFIX_COMPLETE=zsh_source pagefix)"            # zsh: in ~/.zshrc
_PAGEFIX_COMPLETE=fish_source pagefix | source            # fish: in ~/.config/fish/config.fish
```

A shell starts faster with the script kept in a file:
`_PAGEFIX_COMPLETE=bash_source pagefix > ~/.pagefix-complete.bash`.

## See also

[Archives](archives.md), [the library](library.md), [recipes](recipes.md), [accuracy](accuracy.md).
"""


def manual() -> str:
    """The whole manual as Markdown."""
    return "\n".join([_TOP, *(_section(context) for context in contexts()), _BOTTOM])


def contexts() -> Iterator[click.Context]:
    """A context of every command that is not hidden, in their order, groups before what they hold."""
    yield from _below(click.Context(cli, info_name="pagefix", **cli.context_settings))


def _below(context: click.Context) -> Iterator[click.Context]:
    yield context
    group = context.command
    if isinstance(group, click.Group):
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            if command is not None and not command.hidden:
                yield from _below(click.Context(command, info_name=name, parent=context))


def _section(context: click.Context) -> str:
    command = context.command
    text, example = _help_and_example(command)
    pieces = " ".join(command.collect_usage_pieces(context))
    parts = [f"## {context.command_path}", f"```text\n{context.command_path} {pieces}\n```", text]
    records = [record for p in command.get_params(context) if (record := p.get_help_record(context))]
    rows = [_row(*record) for record in records if record[1]]
    if rows:
        parts.append("\n".join(["| option | meaning |", "|---|---|", *rows]))
    if isinstance(command, click.Group):
        named = [(name, command.get_command(context, name)) for name in command.list_commands(context)]
        rows = [_row(name, c.get_short_help_str(200)) for name, c in named if c is not None and not c.hidden]
        parts.append("\n".join(["| command | purpose |", "|---|---|", *rows]))
    if example:
        parts.append(f"Example:\n\n```sh\n{example}\n```")
    return "\n\n".join(parts) + "\n"


def _help_and_example(command: click.Command) -> tuple[str, str]:
    """The help as Markdown paragraphs, and the lines below ``Example:``."""
    text, _, example = inspect.cleandoc(command.help or "").partition("\b\nExample:\n")
    paragraphs = [part for part in text.strip().split("\n\n") if part]
    shown = [
        f"```text\n{part.removeprefix(chr(8)).strip(chr(10))}\n```" if part.startswith("\b") else part
        for part in paragraphs
    ]
    return "\n\n".join(shown), inspect.cleandoc(example)


def _row(name: str, meaning: str) -> str:
    cells = (" ".join(cell.split()).replace("|", r"\|") for cell in (f"`{name}`", meaning))
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    click.echo(manual(), nl=False)
