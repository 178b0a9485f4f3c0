"""The commands.  Whatever takes long to import is imported where it is used."""

from __future__ import annotations

from pathlib import Path

import click

from pagefix.cli.clean import clean
from pagefix.cli.explain import explain
from pagefix.cli.fix import fix, undo
from pagefix.cli.reprints import reprints
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
      pagefix fix --diff seeds
    """


@cli.command()
@click.argument("out", type=_FOLDER)
@click.option("--to", type=_FOLDER, help="Folder for the pages.")
@click.option("--force", is_flag=True, help="Overwrite files there that differ.")
@click.option("--check", is_flag=True, help="Only prove that every page can be put back; write nothing.")
def restore(out: Path, to: Path | None, force: bool, check: bool) -> int:
    """Put every page back, byte for byte, from OUT alone.

    \b
    Example:
      pagefix restore clean --to pages
      pagefix restore clean --check
    """
    from pagefix.archive import check_archive, restore_archive

    if check:
        count = check_archive(out)
        click.echo(f"{count} page{'s' * (count != 1)} can be restored, each proved by its sha256")
        return 0
    if to is None:
        raise click.UsageError("Say --to DIR, or --check.")
    count = restore_archive(out, to, force=force)
    click.echo(f"{count} page{'s' * (count != 1)} restored to {to}, each proved by its sha256")
    return 0


cli.add_command(clean)
cli.add_command(explain)
cli.add_command(fix)
cli.add_command(undo)
cli.add_command(reprints)
cli.add_command(rules_group)
