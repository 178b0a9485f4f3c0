"""The benchmarks run: what they time is found here by name, and names change."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.pipeline import one_core


def test_every_room_of_the_pipeline_is_timed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one_core(tmp_path, pages=1, rounds=1)
    rooms = {line.split()[0]: float(line.split()[-1]) for line in capsys.readouterr().out.splitlines()[3:]}
    assert {"floor", "find_blocks", "group_articles", "settle", "writing", "all"} <= rooms.keys()
    assert all(took >= 0.0 for took in rooms.values())
    assert rooms["all"] > rooms["floor"]
