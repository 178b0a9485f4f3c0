"""Every recipe of the documentation, run as a script with the real framework."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

import pagefix
from pagefix.archive import clean_archive
from pagefix.rules import Rules
from tests.support.recipes import Recipe, recipes

_RECIPES = {recipe.name: recipe for recipe in recipes()}
_A01 = """# 青河镇修通三座桥

昨天上午，青河镇三座新桥同时通车，两岸群众敲锣打

鼓来看热闹。镇长说，过去进城要绕二十里山路，

（下转A02版）
"""
_A02 = """（上接A01版）

如今半个小时就到了。

# 老码头变成新公园

● 本报记者 周小川

海州市的老码头经过两年改造，昨天作为滨江公园开放。
"""


@pytest.fixture
def place(tmp_path: Path, rules: Rules) -> Path:
    """A working directory with an archive of two editions, and its cleaned articles."""
    for day in ("2025-05-29", "2025-05-30"):
        folder = tmp_path / "archive" / day
        folder.mkdir(parents=True)
        (folder / "A01.md").write_text(_A01, encoding="utf-8")
        (folder / "A02.md").write_text(_A02, encoding="utf-8")
    clean_archive(tmp_path / "archive", tmp_path / "clean", rules)
    (tmp_path / "archive/2025-05-29/A03.md").write_bytes(b"%PDF-1.7")
    return tmp_path


def _run(recipe: Recipe, place: Path) -> str:
    # Not named as the framework is: a script's own folder comes first on the path.
    script = place / f"recipe_{recipe.name.replace('-', '_')}.py"
    script.write_text(recipe.code, encoding="utf-8")
    env = os.environ | {
        "HF_DATASETS_OFFLINE": "1",
        "HF_HOME": str(place / "hub"),
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYTHONUTF8": "1",
    }
    done = subprocess.run(
        [sys.executable, script.name], cwd=place, env=env, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _articles(path: Path) -> list[str]:
    return [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines()]


_JOINED = "两岸群众敲锣打鼓来看热闹。"


def _ingest(out: str, _: Path) -> None:
    lines = out.splitlines()
    assert [line for line in lines if line.startswith("set aside")] == [
        "set aside: 2025-05-29/A03.md: this is a binary file, not text (convert it to Markdown or plain text)"
    ]
    rows = [json.loads(line) for line in lines if line.startswith("{")]
    assert len(rows) == 6
    assert _JOINED in rows[0]["text"]


def _processes(out: str, place: Path) -> None:
    assert "Written(pages=4, articles=4, messages=())" in out
    assert "山路，如今半个小时就到了。" in _articles(place / "articles/articles.jsonl")[0]


def _datasets(out: str, _: Path) -> None:
    assert "['青河镇修通三座桥', '老码头变成新公园', '青河镇修通三座桥']" in out


def _datatrove(out: str, _: Path) -> None:
    assert "2025-05-29/A01-01 青河镇修通三座桥" in out
    assert len(out.splitlines()) == 4


def _datatrove_step(_: str, place: Path) -> None:
    texts = [text for path in sorted((place / "documents").glob("*.jsonl")) for text in _articles(path)]
    assert len(texts) == 6
    assert sum(_JOINED in text for text in texts) == 2


def _dask_bag(out: str, place: Path) -> None:
    paths = sorted((place / "archive").rglob("*.md"))
    sizes: Counter[str] = Counter()
    for result in pagefix.clean_many(paths, root=place / "archive"):
        for article in result.cleaned.articles if result.cleaned else ():
            sizes[article.edition] += len(article.text)
    found = dict(line.split() for line in out.splitlines() if line.startswith("2025"))
    assert found == {edition: str(size) for edition, size in sizes.items()}


def _dask_client(out: str, _: Path) -> None:
    assert [line.split()[0] for line in out.splitlines()] == [
        f"archive/2025-05-{day}/A0{n}.md" for day, last in ((29, 3), (30, 2)) for n in range(1, last + 1)
    ]
    assert "binary file" in out


def _spark(out: str, place: Path) -> None:
    assert "6 articles" in out
    assert list((place / "articles.parquet").glob("*.parquet"))


def _task(out: str, place: Path) -> None:
    assert "'pages': 2, 'articles': 2" in out
    assert "'A03.md': " in out
    assert "山路，如今半个小时就到了。" in _articles(place / "days/2025-05-29/articles.jsonl")[0]


_CHECKS: dict[str, Callable[[str, Path], None]] = {
    "ingest": _ingest,
    "processes": _processes,
    "datasets": _datasets,
    "datatrove": _datatrove,
    "datatrove-step": _datatrove_step,
    "dask-bag": _dask_bag,
    "dask-client": _dask_client,
    "spark": _spark,
    "task": _task,
}


def test_every_recipe_is_checked() -> None:
    assert list(_RECIPES) == list(_CHECKS)


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=[pytest.mark.heavy] if _RECIPES[n].needs else []) for n in _CHECKS],
)
def test_recipe(name: str, place: Path) -> None:
    recipe = _RECIPES[name]
    missing = [package for package in recipe.needs if find_spec(package) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    if name == "processes":  # this one does not set aside: the PDF would end it
        (place / "archive/2025-05-29/A03.md").unlink()
    _CHECKS[name](_run(recipe, place), place)
