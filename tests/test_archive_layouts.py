"""Where a page belongs by its path, the order of pages, and a million of them."""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from pagefix.archive import folders
from pagefix.archive.folders import Index
from pagefix.reading.layouts import Place, place_finder, reading_order
from pagefix.rules import Rules


@pytest.mark.parametrize(
    ("path", "edition", "label"),
    [
        ("paper/2025-05-29/A02.md", "paper/2025-05-29", "A02"),
        ("2025/05/29/02.txt", "2025-05-29", "02"),
        ("20250529_A02.md", "2025-05-29", "A02"),
        ("rmrb-1998-01-15-03.md", "rmrb/1998-01-15", "03"),
        ("rmrb-1998-01-15/03.md", "rmrb/1998-01-15", "03"),
        ("2025-05/29/nw.D110000renmrb_20250529_1-02.md", "renmrb/2025-05-29", "02"),
        ("2025-05-29/20250529_A02.md", "2025-05-29", "A02"),
        ("江城晚报20250529A02.md", "江城晚报/2025-05-29", "A02"),
        ("江城晚报/2025年/05月/29日/A02版：要闻.md", "江城晚报/2025-05-29", "A02版"),
        ("scans/rmrb/1998/0115/p3.md", "scans/rmrb/1998-01-15", "3"),
        ("1998.1.5/第二版.md", "1998-01-05", "第二版"),
        # None of these is a date, so the folder keeps the pages together.
        ("misc/第二版.md", "misc", "第二版"),
        ("A02.md", "", "A02"),
        ("2025-13-29/A02.md", "2025-13-29", "A02"),
        ("report 2025.5/A02.md", "report 2025.5", "A02"),
        ("a.b/A02.final.md", "a.b", "A02.final"),
    ],
)
def test_places(rules: Rules, path: str, edition: str, label: str) -> None:
    assert place_finder(rules)(path) == Place(edition, label)


def test_pages_stand_in_the_order_of_their_numbers() -> None:
    labels = ["B1", "十一版", "A10", "第三版", "A2", "02", "1版", "extra"]
    assert sorted(labels, key=reading_order) == ["1版", "02", "第三版", "十一版", "A2", "A10", "B1", "extra"]
    editions = ["rmrb/1998-01-15", "rmrb/1998-01-02", "jfrb/2025-05-29", "2025-05-29"]
    assert sorted(editions, key=reading_order)[0] == "2025-05-29"
    assert sorted(editions, key=reading_order)[1:] == [
        "jfrb/2025-05-29",
        "rmrb/1998-01-02",
        "rmrb/1998-01-15",
    ]


def test_the_index_holds_no_page(rules: Rules, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages are in SQLite's files, not in lists."""

    def files(days: int) -> Iterator[tuple[str, os.stat_result | None]]:
        status = os.stat_result((0,) * 10)
        for day in range(days):
            year, month = divmod(day, 336)
            for page in range(8):
                name = f"{1900 + year}-{month // 28 + 1:02d}-{month % 28 + 1:02d}"
                yield f"{name}/A{page + 1:02d}.md", status

    monkeypatch.setattr(folders, "_files", lambda _: files(1500))
    tracemalloc.start()
    index = Index(largest=300)
    index.fill(tmp_path, place_finder(rules))
    assert sum(len(edition.pages) for edition in index.editions()) == index.pages == 12_000
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    index.close()
    # The caches of labels and editions are bounded; a list of the pages alone took 3.4 MB.
    assert most < 1_500_000


def test_what_is_no_page_is_passed_over(rules: Rules, tmp_path: Path) -> None:
    for name in (".hidden/A01.md", "2025-05-29/.A01.md", "2025-05-29/A01.pdf", "2025-05-29/A02.MD"):
        (tmp_path / "archive" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "archive" / name).write_text("x", encoding="utf-8")
    (tmp_path / "outside.md").write_text("x", encoding="utf-8")
    (tmp_path / "archive/2025-05-29/A03.md").symlink_to(tmp_path / "outside.md")
    (tmp_path / "archive/2025-05-29/A04.md").symlink_to(tmp_path / "archive/2025-05-29/A02.MD")
    index = Index(largest=300)
    index.fill(tmp_path / "archive", place_finder(rules))
    (edition,) = index.editions()
    assert [page.path for page in edition.pages] == ["2025-05-29/A02.MD", "2025-05-29/A04.md"]


@pytest.mark.skipif(os.name == "nt", reason="POSIX names")
def test_a_name_that_is_no_text_is_set_aside(rules: Rules, tmp_path: Path) -> None:
    from pagefix.archive import clean_archive

    folder = tmp_path / "archive" / "2025-05-29"
    folder.mkdir(parents=True)
    (folder / "A01.md").write_text("# 春耕开始\n\n今天，全县的农民下地了。\n", encoding="utf-8")
    Path(os.fsdecode(os.fsencode(folder) + b"/A\xff2.md")).write_text("# x\n", encoding="utf-8")
    summary = clean_archive(tmp_path / "archive", tmp_path / "out", rules)
    assert (summary.pages, summary.failed) == (1, 1)
    assert summary.failures[0].page == "2025-05-29/A\\xff2.md"
    assert "rename it" in summary.failures[0].reason
