"""``pagefix reprints``, and the step of ``clean`` that does the same."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from pagefix.cli.options import settings_option
from pagefix.errors import UsageError
from pagefix.version import VERSION

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from pagefix.reprints import Found
    from pagefix.rules import Rules

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]?)i?B?", re.IGNORECASE)
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}


class Size(click.ParamType[int]):
    """A number of bytes: 500MB, 2G."""

    name = "size"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        found = _SIZE.fullmatch(str(value).strip())
        if found is None:
            self.fail(f"{value!r} is no size; write 500MB or 2GB", param, ctx)
        return int(float(found[1]) * _UNITS[found[2].upper()])


@click.command()
@click.argument("outs", metavar="OUT...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--paragraphs", is_flag=True, help="Compare paragraphs; writes reprinted-paragraphs.jsonl.")
@click.option("--rebuild", is_flag=True, help="Make the index anew from articles.jsonl.")
@click.option("--memory", type=Size(), help="Group on disk what takes more, say 2GB (extra: scale).")
@click.option("--scheduler", help="Work on Dask: an address, or local:N (extra: dask).")
@click.option(
    "--rules",
    "rules_folder",
    type=click.Path(path_type=Path),
    help="Folder with rule files, or one file, over the shipped ones.",
)
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@settings_option
def reprints(
    outs: tuple[Path, ...],
    paragraphs: bool,
    rebuild: bool,
    memory: int | None,
    scheduler: str | None,
    rules_folder: Path | None,
    quiet: bool,
    as_json: bool,
) -> int:
    """Find what the articles of OUT... print more than once.

    Each OUT is a folder that pagefix clean wrote.  Marks the clusters in articles.jsonl and
    lists them in reprints.jsonl; the index stays in the first OUT, so that a new day is
    compared in the time that the day takes.

    \b
    Example:
      pagefix reprints clean
      pagefix reprints morning evening --paragraphs
    """
    from pagefix.reprints import find_reprints
    from pagefix.rules import load_rules

    for out in outs:
        if not (out / "articles.jsonl").is_file():
            raise UsageError("no articles.jsonl here", place=str(out), remedy="run pagefix clean first")
    rules = load_rules(rules_folder)
    with ExitStack() as stack:
        put = stack.enter_context(_kept_in_the_books(outs, rules))
        workers = None
        if scheduler is not None:
            from pagefix.cli.scheduler import dask_client
            from pagefix.reprints.cluster import DaskWorkers

            workers = DaskWorkers(stack.enter_context(dask_client(scheduler)))
        found = find_reprints(
            outs, rules, paragraphs=paragraphs, workers=workers, memory=memory, rebuild=rebuild, put=put
        )
    if as_json:
        click.echo(json.dumps(as_row(found), ensure_ascii=False, indent=1))
    elif not quiet:
        click.echo(as_text(found, paragraphs))
    return 0


class Marked(NamedTuple):
    """How many articles are marked, and as how many clusters."""

    members: int = 0
    clusters: int = 0


def mark_reprints(out: Path, rules: Rules, executor: Executor | None) -> Marked:
    """The step of ``clean``: marks the reprints of what was just cleaned.

    Where the books are still those that were marked last, by these rules, nothing is done.
    An index that this version or these rules cannot use is made anew, and that is said: all it
    holds can be had from ``articles.jsonl``.
    """
    from pagefix.archive.books import made_by, note_made
    from pagefix.archive.outdir import Places

    by = _name(rules)
    counted = made_by(Places(out), by)
    if counted is not None and (out / "reprints.jsonl").exists():
        return Marked(**counted)
    from pagefix.reprints import find_reprints
    from pagefix.reprints.index import IndexFault
    from pagefix.reprints.workers import Hands

    with _kept_in_the_books([out], rules) as put:
        try:
            found = find_reprints([out], rules, workers=Hands(executor), put=put)
        except IndexFault as fault:
            click.echo(f"{fault.place}: {fault.what}; made anew", err=True)
            found = find_reprints([out], rules, workers=Hands(executor), rebuild=True, put=put)
        marked = Marked(found.members, found.clusters)
        note_made(Places(out), by, marked._asdict())
    return marked


def _name(rules: Rules) -> str:
    """How the manifest names the marks that these rules make."""
    return f"reprints {VERSION} {rules.version}"


@contextmanager
def _kept_in_the_books(outs: Sequence[Path], rules: Rules) -> Iterator[Callable[[Path, Path], None]]:
    """Keeps other runs out of ``outs``; what is put into one of them is noted in its manifest, so
    that the next ``clean`` knows whose change it was."""
    from pagefix.archive.books import note_rewritten
    from pagefix.archive.outdir import check_finished, locked

    with ExitStack() as stack:
        places = {}
        for out in dict.fromkeys(outs):
            check_finished(out)
            places[out / "articles.jsonl"] = stack.enter_context(locked(out))
        yield lambda new, place: note_rewritten(places[place], new, _name(rules))


def as_row(found: Found) -> dict[str, object]:
    """The summary as it is printed with --json."""
    return {
        "articles": found.articles,
        "clusters": found.clusters,
        "members": found.members,
        "kinds": dict(sorted(found.kinds.items())),
    }


def as_text(found: Found, paragraphs: bool) -> str:
    """The summary for people."""
    what = "paragraphs" if paragraphs else "articles"
    lines = [f"{found.articles} articles, {found.members} {what} in {found.clusters} clusters"]
    lines += [f"  {kind:<16} {number:>6}" for kind, number in sorted(found.kinds.items())]
    return "\n".join(lines)
