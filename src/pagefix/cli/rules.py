"""``pagefix rules``: see, check and describe the rules."""

from __future__ import annotations

import json
from pathlib import Path

import click

from pagefix.cli.options import settings_option


@click.group("rules")
def rules_group() -> None:
    """See and check the rules.

    \b
    Example:
      pagefix rules list
      pagefix rules check my-rules
    """


@rules_group.command("list")
@click.option(
    "--rules",
    "folder",
    type=click.Path(path_type=Path),
    help="Folder with rule files, or one file, over the shipped ones.",
)
@click.option("--json", "as_json", is_flag=True, help="Print whole entries as JSON lines.")
@settings_option
def list_rules(folder: Path | None, as_json: bool) -> int:
    """List the rules in force with their reasons.

    \b
    Example:
      pagefix rules list --json
    """
    from pagefix.rules import load_rules

    for entry in load_rules(folder).entries:
        if as_json:
            click.echo(json.dumps({"entry": entry.kind, **entry.data}, ensure_ascii=False, default=str))
        else:
            kind = entry.data.get("kind", entry.kind)
            click.echo(f"{entry.id:<36} {kind:<16} {' '.join(str(entry.data.get('reason', '')).split())}")
    return 0


@rules_group.command("check")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
def check_rules(folder: Path | None) -> int:
    """Check the shipped rules, and those of FOLDER over them; exits with 2 and lists every fault.

    \b
    Example:
      pagefix rules check my-rules
    """
    from pagefix.rules import load_rules, shipped_folder
    from pagefix.rules.checks import check_entries
    from pagefix.rules.files import read_folder

    shipped = read_folder(shipped_folder())
    check_entries(shipped)
    rules = load_rules(folder)
    click.echo(f"{len(rules.entries)} rules, all sound (version {rules.version})")
    return 0


@rules_group.command("schema")
def schema_of_rules() -> int:
    """Print the JSON schema of a rule file.

    \b
    Example:
      pagefix rules schema > rules.schema.json
    """
    from pagefix.rules.checks import schema

    click.echo(json.dumps(schema(), ensure_ascii=False, indent=1))
    return 0
