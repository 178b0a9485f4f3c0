"""Reprints of whole archives: kinds, marks, and an index that is always what building it anew gives."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from pagefix.errors import UsageError
from pagefix.reprints import find_reprints
from pagefix.reprints.workers import Hands
from pagefix.rules import load_rules
from tests.support.printings import Desk, article, marks, report, write_out

RULES = load_rules()


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pagefix", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


def days(count: int = 12, seed: int = 1) -> dict[str, list[str]]:
    """Lines of articles day by day; one story in five is printed again on a later day, some twice."""
    desk, dice = Desk(seed), random.Random(seed)
    printed: list[list[str]] = []
    out: dict[str, list[str]] = {}
    for day in range(1, count + 1):
        edition = f"2025-03-{day:02d}"
        lines = []
        for number in range(1, 13):
            story = desk.story(dice.randint(2, 5), dice.randint(60, 140))
            if printed and dice.random() < 0.25:
                story = desk.misread(dice.choice(printed), 0.02)
                story = story[: max(1, len(story) - dice.randint(0, 2))]
            else:
                printed.append(story)
            lines.append(article(edition, number, story, f"第{day}日第{number}条"))
        out[edition] = lines
    return out


def all_files(out: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in out.iterdir() if p.is_file()}


@pytest.fixture
def kinds(tmp_path: Path) -> Path:
    desk = Desk(3)
    story, other, long, alone = desk.story(), desk.story(3), desk.story(6), desk.story()
    lines = [
        article("2025-05-01", 1, story, "青河镇修通三座桥"),
        article("2025-05-01", 2, other, "老码头变成新公园"),
        article("2025-05-01", 3, [long[0][:70]], "导读"),
        article("2025-05-01", 4, long, "茶园来了技术员"),
        article("2025-05-01", 5, alone, "春耕开始"),
        article("2025-05-02", 1, desk.misread(story), "三座新桥同时通车"),
        article("2025-05-02", 2, long[2:5], "茶园"),
        article("晚报/2025-05-01", 1, desk.misread(other, 0.01), "老码头变成新公园"),
    ]
    return write_out(tmp_path / "out", lines)


def test_kinds_of_printings(kinds: Path) -> None:
    found = find_reprints([kinds], RULES)
    assert (found.articles, found.clusters, found.members) == (8, 3, 7)
    rows = {row["cluster"]: row for row in report(kinds)}
    assert {name: row["kind"] for name, row in rows.items()} == {
        "2025-05-01/01-01": "reprint",
        "2025-05-01/01-02": "edition variant",
        "2025-05-01/01-03": "excerpt",
    }
    members = {m["id"]: m for row in rows.values() for m in row["members"]}  # type: ignore[attr-defined]
    assert members["2025-05-02/01-01"]["kind"] == "reprint"
    assert members["2025-05-02/01-01"]["differs"]["headline"] == "三座新桥同时通车"
    assert members["晚报/2025-05-01/01-01"]["kind"] == "edition variant"
    assert members["2025-05-01/01-03"]["kind"] == "teaser"
    assert members["2025-05-02/01-02"]["kind"] == "excerpt"
    assert members["2025-05-02/01-02"]["score"] == 1.0
    assert 330 <= members["2025-05-02/01-02"]["differs"]["missing"] <= 370
    assert rows["2025-05-01/01-03"]["representative"] == "2025-05-01/01-04"
    assert "kind" not in members["2025-05-01/01-04"]


def test_marks_change_nothing_else(kinds: Path) -> None:
    before = (kinds / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    find_reprints([kinds], RULES)
    after = (kinds / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    assert marks(kinds)["2025-05-01/01-05"] is None
    assert marks(kinds)["2025-05-02/01-01"] == marks(kinds)["2025-05-01/01-01"] == "2025-05-01/01-01"
    for old, new in zip(before, after, strict=True):
        cluster = json.dumps(json.loads(new)["cluster"], ensure_ascii=False)
        assert new == old.replace('"cluster": null', f'"cluster": {cluster}')


def test_again_and_after_a_fresh_run_the_bytes_are_the_same(kinds: Path) -> None:
    def held() -> dict[Path, bytes]:
        # Where the rows lie is kept with the file's own times, which differ.
        return {p: p.read_bytes() for p in kinds.rglob("*") if p.is_file() and p.name != "rows.npz"}

    fresh = (kinds / "articles.jsonl").read_bytes()
    find_reprints([kinds], RULES)
    marked = held()
    find_reprints([kinds], RULES)
    assert held() == marked
    # clean writes the file again, without marks; nothing in it is new.
    (kinds / "articles.jsonl").write_bytes(fresh)
    find_reprints([kinds], RULES)
    assert held() == marked


def test_stories_that_share_a_phrase_are_no_reprints(tmp_path: Path) -> None:
    desk = Desk(4)
    phrase = desk.writer.paragraph(40)
    lines = [article("2025-05-01", n, [phrase, *desk.story(3)]) for n in range(1, 7)]
    out = write_out(tmp_path / "out", lines)
    assert find_reprints([out], RULES).clusters == 0
    assert set(marks(out).values()) == {None}
    assert (out / "reprints.jsonl").read_bytes() == b""


def test_an_item_in_two_digests_does_not_tie_them_together(tmp_path: Path) -> None:
    desk = Desk(5)
    item = desk.story(1, 150)
    digests = [desk.story(4, 150) for _ in range(2)]
    lines = [
        article("2025-05-01", 1, digests[0] + item),
        article("2025-05-02", 1, item + digests[1]),
        article("2025-05-03", 1, item),
    ]
    out = write_out(tmp_path / "out", lines)
    find_reprints([out], RULES)
    (row,) = report(out)
    assert len(row["members"]) == 2  # type: ignore[arg-type]


@pytest.mark.parametrize("order", ["rising", "falling", "shuffled"])
def test_day_by_day_gives_what_building_at_once_gives(tmp_path: Path, order: str) -> None:
    written = days()
    at_once = write_out(tmp_path / "at-once", [line for day in written.values() for line in day])
    assert find_reprints([at_once], RULES).clusters > 10
    arrival = list(written)
    if order == "falling":
        arrival.reverse()
    if order == "shuffled":
        random.Random(2).shuffle(arrival)
    grown = tmp_path / "grown"
    for n in range(1, len(arrival) + 1):
        write_out(grown, [line for day in sorted(arrival[:n]) for line in written[day]])
        find_reprints([grown], RULES)
    assert all_files(grown) == all_files(at_once)
    # Segments grow together: a lookup asks few of them.
    assert len(list((grown / ".pagefix/reprints/article").glob("segment-*"))) <= 5


def test_what_changes_and_what_goes_leaves_no_trace(tmp_path: Path) -> None:
    written = days()
    lines = [line for day in written.values() for line in day]
    out = write_out(tmp_path / "out", lines)
    find_reprints([out], RULES)
    changed = [line.replace("第5日", "第五日") for line in lines[7:60] + lines[75:]]
    write_out(out, changed)
    find_reprints([out], RULES)
    anew = write_out(tmp_path / "anew", changed)
    find_reprints([anew], RULES)
    assert all_files(out) == all_files(anew)
    write_out(out, [])
    assert find_reprints([out], RULES).clusters == 0
    assert (out / "reprints.jsonl").read_bytes() == b""


def test_common_seeds_are_counted_when_the_eighth_printing_comes(tmp_path: Path) -> None:
    """A story of every day: its seeds are rare on the first days and common later."""
    desk = Desk(6)
    standing, others = desk.story(2), [desk.story() for _ in range(14)]
    lines = {
        n: [
            article(f"2025-04-{n:02d}", 1, desk.misread(standing, 0.004), "天气预报"),
            article(f"2025-04-{n:02d}", 2, others[n - 1]),
        ]
        for n in range(1, 15)
    }
    grown = tmp_path / "grown"
    for n in range(1, 15):
        write_out(grown, [line for day in range(1, n + 1) for line in lines[day]])
        found = find_reprints([grown], RULES)
        assert (found.clusters, found.members) == ((1, n) if n > 1 else (0, 0))
    at_once = write_out(tmp_path / "at-once", [line for day in lines.values() for line in day])
    find_reprints([at_once], RULES)
    assert all_files(grown) == all_files(at_once)


def test_several_archives_know_each_other(tmp_path: Path) -> None:
    desk = Desk(7)
    story, other = desk.story(), desk.story()
    one = write_out(tmp_path / "one", [article("2025-05-01", 1, story), article("2025-05-01", 2, other)])
    two = write_out(
        tmp_path / "two",
        [
            article("2025-05-01", 1, desk.misread(story), source="江城晚报"),
            article("2025-05-09", 1, desk.story()),
        ],
    )
    found = find_reprints([one, two], RULES)
    assert (found.articles, found.clusters, found.members) == (4, 1, 2)
    assert marks(one) == {"2025-05-01/01-01": "青河日报:2025-05-01/01-01", "2025-05-01/01-02": None}
    assert marks(two)["2025-05-01/01-01"] == "青河日报:2025-05-01/01-01"
    (row,) = report(two)
    assert row == report(one)[0]
    assert [m["archive"] for m in row["members"]] == ["青河日报", "江城晚报"]  # type: ignore[attr-defined]
    assert row["kind"] == "edition variant"
    # Alone they have nothing in common with themselves.
    assert find_reprints([one], RULES).clusters == 0
    with pytest.raises(UsageError, match="named twice"):
        find_reprints([one, one], RULES)


def test_paragraphs_that_stand_in_several_articles(tmp_path: Path) -> None:
    desk = Desk(8)
    shared = desk.writer.paragraph(90)
    twice = desk.writer.paragraph(90)
    lines = [
        article("2025-05-01", 1, [*desk.story(3), shared]),
        article("2025-05-02", 1, [*desk.misread([shared], 0.02), *desk.story(3)]),
        article("2025-05-03", 1, [twice, *desk.story(2), twice]),
    ]
    out = write_out(tmp_path / "out", lines)
    found = find_reprints([out], RULES, paragraphs=True)
    assert (found.articles, found.texts, found.clusters) == (3, 12, 1)
    (row,) = report(out, "reprinted-paragraphs.jsonl")
    assert [(m["id"], m["block"]) for m in row["members"]] == [  # type: ignore[attr-defined]
        ("2025-05-01/01-01", 3),
        ("2025-05-02/01-01", 0),
    ]
    assert set(marks(out).values()) == {None}
    assert not (out / "reprints.jsonl").exists()


def test_an_index_of_another_scheme_is_refused_with_the_remedy(kinds: Path, tmp_path: Path) -> None:
    find_reprints([kinds], RULES)
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "mine.toml").write_text(
        '[[number]]\nid = "reprints.article_seed"\nvalue = 6\nunit = "word characters"\n'
        'reason = "Shorter runs outlive more errors."\n',
        encoding="utf-8",
    )
    done = run("reprints", kinds, "--rules", rules)
    assert done.returncode == 2
    assert "article/index.json: the index was made by another scheme: seed 8, not 6" in done.stderr
    assert "--rebuild" in done.stderr
    assert run("reprints", kinds, "--rules", rules, "--rebuild").returncode == 0
    assert run("reprints", kinds, "--rules", rules).returncode == 0
    assert run("reprints", kinds).returncode == 2


@pytest.mark.parametrize("name", ["seeds.npy", "texts.npy", "pairs", "index.json"])
def test_a_damaged_index_is_told_with_its_file(kinds: Path, name: str) -> None:
    find_reprints([kinds], RULES)
    (path,) = (kinds / ".pagefix/reprints/article").rglob(f"{name}*")
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(UsageError, match=path.name) as caught:
        find_reprints([kinds], RULES)
    assert "--rebuild" in caught.value.remedy
    before = all_files(kinds)
    find_reprints([kinds], RULES, rebuild=True)
    assert all_files(kinds) == before


def test_what_a_killed_run_left_is_cleared(kinds: Path) -> None:
    find_reprints([kinds], RULES)
    folder = kinds / ".pagefix/reprints/article"
    (folder / "segment-000002").mkdir()
    (folder / "segment-000002/keys.npy").write_bytes(b"half")
    before = all_files(kinds)
    with (kinds / "articles.jsonl").open("a", encoding="utf-8") as stream:
        stream.write(article("2025-06-01", 1, Desk(9).story()))
    find_reprints([kinds], RULES)
    assert all_files(kinds)["reprints.jsonl"] == before["reprints.jsonl"]


def test_processes_give_the_same_bytes(tmp_path: Path) -> None:
    lines = [line for day in days(6).values() for line in day]
    here, there = write_out(tmp_path / "here", lines), write_out(tmp_path / "there", lines)
    find_reprints([here], RULES)
    with ProcessPoolExecutor(2) as executor:
        find_reprints([there], RULES, workers=Hands(executor))
    assert all_files(there) == all_files(here)


def test_grouped_on_disk_gives_the_same_bytes(tmp_path: Path) -> None:
    pytest.importorskip("duckdb")
    pytest.importorskip("pyarrow")
    lines = [line for day in days(6).values() for line in day]
    here, there = write_out(tmp_path / "here", lines), write_out(tmp_path / "there", lines)
    find_reprints([here], RULES)
    done = run("reprints", there, "--memory", "1KB", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["clusters"] > 3
    assert all_files(there) == all_files(here)
    books = [sorted((out / ".pagefix/reprints/article").glob("pairs-*"))[0] for out in (here, there)]
    assert books[0].read_bytes() == books[1].read_bytes()


def test_a_folder_that_was_not_cleaned(tmp_path: Path) -> None:
    done = run("reprints", tmp_path)
    assert (done.returncode, "run pagefix clean first" in done.stderr) == (2, True)
    write_out(tmp_path / "out", ['{"id": "a"}\n'])
    done = run("reprints", tmp_path / "out")
    assert done.returncode == 2
    assert "articles.jsonl:1: no article row" in done.stderr


def test_clean_marks_reprints(tmp_path: Path) -> None:
    desk = Desk(10)
    story, other = desk.story(4, 90), desk.story(3, 80)
    # A page each, so that nothing hangs on how clean parts invented text.
    pages = {"2025-05-01/01": story, "2025-05-01/02": other, "2025-05-08/01": desk.misread(story, 0.01)}
    for name, text in pages.items():
        path = tmp_path / "archive" / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("# 青河镇修通三座桥\n\n" + "\n\n".join(text) + "\n", encoding="utf-8")
    out = tmp_path / "out"
    done = run("clean", tmp_path / "archive", "--out", out)
    assert done.returncode == 0, done.stderr
    assert "2 articles in 1 clusters" in done.stdout
    clusters = marks(out)
    assert len(clusters) == 3
    assert sorted(map(str, clusters.values())) == ["2025-05-01/01-01", "2025-05-01/01-01", "None"]
    before = {p: p.read_bytes() for p in out.rglob("*") if p.is_file() and ".pagefix" not in str(p)}
    assert run("clean", tmp_path / "archive", "--out", out).returncode == 0
    after = {p: p.read_bytes() for p in out.rglob("*") if p.is_file() and ".pagefix" not in str(p)}
    assert after == before
    assert run("clean", tmp_path / "archive", "--out", tmp_path / "plain", "--no-reprints").returncode == 0
    assert set(marks(tmp_path / "plain").values()) == {None}
    assert run("restore", out, "--to", tmp_path / "back").returncode == 0
