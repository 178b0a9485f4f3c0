"""The hooks of ``.pre-commit-hooks.yaml``, run by pre-commit itself in a git repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.test_fix_command import CLEAN, DAMAGED, MENDED, text

_GIT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    **{
        f"GIT_{who}_{what}": f"{what.lower()}@example.org"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    },
}


@dataclass(frozen=True)
class Repository:
    """A git repository of pages with the hooks of this working tree."""

    folder: Path
    home: Path
    hooks: str

    def git(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return _run(["git", *arguments], self.folder, self.home, check)

    def hook(self, name: str) -> subprocess.CompletedProcess[str]:
        """Runs one hook on all files, as `pre-commit run --all-files` does."""
        (self.folder / ".pre-commit-config.yaml").write_text(
            f"{self.hooks}      - id: {name}\n        exclude: ^raw/\n", encoding="utf-8"
        )
        self.git("add", "-A")
        command = [sys.executable, "-m", "pre_commit", "run", "--all-files", "--verbose", "--color", "never"]
        return _run(command, self.folder, self.home, check=False)


def _run(command: list[str], cwd: Path, home: Path, check: bool) -> subprocess.CompletedProcess[str]:
    variables = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    variables |= {**_GIT, "PRE_COMMIT_HOME": str(home), "HOME": str(home)}
    return subprocess.run(
        command, cwd=cwd, env=variables, capture_output=True, text=True, timeout=900, check=check
    )


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Repository:
    if not (root / ".git").exists():
        pytest.skip("no git repository: pre-commit installs hooks from one")
    place = tmp_path_factory.mktemp("hooks")
    home, source, pages = place / "home", place / "pagefix", place / "pages"
    for folder in (home, source, pages):
        folder.mkdir()
    # The working tree as a repository of its own, with what is not committed yet.
    listed = subprocess.run(
        ["git", "ls-files", "-zco", "--exclude-standard"], cwd=root, capture_output=True, check=True
    )
    for name in filter(None, os.fsdecode(listed.stdout).split("\0")):
        if (root / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, source / name)
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "Hooks"]):
        _run(["git", *arguments], source, home, check=True)
    revision = _run(["git", "rev-parse", "HEAD"], source, home, check=True).stdout.strip()
    hooks = f"repos:\n  - repo: {source}\n    rev: {revision}\n    hooks:\n"
    _run(["git", "init", "-q"], pages, home, check=True)
    return Repository(pages, home, hooks)


@pytest.mark.slow
def test_hooks(repository: Repository) -> None:
    pages = repository.folder
    for n in range(1, 301):
        (pages / f"{n:03d}.md").write_text(DAMAGED if n in (7, 150) else CLEAN, encoding="utf-8")
    for folder in ("raw", "old"):
        (pages / folder).mkdir()
        (pages / folder / "001.md").write_text(DAMAGED, encoding="utf-8")
    (pages / "notes.py").write_text(DAMAGED, encoding="utf-8")
    (pages / "pagefix.toml").write_text('exclude = ["old"]\n', encoding="utf-8")

    done = repository.hook("pagefix-check")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "007.md:5: seams.pair: seam: " in done.stdout
    assert "files were modified" not in done.stdout
    # Said once: all files went through one process.
    assert done.stdout.count("2 files would be mended, 298 without damage") == 1
    assert text(pages / "007.md") == DAMAGED

    done = repository.hook("pagefix")
    assert done.returncode == 1
    assert "files were modified by this hook" in done.stdout
    assert done.stdout.count("2 files mended, 298 without damage") == 1
    assert text(pages / "007.md") == text(pages / "150.md") == MENDED
    assert text(pages / "008.md") == CLEAN
    # Left out by pre-commit's own setting, by pagefix's, and as no page.
    for name in ("raw/001.md", "old/001.md", "notes.py"):
        assert text(pages / name) == DAMAGED

    for name in ("pagefix", "pagefix-check"):
        done = repository.hook(name)
        assert done.returncode == 0, done.stdout
        assert "Passed" in done.stdout


@pytest.mark.slow
def test_a_commit_is_held_up_until_the_page_is_mended(repository: Repository) -> None:
    pages = repository.folder
    repository.hook("pagefix")
    repository.git("commit", "-qm", "All pages")
    _run([sys.executable, "-m", "pre_commit", "install"], pages, repository.home, check=True)
    (pages / "301.md").write_text(DAMAGED, encoding="utf-8")
    repository.git("add", "301.md")
    held = repository.git("commit", "-qm", "One more", check=False)
    assert held.returncode == 1
    assert text(pages / "301.md") == MENDED
    repository.git("add", "301.md")
    repository.git("commit", "-qm", "One more")
    assert repository.git("show", "HEAD:301.md").stdout == MENDED
