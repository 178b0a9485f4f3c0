"""The commands.  Whatever takes long to import is imported where it is used."""

from __future__ import annotations

from pathlib import Path

import click

from pagefix.cli.clean import clean
from pagefix.cli.rules import rules_group
from pagefix.version import VERSION

_FOLDER = click.Path(path_type=Path)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(VERSION, prog_name="pagefix")
def cli() -> None:
    """Rejoin the damaged text of scanned newspaper pages into clean articles.

    \b
    Example:
      pagefix clean seeds --out clean
      pagefix restore clean --to pages
    """


@cli.command()
@click.argument("out", type=_FOLDER)
@click.option("--to", type=_FOLDER, required=True, help="Folder for the pages.")
@click.option("--force", is_flag=True, help="Overwrite files there that differ.")
def restore(out: Path, to: Path, force: bool) -> int:
    """Put every page back, byte for byte, from OUT alone.

    \b
    Example:
      pagefix restore clean --to pages
    """
    from pagefix.archive import restore_archive

    count = restore_archive(out, to, force=force)
    click.echo(f"{count} page{'s' * (count != 1)} restored to {to}, each proved by its sha256")
    return 0


cli.add_command(clean)
cli.add_command(rules_group)
