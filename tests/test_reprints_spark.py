"""The recipe of docs/reprints.md on a Spark of this machine, where there is one: the counts are ours."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import pytest

from pagefix.reprints import scheme_of
from pagefix.reprints.candidates import meet
from pagefix.reprints.signing import sign
from pagefix.rules import load_rules
from tests.support.printings import Desk

pyspark = pytest.importorskip("pyspark")
DOCS = Path(__file__).parents[1] / "docs" / "reprints.md"


@pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java")
def test_the_recipe_counts_what_we_count(monkeypatch: pytest.MonkeyPatch) -> None:
    from pyspark.sql import SparkSession

    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    desk = Desk(1)
    stories = ["".join(desk.story(2, 120)) for _ in range(60)]
    texts = stories + ["".join(desk.misread([story], 0.03)) for story in stories[:20]]
    found = re.search(r"## Spark.*?```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
    try:
        rows = spark.createDataFrame(list(enumerate(texts)), "number int, text string").repartition(3)
        names: dict[str, object] = {"rows": rows}
        exec(compile(found[1], str(DOCS), "exec"), names)
        counted = dict(names["shared"].collect())  # type: ignore[attr-defined]
    finally:
        spark.stop()
    scheme = scheme_of("article", load_rules())
    met = meet([], sign(texts, scheme).seeds, 0, scheme.common).pairs
    rows_of_ours = zip(met.first.tolist(), met.second.tolist(), met.counts.tolist(), strict=True)
    ours = {(a, b): n for a, b, n in rows_of_ours if n >= 2}
    assert len(ours) >= 20
    assert counted == ours
