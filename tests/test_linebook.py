"""Where rows lie, kept: the same as reading the file again, and nothing where the file is another."""

from __future__ import annotations

import json
from dataclasses import fields
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from pagefix.writing.linebook import (
    KEPT,
    Lines,
    keep_lines,
    kept_lines,
    lines_of,
    marked,
    pieced,
    read_lines,
    stretch,
)


def row(n: int, cluster: str | None) -> bytes:
    found: dict[str, object] = {"id": f"甲报/{n}", "text": "字" * (n % 7), "cluster": cluster, "warnings": []}
    return json.dumps(found, ensure_ascii=False, separators=(", ", ": ")).encode() + b"\n"


def same(one: Lines, other: Lines) -> bool:
    return all(
        np.array_equal(getattr(one, column.name), getattr(other, column.name)) for column in fields(Lines)[1:]
    )


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / KEPT).parent.mkdir()
    (tmp_path / "articles.jsonl").write_bytes(b"".join(row(n, "一组" if n % 3 else None) for n in range(20)))
    return tmp_path


def test_a_file_put_together_is_a_file_read(out: Path) -> None:
    path = out / "articles.jsonl"
    old, rows = read_lines(path), path.read_bytes().splitlines(keepends=True)
    new = [row(n, None) for n in (31, 32)]
    path.write_bytes(b"".join([*rows[:4], *new, *rows[9:12], *rows[12:]]))
    pieces = [stretch(old, 0, 4), lines_of(path, BytesIO(b"".join(new)))]
    pieces += [stretch(old, 9, 12), stretch(old, 12, 12), stretch(old, 12, 20)]
    assert same(pieced(path, pieces), read_lines(path))
    assert same(pieced(path, []), lines_of(path, ()))


def test_marks_move_what_follows(out: Path) -> None:
    path = out / "articles.jsonl"
    old = read_lines(path)
    rows = path.read_bytes().splitlines(keepends=True)
    rows[2], rows[3], rows[19] = row(2, None), row(3, "一个长长的名字"), row(19, "短")
    path.write_bytes(b"".join(rows))
    sizes = [len(json.dumps(value, ensure_ascii=False).encode()) for value in (None, "一个长长的名字", "短")]
    assert same(marked(old, [2, 3, 19], sizes), read_lines(path))
    assert same(marked(old, [], []), old)


def test_kept_as_long_as_the_file_is_the_same(out: Path) -> None:
    path = out / "articles.jsonl"
    assert kept_lines(out, path) is None
    keep_lines(out, read_lines(path))
    kept = kept_lines(out, path)
    assert kept is not None
    assert same(kept, read_lines(path))
    data = path.read_bytes()
    (out / "other").write_bytes(data)
    (out / "other").replace(path)
    assert kept_lines(out, path) is None
    keep_lines(out, read_lines(path))
    path.write_bytes(data + row(21, None))
    assert kept_lines(out, path) is None


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04", b"x" * 500])
def test_what_is_spoilt_is_not_believed(out: Path, damage: bytes) -> None:
    path = out / "articles.jsonl"
    keep_lines(out, read_lines(path))
    (out / KEPT).write_bytes(damage)
    assert kept_lines(out, path) is None
