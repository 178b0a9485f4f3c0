"""What an archive teaches, from its pages to OUT: running heads and names, and what it never touches."""

from __future__ import annotations

import json
import os
import random
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pagefix.archive import check_archive, clean_archive, explain
from pagefix.rules import Rules, load_rules
from tests.support.archives import contents, make_archive, run, write_page
from tests.support.editions import traditional
from tests.support.lessons import TaughtPage, taught_pages, write_archive

_COLUMNS = ("今日谈", "读者来信", "天气", "市场行情", "图片新闻")


def rows(out: Path, book: str) -> Iterator[dict[str, Any]]:
    with (out / book).open(encoding="utf-8", newline="\n") as stream:
        yield from map(json.loads, stream)


def own_lines(out: Path) -> dict[str, list[str]]:
    """The furniture of each page, as it was dropped."""
    found = defaultdict(list)
    for row in rows(out, "ledger.jsonl"):
        if row["action"] == "drop" and row["reason"] == "furniture":
            found[row["page"]].append(row["text"])
    return found


def roles(out: Path) -> dict[str, set[str]]:
    """The roles that each text of a block has."""
    found = defaultdict(set)
    for article in rows(out, "articles.jsonl"):
        for block in article["blocks"]:
            found[block["text"]].add(block["role"])
    return found


def days(pages: list[TaughtPage]) -> list[list[TaughtPage]]:
    """The pages of each edition."""
    found: dict[str, list[TaughtPage]] = {}
    for page in pages:
        found.setdefault(page.path.rpartition("/")[0], []).append(page)
    return list(found.values())


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_archive(tmp_path_factory.mktemp("made") / "archive", taught_pages())


@pytest.fixture(scope="module")
def out(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out") / "out"
    clean_archive(archive, out, load_rules())
    return out


@pytest.fixture(scope="module")
def untaught(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("untaught") / "out"
    clean_archive(archive, out, load_rules(), teach=False)
    return out


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Rules:
    """Rules by which three editions teach."""
    folder = tmp_path_factory.mktemp("rules")
    entries = [f'[[number]]\nid = "lessons.{name}"\nvalue = 3\nunit = "editions"\nreason = "Quick tests."\n'
               for name in ("fewest_editions", "byline_editions")]  # fmt: skip
    (folder / "lessons.toml").write_text("\n".join(entries), encoding="utf-8")
    return load_rules(folder)


def test_running_heads_go_and_nothing_else_does(out: Path) -> None:
    """The golden case: exactly the lines that the fixture marks, one of them misread."""
    found = own_lines(out)
    for page in taught_pages():
        assert found[page.path] == [line.removeprefix("# ") for line in page.own], page.path


def test_in_traditional_characters_too(tmp_path: Path) -> None:
    pages = [
        TaughtPage(traditional(page.path), traditional(page.text), tuple(map(traditional, page.own)))
        for page in taught_pages()
    ]
    clean_archive(write_archive(tmp_path / "archive", pages), tmp_path / "out", load_rules())
    found = own_lines(tmp_path / "out")
    assert any("鎮" in line for line in pages[0].own)
    for page in pages:
        assert found[page.path] == [line.removeprefix("# ") for line in page.own], page.path


def test_without_teaching_they_stay(untaught: Path) -> None:
    assert not own_lines(untaught)
    assert not (untaught / "taught.toml").exists()


def test_standing_columns_keep_their_heads(out: Path, untaught: Path) -> None:
    """They recur at the pages' edges as running heads do, and come out as if nothing had been taught."""
    taught, before = roles(out), roles(untaught)
    for column in _COLUMNS:
        assert taught[column], column
        assert taught[column] <= before[column] | {"kicker", "headline", "crosshead", "body"}
    assert not any(column in row["text"] for row in rows(out, "ledger.jsonl") for column in _COLUMNS)


def test_two_reporters_in_a_line_are_its_authors(out: Path, untaught: Path) -> None:
    assert roles(out)["陶青禾　石敬川"] == {"byline"}
    assert "byline" not in roles(untaught)["陶青禾　石敬川"]


def test_a_reporter_beside_a_stranger_is_none(out: Path, untaught: Path) -> None:
    assert roles(out)["石敬川　何人"] == roles(untaught)["石敬川　何人"] != {"byline"}


def test_every_character_is_there(out: Path) -> None:
    assert check_archive(out) == len(taught_pages())


def test_rows_name_the_rule_and_explain_tells_its_reason(out: Path) -> None:
    row = next(row for row in rows(out, "ledger.jsonl") if row["text"].startswith("南溪镇讯　山乡"))
    assert row["rule"].startswith("taught.furniture.")
    answer = explain(out, "南溪镇讯/2031-05-03/02.md", 1, load_rules())
    note = next(note for note in answer.notes if note.kind == "drop" and "山乡" in note.place.text)
    assert note.rule == row["rule"]
    assert "11 of 12 editions of 南溪镇讯" in note.why


def test_what_was_taught_is_a_sound_rule_file(out: Path) -> None:
    rules = load_rules(out / "taught.toml")
    taught = [entry for entry in rules.entries if entry.id.startswith("taught.")]
    assert {str(entry.data["kind"]) for entry in taught} == {"furniture", "byline_line"}
    assert len(rules.entries) == len(load_rules().entries) + len(taught)
    listed = run("rules", "list", "--rules", out / "taught.toml", "--isolated")
    assert taught[0].id in listed.stdout


def test_own_rules_go_over_what_is_taught(archive: Path, out: Path, tmp_path: Path) -> None:
    """A lesson that is disabled, one that is changed, and one that nobody touched."""
    taught = {
        row["text"]: row["rule"] for row in rows(out, "ledger.jsonl") if row["rule"].startswith("taught")
    }
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "mine.toml").write_text(
        f"""
[[pattern]]
id = "{taught["南溪镇讯"]}"
disabled = true
reason = "The title is wanted as a headline."

[[pattern]]
id = "{taught["南溪镇讯　为南溪人说话"]}"
kind = "note"
regex = "南溪镇讯.为南溪人说话"
reason = "The slogan is wanted in the articles."
examples = ["南溪镇讯 为南溪人说话"]
counter_examples = ["南溪镇讯"]
""",
        encoding="utf-8",
    )
    rules = load_rules(tmp_path / "rules")
    assert taught["南溪镇讯"] not in {entry.id for entry in rules.entries}
    clean_archive(archive, tmp_path / "out", rules)
    found = own_lines(tmp_path / "out")
    assert found["南溪镇讯/2031-05-01/01.md"] == ["南溪镇讯社印　2031年5月1日"]
    assert roles(tmp_path / "out")["南溪镇讯　为南溪人说话"] == {"note"}


def test_too_few_editions_teach_nothing(tmp_path: Path) -> None:
    """And what comes of them is what came of them when nothing was ever taught."""
    archive = tmp_path / "archive"
    write_archive(archive, [page for day in days(taught_pages())[:9] for page in day])
    clean_archive(archive, tmp_path / "out", load_rules())
    clean_archive(archive, tmp_path / "untaught", load_rules(), teach=False)
    assert contents(tmp_path / "out") == contents(tmp_path / "untaught")
    assert "taught.toml" not in contents(tmp_path / "out")


def test_an_archive_without_running_heads_is_left_alone(tmp_path: Path) -> None:
    archive = make_archive(tmp_path / "archive", days=12, pages=2)
    clean_archive(archive, tmp_path / "out", load_rules())
    clean_archive(archive, tmp_path / "untaught", load_rules(), teach=False)
    assert contents(tmp_path / "out") == contents(tmp_path / "untaught")


def test_day_by_day_gives_the_bytes_of_all_at_once(out: Path, tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    for some in (days(taught_pages())[:8], days(taught_pages())[8:11], days(taught_pages())[11:]):
        write_archive(archive, [page for day in some for page in day])
        clean_archive(archive, tmp_path / "out", load_rules())
    assert contents(tmp_path / "out") == contents(out)


def test_a_new_fact_cleans_only_the_editions_that_it_stands_in(tmp_path: Path) -> None:
    """A second paper beside the first, and one that has not enough editions yet."""
    archive = write_archive(tmp_path / "archive", taught_pages())
    make_archive(archive, days=10, pages=1, paper="海州日报")
    first = clean_archive(archive, tmp_path / "out", load_rules())
    assert first.worked == first.pages
    last = days(taught_pages())[-1]
    for page in last:
        path = page.path.replace("2031-05-12", "2031-05-13")
        write_page(archive / path, page.text.replace("星期一", "星期二"), age=7200)
    second = clean_archive(archive, tmp_path / "out", load_rules())
    assert second.worked == len(last)
    third = clean_archive(archive, tmp_path / "out", load_rules())
    assert third.worked == 0


def test_what_was_taught_is_forgotten_with_its_editions(archive: Path, tmp_path: Path) -> None:
    shutil.copytree(archive, tmp_path / "archive")
    clean_archive(tmp_path / "archive", tmp_path / "out", load_rules())
    for day in ("04", "08", "12"):
        shutil.rmtree(tmp_path / "archive" / "南溪镇讯" / f"2031-05-{day}")
    clean_archive(tmp_path / "archive", tmp_path / "out", load_rules())
    clean_archive(tmp_path / "archive", tmp_path / "anew", load_rules())
    assert contents(tmp_path / "out") == contents(tmp_path / "anew")
    assert "taught.toml" not in contents(tmp_path / "out")


def test_switched_off_and_on_again(archive: Path, out: Path, untaught: Path, tmp_path: Path) -> None:
    for teach, like in ((True, out), (False, untaught), (True, out)):
        clean_archive(archive, tmp_path / "out", load_rules(), teach=teach)
        assert contents(tmp_path / "out") == contents(like)


def test_a_file_that_is_missing_or_changed_comes_back(archive: Path, out: Path, tmp_path: Path) -> None:
    clean_archive(archive, tmp_path / "out", load_rules())
    taught = tmp_path / "out" / "taught.toml"
    for spoil in (taught.unlink, lambda: taught.write_text("# mine\n", encoding="utf-8")):
        spoil()
        assert clean_archive(archive, tmp_path / "out", load_rules()).worked == 0
        assert contents(tmp_path / "out") == contents(out)


@pytest.mark.parametrize("jobs", [2, None])
def test_any_workers_give_the_same_bytes(archive: Path, out: Path, tmp_path: Path, jobs: int | None) -> None:
    if jobs is None:
        with ThreadPoolExecutor(3) as workers:
            clean_archive(archive, tmp_path / "out", load_rules(), executor=workers)
    else:
        clean_archive(archive, tmp_path / "out", load_rules(), jobs=jobs)
    assert contents(tmp_path / "out") == contents(out)


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_a_page_that_kills_its_reader_costs_only_itself(archive: Path, out: Path, tmp_path: Path) -> None:
    """Also where it kills while the archive is only being heard."""
    deadly = (
        "import os, signal, pagefix.reading\n"
        "real = pagefix.reading.read_page\n"
        "def read_page(path, *more, **named):\n"
        "    if 'deadly' in path.name: os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return real(path, *more, **named)\n"
        "pagefix.reading.read_page = read_page\n"
    )
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(deadly, encoding="utf-8")
    shutil.copytree(archive, tmp_path / "archive")
    write_page(
        tmp_path / "archive" / "南溪镇讯" / "2031-05-06" / "deadly.md", "# 短讯\n\n昨天下了一场大雨。\n"
    )
    env = {"PYTHONPATH": str(tmp_path / "site")}
    done = run("clean", tmp_path / "archive", "--out", tmp_path / "out", "--jobs", "2", "--isolated", env=env)
    assert done.returncode == 3, done.stderr
    assert [row["page"] for row in rows(tmp_path / "out", "failed.jsonl")] == [
        "南溪镇讯/2031-05-06/deadly.md"
    ]
    found = own_lines(tmp_path / "out")
    assert found["南溪镇讯/2031-05-05/02.md"] == own_lines(out)["南溪镇讯/2031-05-05/02.md"]


def test_a_run_that_was_killed_leaves_nothing_of_other_rules(tmp_path: Path) -> None:
    """Parts that another choice had made by then are made anew, though the manifest is older.

    The articles' files have the same names with the foot of the pages as without it.
    """
    archive, mine = tmp_path / "archive", tmp_path / "out"
    for day in range(1, 12):
        for page in (1, 2):
            text = f"# 短讯{day}{page}\n\n昨天下了一场大雨，渡口停船。\n\n为南溪人说话\n"
            write_page(archive / f"2031-05-{day:02d}" / f"{page}.md", text, age=7200)
    clean_archive(archive, mine, load_rules())
    taught = contents(mine)
    before = (mine / ".pagefix" / "manifest.json", mine / ".pagefix" / "editions.jsonl")
    for path in before:
        shutil.copy2(path, tmp_path)
    clean_archive(archive, mine, load_rules(), teach=False)
    assert contents(mine) != taught
    for path in before:
        shutil.copy2(tmp_path / path.name, path)
    (mine / ".pagefix" / "running.json").write_text("{}", encoding="utf-8")
    clean_archive(archive, mine, load_rules())
    assert contents(mine) == taught


def test_lessons_that_nobody_can_read_are_learned_anew(archive: Path, out: Path, tmp_path: Path) -> None:
    """As those of another version may be; the page that changed makes the run look at all of them."""
    mine = tmp_path / "archive"
    shutil.copytree(archive, mine)
    page = next(mine.rglob("01.md"))
    text = page.read_text(encoding="utf-8")
    write_page(page, text + "\n# 补白\n\n昨天有风。\n", age=7200)
    clean_archive(mine, tmp_path / "out", load_rules())
    hidden = tmp_path / "out" / ".pagefix"
    for path in (hidden / "editions.jsonl", *hidden.rglob("*.part")):
        time = path.stat().st_mtime_ns
        head, rest = path.read_bytes().split(b"\n", 1)
        found = json.loads(head) | {"lesson": "e1,0,0 x\ny\n"}
        path.write_bytes(json.dumps(found, ensure_ascii=False).encode() + b"\n" + rest)
        os.utime(path, ns=(time, time))
    write_page(page, text, age=3600)
    clean_archive(mine, tmp_path / "out", load_rules())
    assert contents(tmp_path / "out") == contents(out)


def test_names_that_no_line_needs_are_noted_all_the_same(tmp_path: Path) -> None:
    """Nothing is cleaned for them, and the file comes and goes as the caller wants."""
    archive, out = tmp_path / "archive", tmp_path / "out"
    for day in range(1, 12):
        text = f"# 短讯{day}\n\n本报讯（记者陶青禾、石敬川）昨天下了一场大雨。\n"
        write_page(archive / f"2031-05-{day:02d}" / "1.md", text, age=7200)
    clean_archive(archive, out, load_rules(), teach=False)
    for teach in (True, True, False):
        assert clean_archive(archive, out, load_rules(), teach=teach).worked == 0
        assert ("taught.toml" in contents(out)) is teach


def test_the_command_and_its_settings(archive: Path, untaught: Path, tmp_path: Path) -> None:
    done = run("clean", archive, "--out", tmp_path / "out", "--no-teach", "--no-reprints", "--isolated")
    assert done.returncode == 0, done.stderr
    assert contents(tmp_path / "out") == contents(untaught)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    order=st.permutations(range(4)),
    heads=st.lists(
        st.sampled_from(["南溪镇讯", "今日谈", "第2版", "集市 第3版", "星期三", "海 州", "A1"]), max_size=3
    ),
    text=st.text("渠桥船。，\n#　 一1", max_size=40),
)
def test_order_does_not_matter_and_nothing_is_lost(
    quick: Rules, order: list[int], heads: list[str], text: str
) -> None:
    """Whatever stands on the pages, in whatever order the editions come."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        pages = {
            f"2031-05-{n + 1:02d}/{p:02d}.md": "\n\n".join([*heads, f"# 短讯{n}{p}", text, *heads[::-1]])
            for n in range(4)
            for p in (1, 2)
        }
        for path, page in pages.items():
            write_page(root / "whole" / "archive" / path, page)
        clean_archive(root / "whole" / "archive", root / "out", quick)
        grown = root / "grown" / "archive"
        for n in order:
            for path, page in pages.items():
                if path.startswith(f"2031-05-{n + 1:02d}"):
                    write_page(grown / path, page)
            if random.Random(n).random() < 0.6 or n == order[-1]:
                clean_archive(grown, root / "out2", quick)
        assert contents(root / "out") == contents(root / "out2")
        assert check_archive(root / "out") == len(pages)
