"""The rules are found from a wheel, from an sdist's wheel, in place and from a bare checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

_ASK = (
    "from pagefix.rules import load_rules, shipped_folder as s; print(s()); print(len(load_rules().entries))"
)


def _ask(path: Path | None, cwd: Path) -> tuple[Path, int]:
    env = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | (
        {"PYTHONPATH": str(path)} if path else {}
    )
    done = subprocess.run(
        [sys.executable, "-c", _ASK], capture_output=True, text=True, check=True, env=env, cwd=cwd
    )
    folder, count = done.stdout.split()
    return Path(folder), int(count)


def _wheel(source: Path, to: Path) -> Path:
    command = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(to), str(source)]
    subprocess.run(command, capture_output=True, text=True, check=True)
    return next(to.glob("*.whl"))


def _installed(wheel: Path, to: Path) -> Path:
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--target",
        str(to),
        str(wheel),
    ]
    subprocess.run(command, capture_output=True, text=True, check=True)
    return to


def test_bare_checkout(root: Path, tmp_path: Path) -> None:
    assert _ask(root / "src", tmp_path)[0] == root / "rules"


def test_editable_install(root: Path, tmp_path: Path) -> None:
    assert _ask(None, tmp_path)[0] == root / "rules"


@pytest.mark.slow
def test_wheel(root: Path, tmp_path: Path) -> None:
    place = _installed(_wheel(root, tmp_path / "dist"), tmp_path / "site")
    folder, count = _ask(place, tmp_path)
    assert folder == place / "pagefix" / "_rules"
    assert count == _ask(root / "src", tmp_path)[1]


@pytest.mark.slow
def test_wheel_built_from_the_sdist(root: Path, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "build",
        "--no-isolation",
        "--sdist",
        "--outdir",
        str(tmp_path),
        str(root),
    ]
    subprocess.run(command, capture_output=True, text=True, check=True)
    with tarfile.open(next(tmp_path.glob("*.tar.gz"))) as archive:
        archive.extractall(tmp_path / "source", filter="data")
    source = next((tmp_path / "source").iterdir())
    place = _installed(_wheel(source, tmp_path / "dist"), tmp_path / "site")
    assert _ask(place, tmp_path)[0] == place / "pagefix" / "_rules"
