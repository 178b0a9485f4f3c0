"""Every page back, byte for byte, from an output folder alone."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from pagefix.archive.outdir import MANIFEST
from pagefix.errors import PageError, UsageError
from pagefix.ledger import restore_text
from pagefix.model import Action, ArticleBlock, Role, Row, Span


def restore_archive(out: Path, to: Path, *, force: bool = False) -> int:
    """Writes every page of ``out`` below ``to`` and returns how many there were.

    Raises :class:`~pagefix.errors.UsageError` where OUT is none of pagefix's or a file would be
    overwritten that differs (unless ``force``), :class:`~pagefix.errors.PageError` where OUT was
    changed so that a page cannot be rebuilt.  Nothing is written before all pages are proved.
    """
    if not (out / MANIFEST).exists():
        raise UsageError(
            "this is no folder that pagefix wrote", place=str(out), remedy=f"it must hold {MANIFEST}"
        )
    pages = list(_rows(out / "pages.jsonl"))
    ledger: dict[str, list[Row]] = {}
    for row in _rows(out / "ledger.jsonl"):
        ledger.setdefault(row["page"], []).append(_row(row))
    blocks: dict[str, list[ArticleBlock]] = {}
    for article in _rows(out / "articles.jsonl"):
        for item in article["blocks"]:
            block = ArticleBlock(
                Role(item["role"]), item["text"], tuple(Span(*span) for span in item["spans"])
            )
            for name in dict.fromkeys(span.page for span in block.spans):
                blocks.setdefault(name, []).append(block)
    targets = [_target(to, page["path"]) for page in pages]
    contents = [_content(page, blocks.get(page["path"], []), ledger) for page in pages]
    for target, data in zip(targets, contents, strict=True):
        if target.exists() and not force and target.read_bytes() != data:
            raise UsageError(
                "another file is here",
                place=str(target),
                remedy="restore into an empty folder, or use --force",
            )
    for target, data in zip(targets, contents, strict=True):
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = target.with_name(target.name + ".pagefix")
        aside.write_bytes(data)
        aside.replace(target)
    return len(pages)


def _content(page: dict[str, Any], blocks: list[ArticleBlock], ledger: dict[str, list[Row]]) -> bytes:
    path = page["path"]
    touched = {path, *(span.page for block in blocks for span in block.spans)}
    rows = [row for name in sorted(touched) for row in ledger.get(name, [])]
    if "raw" in page:
        data = zlib.decompress(base64.b64decode(page["raw"]))
    else:
        data = restore_text(path, blocks, rows).encode(page["encoding"])
    if hashlib.sha256(data).hexdigest() != page["sha256"]:
        raise PageError(
            "what was put together is not what was read",
            place=path,
            remedy="the files in OUT were changed; clean again",
        )
    return data


def _target(to: Path, path: str) -> Path:
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or not pure.parts:
        raise PageError(
            "this path would lead out of the folder",
            place=path,
            remedy="the files in OUT were changed; clean again",
        )
    return to.joinpath(*pure.parts)


def _row(row: dict[str, Any]) -> Row:
    return Row(
        page=row["page"],
        start=row["start"],
        end=row["end"],
        action=Action(row["action"]),
        reason=row["reason"],
        rule=row["rule"],
        score=row["score"],
        text=row["text"],
        after=row.get("after"),
    )


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with path.open(encoding="utf-8", newline="\n") as stream:
            for number, line in enumerate(stream, 1):
                try:
                    yield json.loads(line)
                except ValueError:
                    raise PageError(
                        "not a row", place=f"{path}:{number}", remedy="clean the archive again"
                    ) from None
    except FileNotFoundError:
        raise UsageError("a file is missing", place=str(path), remedy="clean the archive again") from None
