"""The seven invariants, on pages that hypothesis puts together from damaged pieces."""

from __future__ import annotations

import pickle
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import pagefix
from pagefix.archive import clean_archive, restore_archive
from pagefix.errors import ConservationError
from pagefix.ledger import check_books, restore_text
from pagefix.model import Action, Cleaned
from pagefix.reading import page_from_text
from pagefix.rules import Rules
from tests.support.editions import editions

_SENTENCES = (
    "昨天上午，青河镇三座新桥同时通车，两岸群众敲锣打鼓来看热闹。",
    "镇长说：“过去进城要绕二十里山路，如今半个小时就到了。”",
    "市民李女士说，她每天晚饭后都要来走一走，看看江上来往的船。",
    "技术员白天在茶园里教剪枝，晚上在祠堂里讲防虫。",
    "本报海州5月3日讯（记者周小川）",
    "图为会场一角。（本报记者王小虎摄）",
    "（下转A02版）",
    "上接第一版",
    "2025年5月29日 星期四",
    "● 本报记者 董小添",
    "老码头变成新公园",
    "——看海河两岸新变化",
    "■ 今日谈",
    "![](a.png)",
    "<div>第二页</div>",
    "&emsp;&emsp;第二段。",
    "| 名称 | 价格 |",
    "```markdown",
    "Sorry, I can't assist with that.",
    "續第二版舊碼頭變成新公園",
    "\ufeff",
    "\u3000\u3000",
    "，",
    "**小标题**",
    "1998·2·1",
    "昨 天 上 午 ， 青 河 镇 三 座 新 桥 同 时 通 车 。",
    '镇长说:"过去进城要绕二十里山路,如今半个小时就到了."',
)
_MARKS = st.sampled_from(["", "", "# ", "## ", "#### ", "> ", "**"])
_BREAKS = st.sampled_from(["\n\n", "\n", "\r\n", "\f", "\n\n\n", " \n", "\u2028", ""])


@st.composite
def pages(draw: st.DrawFn) -> str:
    """Sentences cut, doubled and set with marks and breaks of every sort."""
    out = []
    for _ in range(draw(st.integers(0, 14))):
        text = draw(st.sampled_from(_SENTENCES) | st.text(max_size=12))
        start = draw(st.integers(0, 3))
        stop = draw(st.none() | st.integers(1, len(text) or 1))
        out.append(draw(_MARKS) + text[start:stop] * draw(st.sampled_from([1, 1, 1, 2, 5])) + draw(_BREAKS))
    return "".join(out).encode("utf-8", "ignore").decode("utf-8")


_MANY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@cache
def _lines() -> list[str]:
    """The lines of our own editions, without their marks."""
    sheets = [page.text for edition in editions() for page in edition.pages]
    return sorted({line.lstrip("# *") for sheet in sheets for line in sheet.splitlines()} - {""})


@st.composite
def shuffled(draw: st.DrawFn) -> str:
    """Lines of all editions in any order, marked anew: what stands below what no edition has."""
    headings = [line for line in _lines() if len(line) <= 20]
    line = st.builds(
        "{}{}".format, _MARKS, st.sampled_from(_lines()) | st.sampled_from([*headings, *_SPEAKERS])
    )
    return "\n\n".join(draw(st.lists(line, min_size=15, max_size=30)))


# Lines about which more is decided than their weights say; as often as a hundred others.
_SPEAKERS = ("问：老吊车还能用吗？", "记者：今后还修吗？", "（一）", "王小明 李小红", "此致敬礼") * 20


@_MANY
@given(pages())
def test_conservation_and_restore(text: str) -> None:
    _check(text)


@settings(_MANY, max_examples=500)
@given(shuffled())
def test_conservation_of_lines_in_any_order(text: str) -> None:
    _check(text)


def _check(text: str) -> None:
    cleaned = pagefix.clean_page(text)
    check_books(cleaned)
    blocks = [block for article in cleaned.articles for block in article.blocks]
    assert restore_text("page.md", blocks, cleaned.ledger) == text


@_MANY
@given(pages())
def test_no_silent_normalisation(text: str) -> None:
    cleaned = pagefix.clean_page(text)
    added = {row.start: row.after or "" for row in cleaned.ledger if row.action is Action.REPLACE}
    for article in cleaned.articles:
        for block in article.blocks:
            wanted = "".join(text[s.start : s.end] + added.get(s.end, "") for s in block.spans)
            assert block.text == wanted


@_MANY
@given(pages())
def test_purity(text: str) -> None:
    first = pagefix.clean_page(text)
    again = pagefix.clean_page(text)
    assert first == again
    assert pickle.loads(pickle.dumps(first)) == first


@_MANY
@given(st.lists(pages(), min_size=1, max_size=3))
def test_conservation_over_an_edition(texts: list[str]) -> None:
    sheets = [page_from_text(text, f"{n:02d}.md", edition="2025-05-29") for n, text in enumerate(texts, 1)]
    cleaned = pagefix.clean_edition(sheets)
    blocks = [block for article in cleaned.articles for block in article.blocks]
    for sheet in sheets:
        assert restore_text(sheet.path, blocks, cleaned.ledger) == sheet.text


_CLEAN = """# 青河镇修通三座桥

昨天上午，青河镇三座新桥同时通车，两岸群众敲锣打鼓来看热闹。

镇长说，过去进城要绕二十里山路，如今半个小时就到了。

# 老码头变成新公园

● 本报记者 周小川

海州市的老码头经过两年改造，昨天作为滨江公园开放。
"""


@given(st.permutations(range(3)))
def test_leave_alone(order: list[int]) -> None:
    articles = [part for part in _CLEAN.split("# ") if part] + [
        "茶园来了新技术员\n\n技术员白天教剪枝，晚上讲防虫。\n"
    ]
    page = "".join(f"# {articles[n].rstrip()}\n\n" for n in order)
    cleaned = pagefix.clean_page(page)
    out = "\n".join(block.text for article in cleaned.articles for block in article.blocks)
    assert out.split() == page.replace("# ", "").split()
    assert all(row.reason == "mark" for row in cleaned.ledger)


def test_books_that_do_not_balance_are_refused() -> None:
    cleaned = pagefix.clean_page("# 标题在这里\n\n今天全县的春耕播种已经全部完成。\n")
    lost = Cleaned(cleaned.edition, cleaned.pages, cleaned.articles[:0], cleaned.ledger, cleaned.statuses)
    with pytest.raises(ConservationError, match=r"page\.md@\d+"):
        check_books(lost)
    twice = Cleaned(cleaned.edition, cleaned.pages, cleaned.articles * 2, cleaned.ledger, cleaned.statuses)
    with pytest.raises(ConservationError, match="twice"):
        check_books(twice)


def test_determinism_of_files(tmp_path: Path, rules: Rules, root: Path) -> None:
    outs = [tmp_path / "one", tmp_path / "two"]
    for out in outs:
        clean_archive(root / "seeds", out, rules)
    names = [sorted(p.relative_to(out) for p in out.rglob("*") if p.is_file()) for out in outs]
    assert names[0] == names[1]
    assert all((outs[0] / name).read_bytes() == (outs[1] / name).read_bytes() for name in names[0])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "big5"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_restore_gives_every_byte(tmp_path: Path, rules: Rules, encoding: str, newline: str) -> None:
    archive, out, back = tmp_path / "archive", tmp_path / "out", tmp_path / "back"
    archive.mkdir()
    text = (
        _CLEAN * 3
        if encoding != "big5"
        else "# 老碼頭變成新公園\n\n海州市的老碼頭經過兩年改造，昨天作為濱江公園開放。\n" * 3
    )
    data = text.replace("\n", newline).encode(encoding)
    (archive / "A01.md").write_bytes(data)
    spoilt = data[:200] + b"\xff\xfe\xff" + data[200:]
    (archive / "A02.md").write_bytes(spoilt)
    clean_archive(archive, out, rules)
    assert restore_archive(out, back) == 2
    assert (back / "A01.md").read_bytes() == data
    assert (back / "A02.md").read_bytes() == spoilt


def test_importing_is_light_and_quiet() -> None:
    heavy = "{'datasketch', 'scipy', 'pydantic', 'numpy', 'opencc'}"
    code = f"import sys, pagefix; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert done.stderr == ""
