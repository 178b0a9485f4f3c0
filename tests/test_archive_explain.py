"""Explaining a place of a page, rewriting rows of articles, and proving a whole archive."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pagefix.archive import (
    check_archive,
    clean_archive,
    explain,
    restore_archive,
    rewrite_articles,
    was_rewritten,
)
from pagefix.errors import PageError, UsageError
from pagefix.rules import Rules
from tests.support.archives import contents, make_archive, run, write_page

_PAGE = """2025年5月29日 星期四

# 青河镇修通三座桥

昨天上午，青河镇三座新桥同时通车，两岸群众敲锣打

图为新桥。（本报记者王小虎摄）

鼓来看热闹。镇长说，过去进城要绕二十里山路，如今半个小时就到了，老人和孩子再也不怕雨天了。

镇长说，过去进城要绕二十里山路，如今半个小时就到了，老人和孩子再也不怕雨天了。

# 茶园来了新技术员

技术员白天在茶园里教剪枝，晚上在祠堂里讲防虫。
"""


@pytest.fixture
def out(tmp_path: Path, rules: Rules) -> Path:
    write_page(tmp_path / "archive/2025-05-29/A02.md", _PAGE)
    write_page(tmp_path / "archive/2025-05-29/A12.md", "# 春耕开始\n\n今天，全县的农民下地了。\n")
    (tmp_path / "archive/2025-05-29/A13.md").write_bytes(b"\x89PNG\r\n\x1a\n")
    clean_archive(tmp_path / "archive", tmp_path / "out", rules)
    return tmp_path / "out"


def test_a_line_and_what_it_was_joined_to(out: Path, rules: Rules) -> None:
    answer = explain(out, "2025-05-29/A02.md", 5, rules)
    assert answer.place.text == "昨天上午，青河镇三座新桥同时通车，两岸群众敲锣打"
    assert (answer.place.line, answer.status) == (5, "ok")
    article, join = answer.notes
    assert (article.kind, article.what, article.headline) == ("article", "body", "青河镇修通三座桥")
    assert (join.kind, join.what) == ("join", "goes on with")
    assert join.other is not None
    assert (join.other.line, join.other.text[:6]) == (9, "鼓来看热闹。")
    assert join.score is not None
    assert join.score > 0.5


def test_a_line_that_was_left_out_and_its_kept_copy(out: Path, rules: Rules) -> None:
    (note,) = explain(out, "A02.md", 11, rules).notes
    assert (note.kind, note.what) == ("drop", "duplicate")
    assert note.other is not None
    assert note.other.line == 9
    assert note.headline == "青河镇修通三座桥"
    assert note.rule == "repeats.duplicate"


def test_good_text_has_nothing_to_explain(out: Path, rules: Rules) -> None:
    (note,) = explain(out, str(out.parent / "archive/2025-05-29/A02.md"), 15, rules).notes
    assert (note.kind, note.what, note.headline) == ("article", "body", "茶园来了新技术员")


def test_explain_on_the_command_line(out: Path) -> None:
    done = run("explain", "A02.md", "--out", out)
    assert done.returncode == 0, done.stderr
    assert "left out: furniture (furniture.date" in done.stdout
    assert "    why: A dated head line" in done.stdout
    assert "left out: duplicate, of which this is kept:" in done.stdout
    assert "goes on with" in done.stdout
    found = json.loads(run("explain", "A02.md:11", "--out", out, "--json").stdout)
    assert found["place"]["line"] == 11
    assert found["notes"][0]["other"]["line"] == 9
    done = run("explain", "A13.md", "--out", out)
    assert "A13.md: set aside: 2025-05-29/A13.md: this is a binary file" in done.stdout


@pytest.mark.parametrize(
    ("place", "message"),
    [("A02.md:99", "the page has"), ("A07.md", "no page of the archive"), ("2025-05-29", "no page of the")],
)
def test_places_that_are_not_there(out: Path, place: str, message: str) -> None:
    done = run("explain", place, "--out", out)
    assert (done.returncode, message in done.stderr) == (2, True), done.stderr


def test_a_name_of_two_pages(tmp_path: Path, rules: Rules) -> None:
    clean_archive(make_archive(tmp_path / "archive", days=2, pages=1), tmp_path / "out", rules)
    with pytest.raises(UsageError, match="2 pages are called so"):
        explain(tmp_path / "out", "A01.md", None, rules)


def test_a_whole_archive_is_proved_and_put_back(tmp_path: Path, rules: Rules) -> None:
    archive = make_archive(tmp_path / "archive", days=3, pages=3)
    clean_archive(archive, tmp_path / "out", rules)
    assert check_archive(tmp_path / "out") == restore_archive(tmp_path / "out", tmp_path / "back") == 9
    assert contents(tmp_path / "back") == contents(archive)
    books = tmp_path / "out/ledger.jsonl"
    rows = books.read_text(encoding="utf-8").splitlines(keepends=True)
    books.write_text("".join(rows[:40] + rows[41:]), encoding="utf-8")
    with pytest.raises(PageError, match=r"2025-05-0\d/A0\d\.md"):
        check_archive(tmp_path / "out")
    done = run("restore", tmp_path / "out", "--check")
    assert done.returncode == 3


def test_rows_of_articles_are_rewritten_in_one_step(out: Path, rules: Rules) -> None:
    def mark(row: dict[str, Any]) -> dict[str, Any]:
        return row | {"cluster": "c1" if "青河" in row["text"] else None}

    archive = out.parent / "archive"
    before = contents(out)
    assert not was_rewritten(out, "clusters 1")
    assert rewrite_articles(out, lambda row: row, "nothing") == 3
    assert contents(out) == before
    rewrite_articles(out, mark, "clusters 1")
    marked = (out / "articles.jsonl").read_bytes()
    assert json.loads(marked.splitlines()[0])["cluster"] == "c1"
    assert clean_archive(archive, out, rules).worked == 0
    assert (out / "articles.jsonl").read_bytes() == marked
    assert was_rewritten(out, "clusters 1")
    assert check_archive(out) == 2
    write_page(archive / "2025-05-30/A01.md", "# 春耕开始\n\n今天，全县的农民下地了。\n")
    clean_archive(archive, out, rules)
    assert not was_rewritten(out, "clusters 1")
    assert "c1" not in (out / "articles.jsonl").read_text(encoding="utf-8")


def test_a_change_that_fails_leaves_the_rows_as_they_were(out: Path) -> None:
    before = contents(out, hidden=True)
    with pytest.raises(KeyError):
        rewrite_articles(out, lambda row: {"x": row["nothing"]}, "clusters")
    assert contents(out, hidden=True) == before
