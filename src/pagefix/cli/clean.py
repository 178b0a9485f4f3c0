"""``pagefix clean``: an archive in, articles and books out."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pagefix.cli.options import choice_options, names, settings_option

if TYPE_CHECKING:
    from pagefix.archive import Summary

_FOLDER = click.Path(path_type=Path)
_ORDER = ("duplicate", "truncated", "loop", "stutter", "furniture", "jump", "image", "mark")
_SHOWN = 20


@click.command()
@click.argument("archive", type=_FOLDER)
@click.option("--out", "-o", type=_FOLDER, required=True, help="Folder for the articles and the books.")
@click.option(
    "--jobs",
    "-j",
    type=click.IntRange(min=1),
    metavar="N",
    help="Worker processes; as many as cores if not given.",
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Work on this Dask scheduler instead; local:N starts N Dask workers.",
)
@click.option(
    "--layout", metavar="NAME", help="The one layout that says how ARCHIVE files its pages (date_folder …)."
)
@click.option("--encoding", help="Encoding of every page; found out for each page if not given.")
@click.option(
    "--rules",
    "rules_folder",
    type=_FOLDER,
    help="Folder with rule files, or one file, over the shipped ones.",
)
@choice_options
@click.option(
    "--teach/--no-teach",
    default=True,
    help="Look for running heads and reporters' names that recur in ARCHIVE first, and follow them; "
    "OUT/taught.toml lists them.",
)
@click.option(
    "--reprints/--no-reprints",
    "marks",
    default=True,
    help="Mark what was printed more than once, or leave that to pagefix reprints.",
)
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@settings_option
def clean(
    archive: Path,
    out: Path,
    jobs: int | None,
    scheduler: str | None,
    layout: str | None,
    encoding: str | None,
    rules_folder: Path | None,
    min_score: float | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    teach: bool,
    marks: bool,
    quiet: bool,
    as_json: bool,
) -> int:
    """Clean every page below ARCHIVE.

    Writes the articles as Markdown, articles.jsonl, ledger.jsonl (what was done to each
    page) and pages.jsonl into the folder --out.  A second run cleans only what changed, and
    goes on where the first was stopped.  An archive of ten editions and more teaches its own
    running heads first, which taught.toml lists.  Exits with 3 where pages were set aside.

    \b
    Example:
      pagefix clean seeds --out clean
      pagefix clean scans --out clean --jobs 8 --encoding gb18030
      pagefix clean scans --out clean --min-score 0.9 --ignore repeats.stutter
    """
    from pagefix.archive import clean_archive
    from pagefix.cli.progress import progress
    from pagefix.cli.reprints import mark_reprints
    from pagefix.rules import load_rules

    rules = load_rules(rules_folder).choosing(min_score=min_score, select=names(select), ignore=names(ignore))
    with ExitStack() as stack:
        executor = None
        if scheduler is not None:
            from pagefix.cli.scheduler import dask_client

            client = stack.enter_context(dask_client(scheduler))
            executor = client.get_executor()
            jobs = jobs or max(1, sum(client.nthreads().values()))
        report = stack.enter_context(progress(quiet or as_json))
        summary = clean_archive(
            archive,
            out,
            rules,
            encoding=encoding,
            layout=layout,
            jobs=jobs or _cores(),
            executor=executor,
            progress=report,
            keep_marks=marks,
            teach=teach,
        )
        found = mark_reprints(out, rules, executor) if marks else None
    _tell_troubles(summary)
    if as_json:
        click.echo(_as_json(summary))
    elif not quiet:
        click.echo(_as_text(summary, out))
        if found is not None and found.clusters:
            click.echo(f"  {'reprints':<10} {found.members:>6} articles in {found.clusters} clusters")
    return 3 if summary.failed else 0


def _cores() -> int:
    """The cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def _tell_troubles(summary: Summary) -> None:
    for message in summary.messages:
        click.echo(message, err=True)
    for failure in summary.failures[:_SHOWN]:
        click.echo(f"set aside: {failure.page}: {failure.reason}", err=True)
    if summary.failed > _SHOWN:
        click.echo(f"set aside: {summary.failed - _SHOWN} more, see failed.jsonl", err=True)


def _as_text(summary: Summary, out: Path) -> str:
    lines = [f"{_many(summary.pages, 'page')}, {_many(summary.articles, 'article')} -> {out}"]
    if summary.worked < summary.pages:
        lines.append(f"  {summary.pages - summary.worked} pages were done before")
    if summary.worked and summary.seconds:
        rate = summary.worked / summary.seconds
        lines.append(f"  {summary.worked} pages in {summary.seconds:.1f} s, {rate:.1f} a second")
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
    lines += [f"  - {headline}" for headline in summary.headlines]
    if summary.failed:
        lines.append(f"  {summary.failed} pages set aside, see failed.jsonl")
    return "\n".join(lines)


def _many(count: int, thing: str) -> str:
    return f"{count} {thing}{'s' * (count != 1)}"


def _as_json(summary: Summary) -> str:
    import json

    row = {
        "pages": summary.pages,
        "editions": summary.editions,
        "articles": summary.articles,
        "worked": summary.worked,
        "seconds": round(summary.seconds, 3),
        "dropped": {reason: summary.dropped[reason] for reason in _ORDER if summary.dropped[reason]},
        "joined": summary.joins,
        "uncertain": summary.uncertain,
        "statuses": dict(sorted(summary.statuses.items())),
        "failed": [failure.page for failure in summary.failures],
    }
    return json.dumps(row, ensure_ascii=False, indent=1)
