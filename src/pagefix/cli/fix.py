"""``pagefix fix`` and ``pagefix undo``: pages mended in place, and put back."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pagefix.cli.options import choice_options, names, settings_option
from pagefix.cli.show import Screen, difference
from pagefix.errors import PageError, UsageError

if TYPE_CHECKING:
    from pagefix.inplace import Proof
    from pagefix.rules import Rules

_PATH = click.Path(path_type=Path)


@click.command()
@click.argument("files", type=_PATH, nargs=-1, required=True, metavar="FILE...")
@click.option("--check", is_flag=True, help="Change nothing; exit with 1 if something would be changed.")
@click.option(
    "--diff", is_flag=True, help="Change nothing; print what would be changed, and exit with 1 if anything."
)
@click.option("--exit-non-zero-on-fix", is_flag=True, help="Exit with 1 if something was changed.")
@click.option(
    "--ledger", type=_PATH, metavar="FILE", help="Add to FILE (JSON lines) what `pagefix undo` puts back."
)
@click.option(
    "--exclude",
    multiple=True,
    metavar="PATTERN",
    help="Leave out of folders what this pattern matches, a path or a name in it; may be given often.",
)
@click.option(
    "--force-exclude", is_flag=True, help="Leave out excluded files even if they are named as FILE."
)
@click.option(
    "--stdin-filename",
    metavar="NAME",
    help="What to call standard input (FILE is -) in messages and excludes.",
)
@click.option(
    "--jobs",
    "-j",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    metavar="N",
    help="Worker processes, for many files.",
)
@click.option("--encoding", help="Encoding of every file; found out for each file if not given.")
@click.option(
    "--rules", "rules_folder", type=_PATH, help="Folder with rule files, or one file, over the shipped ones."
)
@choice_options
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON lines.")
@click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Colour the difference; auto: on a terminal, unless NO_COLOR is set.",
)
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors, and what --diff shows.")
@settings_option
def fix(
    files: tuple[Path, ...],
    check: bool,
    diff: bool,
    exit_non_zero_on_fix: bool,
    ledger: Path | None,
    exclude: tuple[str, ...],
    force_exclude: bool,
    stdin_filename: str | None,
    jobs: int,
    encoding: str | None,
    rules_folder: Path | None,
    min_score: float | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    as_json: bool,
    color: str,
    quiet: bool,
) -> int:
    """Mend pages in place.

    Takes repeats out, joins broken paragraphs where they begin and puts articles in order;
    headings, jump lines, page furniture, white space, encoding and newlines stay as they are.
    FILE is a page, a folder of pages (.md, .markdown, .txt), or - for standard input.  A page
    without damage is not touched, and mending twice is mending once.  Exits with 3 where
    files were set aside.

    \b
    Example:
      pagefix fix --diff seeds
      pagefix fix --ledger fixed.jsonl scans/2025-05-29/A02.md
      pagefix fix --check --min-score 0.9 --ignore articles.order --jobs 8 scans
      pagefix fix - --stdin-filename A02.md < A02.md > mended.md
    """
    from pagefix.rules import load_rules

    if diff and as_json:
        raise UsageError("--diff and --json cannot both be printed", remedy="choose one")
    rules = load_rules(rules_folder).choosing(min_score=min_score, select=names(select), ignore=names(ignore))
    desk = Desk(
        rules=rules,
        encoding=encoding,
        writes=not (check or diff),
        ledger=ledger,
        diff=diff,
        screen=Screen(quiet=quiet, as_json=as_json, color=color),
    )
    if Path("-") in files:
        if len(files) > 1 or ledger:
            raise UsageError("- stands alone, without other files and --ledger", remedy="run it twice")
        tally = desk.stdin(stdin_filename, exclude if force_exclude else ())
    else:
        tally = desk.files(files, exclude, force_exclude, jobs)
    desk.screen.summary(tally.changed, tally.clean, tally.failed, written=desk.writes)
    if tally.failed:
        return 3
    return int(tally.changed > 0 and (check or diff or exit_non_zero_on_fix))


@dataclass(frozen=True, slots=True)
class Tally:
    """How many files changed (or would), how many stay as they were, how many were set aside."""

    changed: int = 0
    clean: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Desk:
    """What is done with each file, and where it is told."""

    rules: Rules
    encoding: str | None
    writes: bool
    ledger: Path | None
    diff: bool
    screen: Screen

    def files(self, paths: Sequence[Path], exclude: Sequence[str], force_exclude: bool, jobs: int) -> Tally:
        """Mends files in their order, whoever does it; one that fails is set aside, the others are done."""
        from pagefix.inplace import Named, find_files, pull_proofs

        found = (
            Named(path, click.format_filename(path)) for path in find_files(paths, exclude, force_exclude)
        )
        tally = Tally()
        for file, pulled in pull_proofs(found, self.rules, self.encoding, jobs):
            try:
                changed = self._file(file.path, file.name, pulled)
            except PageError as fault:
                self.screen.error(f"set aside: {fault}")
                tally = replace(tally, failed=tally.failed + 1)
                continue
            tally = replace(tally, changed=tally.changed + changed, clean=tally.clean + (not changed))
        return tally

    def _file(self, path: Path, name: str, pulled: Proof | PageError) -> bool:
        from pagefix.inplace import append_row, check_writable, replace_file, row_of

        if isinstance(pulled, PageError):
            raise pulled
        if pulled.changed and self.writes:
            check_writable(path, name)
            if self.ledger is not None:
                # First the way back, then the change: whatever ends the run, there is one.
                append_row(self.ledger, row_of(pulled, path, self.ledger))
            replace_file(path, name, pulled.before, pulled.after)
        self._tell(pulled, name)
        return pulled.changed

    def stdin(self, name: str | None, exclude: Sequence[str]) -> Tally:
        """Mends standard input to standard output; what was found goes to standard error."""
        from pagefix.inplace import excluded, pull_proof

        data = sys.stdin.buffer.read()
        name = name or "-"
        if excluded(Path(name), exclude):
            if self.writes:
                self.screen.data(data)
            return Tally(clean=1)
        try:
            proof = pull_proof(data, name, self.rules, self.encoding)
        except PageError as fault:
            self.screen.error(f"set aside: {fault}")
            if self.writes:
                self.screen.data(data)
            return Tally(failed=1)
        if self.writes:
            self.screen.data(proof.after)
        self._tell(proof, name, to_stderr=self.writes)
        return Tally(changed=int(proof.changed), clean=int(not proof.changed))

    def _tell(self, proof: Proof, name: str, to_stderr: bool = False) -> None:
        if self.diff:
            self.screen.difference(difference(proof.fixed.page.text, proof.fixed.text, name))
            return
        self.screen.findings(proof.fixed.findings, to_stderr)


@click.command()
@click.argument("ledger", type=_PATH)
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors.")
def undo(ledger: Path, quiet: bool) -> int:
    """Put back, byte for byte, the files that `pagefix fix --ledger LEDGER` changed.

    Each file is checked first: one that somebody changed since is left alone, the others are
    put back, and the command exits with 3.

    \b
    Example:
      pagefix fix --ledger fixed.jsonl scans
      pagefix undo fixed.jsonl
    """
    from pagefix.inplace import undo_ledger

    screen = Screen(quiet=quiet, as_json=False, color="never")
    faults = undo_ledger(ledger, lambda file, what: screen.line(f"{what}: {click.format_filename(file)}"))
    for fault in faults:
        screen.error(f"left alone: {fault}")
    return 3 if faults else 0
