"""``pagefix explain``: what happened to a place of a page, and why."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pagefix.cli.options import settings_option

if TYPE_CHECKING:
    from pagefix.archive.explaining import Explained, Note, Place

_FOLDER = click.Path(path_type=Path)
_LINE = re.compile(r"(?P<file>.+):(?P<line>\d+)")


@click.command()
@click.argument("place", metavar="FILE[:LINE]")
@click.option("--out", "-o", type=_FOLDER, required=True, help="Folder that pagefix clean wrote.")
@click.option(
    "--rules", "rules_folder", type=_FOLDER, help="Folder with rule files, as it was given to pagefix clean."
)
@click.option("--json", "as_json", is_flag=True, help="Print all that is known as JSON.")
@settings_option
def explain(place: str, out: Path, rules_folder: Path | None, as_json: bool) -> int:
    """Tell what happened to a page, or to one line of it, and why.

    FILE is the page's path in the archive, or enough of its end to be the only one.

    \b
    Example:
      pagefix explain 2025-05-29/A02.md --out clean
      pagefix explain A02.md:12 --out clean
    """
    from pagefix.archive.explaining import explain as explained
    from pagefix.rules import load_rules

    found = _LINE.fullmatch(place)
    file, line = (found["file"], int(found["line"])) if found else (place, None)
    rules = load_rules(rules_folder)
    answer = explained(out, file, line, rules)
    click.echo(json.dumps(asdict(answer), ensure_ascii=False, indent=1) if as_json else _as_text(answer))
    return 0


def _as_text(answer: Explained) -> str:
    if answer.status == "failed":
        return f"{answer.place.page}: set aside: {answer.reason}"
    lines = [f"{_where(answer.place)}: {answer.status}", f"  {answer.place.text}"]
    # White space and marks between the blocks say something only where there is nothing else.
    told = [note for note in answer.notes if note.rule != "marks.between"]
    for note in told or answer.notes:
        lines += ["", *_told(note)]
    return "\n".join(lines)


def _told(note: Note) -> list[str]:
    head = f"{_where(note.place)}  {note.place.text}".rstrip()
    lines = [head, f"  {_SAYS[note.kind](note)}{_score(note)}"]
    if note.other is not None:
        lines.append(f"    {_where(note.other)}  {note.other.text}")
    if note.article and note.kind != "article":
        lines.append(f"    which stands in {_article(note)}")
    if note.why:
        lines.append(f"    why: {note.why}")
    return lines


_SAYS = {
    "article": lambda note: f"{note.what} of {_article(note)}",
    "drop": lambda note: f"left out: {note.what}" + (", of which this is kept:" if note.other else ""),
    "join": lambda note: f"{note.what}",
    "replace": lambda note: f"words are lost here, shown as {note.what}",
    "uncertain": lambda note: f"left as it is: {note.what}?",
}


def _article(note: Note) -> str:
    return f"{note.article} {note.headline}".rstrip()


def _score(note: Note) -> str:
    return "" if note.score is None else f" ({note.rule}, {note.score:.2f})"


def _where(place: Place) -> str:
    return f"{place.page}:{place.line}"
