"""The commands.  Whatever takes long to import is imported where it is used."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pagefix.cli.options import choice_options, names
from pagefix.cli.rules import rules_group
from pagefix.version import VERSION

if TYPE_CHECKING:
    from pagefix.archive import Summary

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
@click.argument("archive", type=_FOLDER)
@click.option("--out", "-o", type=_FOLDER, required=True, help="Folder for the articles and the books.")
@click.option("--encoding", help="Encoding of every page; found out for each page if not given.")
@click.option(
    "--rules", "rules_folder", type=_FOLDER, help="Folder with rule files that go over the shipped ones."
)
@choice_options
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def clean(
    archive: Path,
    out: Path,
    encoding: str | None,
    rules_folder: Path | None,
    min_score: float | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    quiet: bool,
    as_json: bool,
) -> int:
    """Clean every page below ARCHIVE.

    Writes the articles as Markdown, articles.jsonl, ledger.jsonl (what was done to each
    page) and pages.jsonl into the folder --out.  Exits with 3 where pages were set aside.

    \b
    Example:
      pagefix clean seeds --out clean
      pagefix clean scans --out clean --encoding gb18030
      pagefix clean scans --out clean --min-score 0.9 --ignore repeats.stutter
    """
    from pagefix.archive import clean_archive
    from pagefix.cli.config import configured
    from pagefix.cli.progress import progress
    from pagefix.rules import load_rules

    settings = configured(Path.cwd())
    rules = load_rules(rules_folder or settings.rules).choosing(
        min_score=min_score, select=names(select), ignore=names(ignore)
    )
    with progress(quiet or as_json) as report:
        summary = clean_archive(archive, out, rules, encoding=encoding or settings.encoding, progress=report)
    for message in summary.messages:
        click.echo(message, err=True)
    for failure in summary.failures:
        click.echo(f"set aside: {failure.page}: {failure.reason}", err=True)
    if as_json:
        click.echo(_as_json(summary))
    elif not quiet:
        click.echo(_as_text(summary, out))
    return 3 if summary.failures else 0


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


cli.add_command(rules_group)

_ORDER = ("duplicate", "truncated", "loop", "stutter", "furniture", "jump", "image", "mark")


def _as_text(summary: Summary, out: Path) -> str:
    lines = [f"{summary.pages} pages, {summary.articles} articles -> {out}"]
    lines += [
        f"  {reason:<10} {summary.dropped[reason]:>6} dropped, {summary.characters[reason]} characters"
        for reason in _ORDER
        if summary.dropped[reason]
    ]
    lines.append(f"  {'joined':<10} {summary.joins:>6} seams")
    if summary.uncertain:
        lines.append(f"  {'uncertain':<10} {summary.uncertain:>6} left alone, see ledger.jsonl")
    other = {status: n for status, n in sorted(summary.statuses.items()) if status != "ok"}
    lines += [f"  {status:<10} {n:>6} pages without articles" for status, n in other.items()]
    if summary.articles <= 20:
        lines += [f"  - {headline}" for headline in summary.headlines]
    if summary.failures:
        lines.append(f"  {len(summary.failures)} pages set aside, see failed.jsonl")
    return "\n".join(lines)


def _as_json(summary: Summary) -> str:
    import json

    row = {
        "pages": summary.pages,
        "articles": summary.articles,
        "dropped": {reason: summary.dropped[reason] for reason in _ORDER if summary.dropped[reason]},
        "joined": summary.joins,
        "uncertain": summary.uncertain,
        "statuses": dict(sorted(summary.statuses.items())),
        "failed": [failure.page for failure in summary.failures],
    }
    return json.dumps(row, ensure_ascii=False, indent=1)
