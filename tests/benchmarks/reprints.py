"""Reprints against what a user would take instead, and against what nobody can save.

    python tests/benchmarks/reprints.py [--count 200000] [--slow 10000] [--rounds 3] [--write docs]

Invents Chinese paragraphs with planted copies, installs each contender into an environment of
its own below ``--work``, and runs them in turn, round after round, so that whatever else the
machine does strikes all alike.  Contenders that would take an hour run on ``--slow`` paragraphs
made the same way, once; their time for all is in proportion, which flatters those that slow down.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.reprint_bench.press import Press, press
from tests.benchmarks.reprint_bench.results import Figure, figure, picture, table

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = Path(__file__).with_name("reprint_bench") / "contenders.py"

# What each environment holds.  text-dedup's own list asks for Spark and a neural network, which its
# MinHash command needs not; it is installed without them.
PAGEFIX = ["-e", str(ROOT)]
ENVIRONMENTS = {
    "pagefix": [PAGEFIX],
    "datasketch": [["datasketch"]],
    "rensa": [["rensa"]],
    "text-dedup": [
        ["--no-deps", "text-dedup"],
        ["datasets", "click", "click-option-group", "regex", "rich", "scipy", "setuptools", "tqdm",
         "xxhash", "bitarray", "psutil", "ftfy", "zstandard", "fire"],
    ],
    "datatrove": [["datatrove", "spacy", "jieba", "tokenizers", "nltk", "regex", "xxhash<4", "orjson"]],
}  # fmt: skip
FAST = {
    "pagefix": "pagefix",
    "pagefix, threads": "pagefix",
    "rensa": "rensa",
    "rensa, shingles given": "rensa",
    "floor": "pagefix",
}
SLOW = {
    "datasketch": "datasketch",
    "datasketch bulk": "datasketch",
    "text-dedup": "text-dedup",
    "datatrove": "datatrove",
}


def environment(name: str, work: Path) -> Path:
    """The Python of a contender's environment, made if it is not there."""
    folder = work / name
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        for packages in ENVIRONMENTS[name]:
            subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)
        (folder / "ready").touch()
    return python


def run(name: str, home: str, work: Path, texts: Path) -> dict[str, object]:
    """One run of one contender, in a process of its own."""
    result = work / "result.json"
    result.unlink(missing_ok=True)
    done = subprocess.run(
        [environment(home, work), SCRIPT, name, texts, result], capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(f"{name}: {done.stderr.strip()[-2000:]}")
    found: dict[str, object] = json.loads(result.read_text(encoding="utf-8"))
    print(f"{name}: {found['seconds']:.1f} s", file=sys.stderr, flush=True)
    return found


def written(printed: Press, path: Path) -> Path:
    """The texts, a JSON string a line."""
    lines = (json.dumps(text, ensure_ascii=False) + "\n" for text in printed.texts)
    path.write_text("".join(lines), encoding="utf-8")
    return path


def main() -> None:
    """Prints the table; with --write puts it and the picture into the folder."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--count", type=int, default=200_000)
    asked.add_argument("--slow", type=int, default=10_000)
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--work", type=Path, help="Where environments are made, and kept for the next time.")
    asked.add_argument("--only", action="append", help="Only this contender; may be given several times.")
    asked.add_argument("--write", type=Path, help="A folder for reprints-table.md and reprints.svg.")
    options = asked.parse_args()
    work: Path = options.work or Path(tempfile.mkdtemp(prefix="reprints-"))
    work.mkdir(parents=True, exist_ok=True)
    all_of_them, few = press(options.count, options.seed), press(options.slow, options.seed)
    fast = {name: home for name, home in FAST.items() if not options.only or name in options.only}
    slow = {name: home for name, home in SLOW.items() if not options.only or name in options.only}
    runs: dict[str, list[dict[str, object]]] = {name: [] for name in fast}
    texts = written(all_of_them, work / "texts.jsonl")
    for home in {*fast.values(), *slow.values()}:
        environment(home, work)
    for _ in range(options.rounds):
        for name, home in fast.items():
            runs[name].append(run(name, home, work, texts))
    figures: list[Figure] = [figure(name, runs[name], all_of_them) for name in fast]
    texts = written(few, work / "few.jsonl")
    figures += [figure(name, [run(name, home, work, texts)], few) for name, home in slow.items()]
    print(table(figures, options.count))
    if options.write:
        options.write.mkdir(parents=True, exist_ok=True)
        (options.write / "reprints-table.md").write_text(table(figures, options.count), encoding="utf-8")
        (options.write / "reprints.svg").write_text(picture(figures, options.count), encoding="utf-8")


if __name__ == "__main__":
    main()
