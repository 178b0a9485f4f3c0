"""What is not imported before it is needed.  How long importing takes: ``tests/benchmarks/imports.py``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_HEAVY = (
    "asyncio",
    "datasketch",
    "filelock",
    "multiprocessing",
    "numpy",
    "opencc",
    "pydantic",
    "rapidfuzz",
    "regex",
    "rich",
    "rjieba",
    "ruamel",
    "scipy",
    "tomllib",
    "yaml",
)
_SMALL = "# 三座桥通车\\n\\n昨天上午，两岸群众敲锣打\\n\\n鼓来看热闹。\\n"


def _loaded(code: str) -> set[str]:
    """The packages and pagefix's own modules that are loaded after ``code`` in a new process."""
    tell = "import sys; print(*{n for n in sys.modules if '.' not in n or n.startswith('pagefix')})"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{tell}"], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    return set(done.stdout.splitlines()[-1].split())


def test_importing_pagefix_imports_next_to_nothing() -> None:
    loaded = _loaded("import pagefix")
    assert loaded.isdisjoint(_HEAVY)
    assert {name for name in loaded if name.startswith("pagefix")} == {"pagefix", "pagefix.version"}
    assert "click" not in loaded


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["clean", "--help"], ["rules", "list", "--help"], ["nonsense"]]
)
def test_help_loads_only_the_command_line(arguments: list[str]) -> None:
    code = (
        "import contextlib, io, pagefix.cli\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):\n"
        f"    with contextlib.suppress(SystemExit): pagefix.cli.main({arguments})\n"
    )
    loaded = _loaded(code)
    assert "click" in loaded
    assert loaded.isdisjoint(_HEAVY)
    rooms = {name.split(".")[1] for name in loaded if name.startswith("pagefix.")}
    assert rooms == {"cli", "errors", "version"}


def test_completing_a_word_loads_only_the_command_line() -> None:
    code = (
        "import contextlib, os, io, pagefix.cli\n"
        "os.environ.update(_PAGEFIX_COMPLETE='bash_complete', COMP_WORDS='pagefix cl', COMP_CWORD='1')\n"
        "out = io.TextIOWrapper(io.BytesIO())\n"
        "with contextlib.redirect_stdout(out), contextlib.suppress(SystemExit):\n"
        "    pagefix.cli.main([])\n"
        "assert out.buffer.getvalue() == b'plain,clean\\n', out.buffer.getvalue()\n"
    )
    assert _loaded(code).isdisjoint(_HEAVY)


def test_reading_and_the_nouns_load_nothing_that_cleans(tmp_path: Path) -> None:
    path = tmp_path / "A01.md"
    path.write_text("今天，全县的春耕播种已经全部完成。\n", encoding="utf-8")
    code = (
        f"import pagefix; pagefix.read({str(path)!r}); pagefix.Cleaned; pagefix.Result; pagefix.article_row"
    )
    loaded = _loaded(code)
    assert loaded.isdisjoint({*_HEAVY} - {"regex", "tomllib"})
    assert "pagefix.pipeline" not in loaded


def test_a_small_page_needs_no_checker_of_rules_and_no_bar() -> None:
    loaded = _loaded(f'import pagefix; assert pagefix.clean_page("{_SMALL}").articles')
    assert {"numpy", "rjieba"} <= loaded
    assert loaded.isdisjoint({"pydantic", "rich", "ruamel", "yaml", "filelock", "multiprocessing"})


def test_rules_of_ones_own_are_always_checked(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("[[number]]\nid = 'a.b'\n", encoding="utf-8")
    code = (
        "import pagefix\n"
        f"try: pagefix.load_rules(__import__('pathlib').Path({str(tmp_path)!r}))\n"
        "except pagefix.RuleError as fault: assert 'unit is missing' in str(fault)\n"
        "else: raise AssertionError\n"
    )
    assert "pydantic" in _loaded(code)
