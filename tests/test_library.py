"""The library as programs use it: threads, forked, spawned and daemonic workers, errors as values."""

from __future__ import annotations

import multiprocessing
import pickle
import threading
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing.queues import Queue
from pathlib import Path

import pytest

import pagefix
from pagefix.archive import clean_archive
from pagefix.errors import PageError, UsageError
from pagefix.library.many import Result
from pagefix.rules import Rules

_PAGES = (
    "# 青河镇修通三座桥\n\n昨天上午，青河镇三座新桥同时通车，两岸群众敲锣打\n\n鼓来看热闹。\n",
    "# 老码头变成新公园\n\n海州市的老码头经过两年改造，昨天作为滨江公园开放。\n\n海州市的老码头经过两年改\n",
    "# 茶園來了新技術員\n\n技術員白天在茶園裡教剪枝，晚上在祠堂裡講防\n\n蟲。\n",
)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Twelve good pages with one in the middle that is no page."""
    folder = tmp_path / "archive" / "2025-05-29"
    folder.mkdir(parents=True)
    paths = []
    for n in range(13):
        path = folder / f"A{n + 1:02d}.md"
        if n == 5:
            path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
        else:
            path.write_text(_PAGES[n % 3] + f"\n# 第{n}号通知\n\n各村明天上午九点开会。\n", encoding="utf-8")
        paths.append(path)
    return paths


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "archive"


def _alone(files: list[Path], root: Path) -> list[Result]:
    return list(pagefix.clean_many(files, root=root))


def test_results_and_errors_are_values_in_the_order_of_the_input(files: list[Path], root: Path) -> None:
    results = _alone(files[::-1], root)
    assert [result.path for result in results] == files[::-1]
    assert [n for n, result in enumerate(results) if result.error] == [7]
    error = results[7].error
    assert isinstance(error, PageError)
    assert results[7].cleaned is None
    assert "2025-05-29/A06.md" in str(error)
    good = results[0].cleaned
    assert good is not None
    assert (good.edition, good.articles[0].id) == ("2025-05-29", "2025-05-29/A13-01")


@pytest.mark.parametrize("start", ["fork", "spawn", "forkserver"])
def test_processes_give_what_one_process_gives(files: list[Path], root: Path, start: str) -> None:
    expected = _alone(files, root)
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context(start)) as pool:
        found = list(pagefix.clean_many(files, pool, root=root))
    assert [_shown(r) for r in found] == [_shown(r) for r in expected]


def test_threads_give_what_one_thread_gives(files: list[Path], root: Path) -> None:
    expected = [_shown(r) for r in _alone(files, root)]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(4):
            assert [_shown(r) for r in pagefix.clean_many(files, pool, root=root)] == expected


def _shown(result: Result) -> tuple[Path, object, str]:
    return result.path, result.cleaned, str(result.error)


def _in_worker(paths: list[Path], root: Path, answers: Queue[object]) -> None:
    answers.put((multiprocessing.current_process().daemon, list(map(_shown, _alone(paths, root)))))


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_a_daemonic_worker_can_clean(files: list[Path], root: Path, start: str) -> None:
    # Task queues run their tasks in daemonic processes, which may have no children.
    expected = [_shown(r) for r in _alone(files, root)]
    context = multiprocessing.get_context(start)
    answers = context.Queue()
    worker = context.Process(target=_in_worker, args=(files, root, answers), daemon=True)  # type: ignore[attr-defined]
    worker.start()
    assert answers.get(timeout=120) == (True, expected)
    worker.join(30)
    assert worker.exitcode == 0


def test_a_fork_amid_threads_that_clean(files: list[Path], root: Path) -> None:
    expected = [_shown(r) for r in _alone(files, root)]
    stop = threading.Event()

    def busy() -> None:
        while not stop.is_set():
            _alone(files, root)

    threads = [threading.Thread(target=busy) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        context = multiprocessing.get_context("fork")
        for _ in range(3):
            answers = context.Queue()
            worker = context.Process(target=_in_worker, args=(files, root, answers), daemon=True)
            worker.start()
            assert answers.get(timeout=120) == (True, expected)
            worker.join(30)
            assert worker.exitcode == 0
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_the_rules_of_the_caller_reach_the_workers(files: list[Path], root: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "mine.toml").write_text(
        '[[words]]\nid = "gap_mark"\nwords = ["[?]"]\nreason = "Our paper marks its gaps so."\n'
        '[[pattern]]\nid = "mine.notice"\nkind = "furniture"\nregex = "各村明天上午九点开会。"\n'
        'reason = "Only this test believes that it is furniture."\n'
        'examples = ["各村明天上午九点开会。"]\ncounter_examples = ["各村开会。"]\n',
        encoding="utf-8",
    )
    rules = pagefix.load_rules(own)
    expected = [_shown(r) for r in pagefix.clean_many(files, root=root, rules=rules)]
    assert expected != [_shown(r) for r in _alone(files, root)]
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        found = [_shown(r) for r in pagefix.clean_many(files, pool, root=root, rules=rules)]
    assert found == expected


class _Counting(Executor):
    """Runs at once, and counts what is submitted and not yet asked for."""

    def __init__(self) -> None:
        self.submitted = 0

    def submit(self, fn, /, *args, **kwargs):  # type: ignore[no-untyped-def]
        self.submitted += 1
        future: Future[object] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def test_few_are_in_flight_and_the_input_is_not_read_ahead(files: list[Path], root: Path) -> None:
    read = 0

    def paths() -> Iterator[Path]:
        nonlocal read
        for path in files:
            read += 1
            yield path

    executor = _Counting()
    results = pagefix.clean_many(paths(), executor, root=root, in_flight=3)
    assert (read, executor.submitted) == (0, 0)
    for n in range(1, len(files) + 1):
        assert next(results).path == files[n - 1]
        assert executor.submitted == read == min(n + 2, len(files))
    assert next(results, None) is None


def test_closing_cancels_what_waits(files: list[Path], root: Path) -> None:
    gate = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        results = pagefix.clean_many(files, pool, root=root, in_flight=8)
        first = next(results)
        assert first.path == files[0]
        pool.submit(gate.wait)
        results.close()  # type: ignore[attr-defined]
        gate.set()
        # The executor is the caller's: it still works.
        assert pool.submit(pow, 2, 5).result() == 32


def test_a_killed_worker_is_told(files: list[Path], root: Path) -> None:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        results = pagefix.clean_many(files, pool, root=root, in_flight=2)
        assert next(results).error is None
        for process in multiprocessing.active_children():
            process.kill()
            process.join(30)
        with pytest.raises(BrokenExecutor):
            list(results)


def test_in_flight_must_be_positive() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        pagefix.clean_many([], in_flight=0)


def test_results_and_rules_are_frozen_and_picklable(files: list[Path], root: Path, rules: Rules) -> None:
    for result in _alone(files, root):
        again = pickle.loads(pickle.dumps(result))
        assert _shown(again) == _shown(result)
        assert type(again.error) is type(result.error)
        with pytest.raises(AttributeError):
            result.path = Path()  # type: ignore[misc]
    again = pickle.loads(pickle.dumps(rules))
    assert pagefix.clean_page(_PAGES[0], rules=again) == pagefix.clean_page(_PAGES[0], rules=rules)


def test_names_come_from_the_root_or_the_path_as_given(
    files: list[Path], root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert pagefix.read(files[0], root=root).path == "2025-05-29/A01.md"
    page = pagefix.read(files[0])
    assert page.path == files[0].relative_to(files[0].anchor).as_posix()
    assert page.edition.endswith("archive/2025-05-29")
    monkeypatch.chdir(files[0].parent)
    assert (pagefix.read("A01.md").path, pagefix.read("A01.md").edition) == ("A01.md", "")
    assert pagefix.read("../2025-05-29/./A01.md").path == "2025-05-29/A01.md"
    assert pagefix.read("A01.md", edition="晚报", label="第一版").label == "第一版"
    with pytest.raises(UsageError, match="not below"):
        pagefix.read(files[0], root="elsewhere")


def test_a_file_name_that_is_not_utf8_is_an_error_with_its_name(root: Path) -> None:
    import os

    root.mkdir(exist_ok=True)
    path = os.fsdecode(os.fsencode(root) + b"/\xff.md")
    Path(path).write_text(_PAGES[0], encoding="utf-8")
    (result,) = pagefix.clean_many([path], root=root)
    assert r"\xff.md: the file's name is not UTF-8" in str(result.error)


def _files(out: Path) -> dict[Path, bytes]:
    """Everything in an output folder but what is hidden."""
    found = {p.relative_to(out): p.read_bytes() for p in out.rglob("*") if p.is_file()}
    return {path: data for path, data in found.items() if path.parts[0] != ".pagefix"}


def test_write_gives_what_the_command_gives(files: list[Path], root: Path, tmp_path: Path) -> None:
    files.pop(5).unlink()
    clean_archive(root, tmp_path / "command", pagefix.load_rules())
    pages = [pagefix.read(path, root=root) for path in files]
    written = pagefix.write(pagefix.clean_edition(pages), tmp_path / "library", source="archive")
    assert (written.pages, written.articles, written.messages) == (12, 24, ())
    assert _files(tmp_path / "command") == _files(tmp_path / "library")


def test_many_are_written_as_a_stream_and_restored(files: list[Path], root: Path, tmp_path: Path) -> None:
    out, back = tmp_path / "out", tmp_path / "back"
    results = pagefix.clean_many(files, root=root)
    written = pagefix.write((r.cleaned for r in results if r.cleaned), out)
    assert written.pages == 12
    assert pagefix.restore_archive(out, back) == 12
    for path in files:
        restored = back / path.relative_to(root)
        assert restored.exists() == (path.name != "A06.md")
        assert not restored.exists() or restored.read_bytes() == path.read_bytes()


def test_write_leaves_the_folder_where_it_fails(files: list[Path], root: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = pagefix.clean_page(pagefix.read(files[0], root=root))
    pagefix.write(first, out)
    before = _files(out)
    with pytest.raises(UsageError, match="two pages have one path"):
        pagefix.write([first, first], out)

    def broken() -> Iterator[pagefix.Cleaned]:
        yield pagefix.clean_page(pagefix.read(files[1], root=root))
        raise RuntimeError("the source ran dry")

    with pytest.raises(RuntimeError):
        pagefix.write(broken(), out)
    assert _files(out) == before
    assert pagefix.restore_archive(out, tmp_path / "back") == 1
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.md").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="did not write"):
        pagefix.write(first, tmp_path / "mine")


def test_a_fault_of_our_own_is_a_value_too(files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("by accident")

    monkeypatch.setattr("pagefix.library.many.clean_page", broken)
    (result,) = pagefix.clean_many(files[:1])
    assert "ZeroDivisionError: by accident" in str(result.error)
    assert "please report" in str(result.error)


def test_a_second_write_replaces_the_first(files: list[Path], root: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    pages = [pagefix.read(path, root=root) for path in files[:3]]
    pagefix.write(map(pagefix.clean_page, pages), out)
    mine, stale = (next(out.rglob(f"A0{n}-01*.md")) for n in (1, 3))
    mine.write_text("我的批注", encoding="utf-8")
    written = pagefix.write(map(pagefix.clean_page, pages[:2]), out)
    assert not stale.exists()
    assert (written.pages, len(written.messages)) == (2, 1)
    assert "your version of it is now" in written.messages[0]
    assert mine.read_text(encoding="utf-8").startswith("---\nid: 2025-05-29/A01-01\n")
    assert mine.with_suffix(".edited.md").read_text(encoding="utf-8") == "我的批注"
    assert pagefix.write(map(pagefix.clean_page, pages[:2]), out).messages == ()


def test_write_and_the_command_keep_out_of_each_others_folders(
    files: list[Path], root: Path, tmp_path: Path
) -> None:
    cleaned = pagefix.clean_page(pagefix.read(files[0], root=root))
    clean_archive(root, tmp_path / "run", pagefix.load_rules())
    with pytest.raises(UsageError, match="a run of pagefix clean made this folder"):
        pagefix.write(cleaned, tmp_path / "run")
    pagefix.write(cleaned, tmp_path / "written")
    with pytest.raises(UsageError, match="the library's write made this folder"):
        clean_archive(root, tmp_path / "written", pagefix.load_rules())


def test_a_write_that_was_killed_is_mended_by_the_next(
    files: list[Path], root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    first, second = (pagefix.clean_page(pagefix.read(path, root=root)) for path in files[:2])
    pagefix.write(first, out)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("pagefix.library.output.take_away", killed)
        with pytest.raises(KeyboardInterrupt):
            pagefix.write(second, out)
    with pytest.raises(UsageError, match="did not finish"):
        pagefix.restore_archive(out, tmp_path / "back")
    pagefix.write(second, out)
    assert [path.name[:6] for path in sorted(_files(out)) if path.suffix == ".md"] == ["A02-01", "A02-02"]
    assert pagefix.restore_archive(out, tmp_path / "back") == 1
