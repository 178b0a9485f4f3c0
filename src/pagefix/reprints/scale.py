"""Seeds grouped on disk by DuckDB, when they outgrow memory (extra: scale).

The same groups and the same counts as ``candidates.meet``, as one query over Parquet that
spills what it cannot hold.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pagefix.errors import UsageError
from pagefix.reprints.candidates import RANGE, Counted, Met
from pagefix.reprints.shingles import TEXT_BITS, TEXT_MASK

# DuckDB does nothing useful in less.
_LEAST = 64 << 20

# A shingle that a text has twice stands here once: seeds.npy holds distinct words.
_RARE = """
    CREATE TEMP TABLE rare AS
    SELECT seed, text FROM read_parquet('{parts}')
    WHERE seed IN (SELECT seed FROM read_parquet('{parts}') GROUP BY seed HAVING count(*) <= {common})
"""
_SHARED = """
    SELECT one.text * 4294967296::UBIGINT + other.text AS pair, count(*)::BIGINT AS shared
    FROM rare one JOIN rare other ON one.seed = other.seed AND one.text < other.text
    GROUP BY pair HAVING count(*) >= 2 ORDER BY pair
"""
_COMMON = """
    SELECT text::BIGINT AS text, count(*)::BIGINT AS seeds FROM read_parquet('{parts}')
    WHERE seed IN (SELECT seed FROM read_parquet('{parts}') GROUP BY seed HAVING count(*) > {common})
    GROUP BY text ORDER BY text
"""


def meet_on_disk(seeds: Path, folder: Path, common: int, memory: int) -> Met:
    """Meets the seeds of a first segment within ``memory`` bytes; ``folder`` takes what spills.

    Pairs that share a single seed are left out.  Raises :class:`~pagefix.errors.UsageError` where
    DuckDB or pyarrow is not installed.
    """
    try:
        import duckdb
        import pyarrow  # noqa: F401
    except ImportError:
        raise UsageError(
            f"{np.load(seeds, mmap_mode='r').nbytes >> 20} MB of seeds are more than --memory allows",
            place=str(seeds),
            remedy="pip install 'pagefix[scale]', or give more memory",
        ) from None
    spill = folder / "spill"
    spill.mkdir()
    try:
        parts = _as_parquet(seeds, spill)
        with duckdb.connect(config={"temp_directory": str(spill / "duckdb")}) as base:
            base.execute(f"SET memory_limit = '{max(memory, _LEAST)}B'")
            base.execute("SET preserve_insertion_order = false")
            base.execute(_RARE.format(parts=parts, common=int(common)))
            pairs = base.execute(_SHARED).fetchnumpy()
            texts = base.execute(_COMMON.format(parts=parts, common=int(common))).fetchnumpy()
    finally:
        shutil.rmtree(spill, ignore_errors=True)
    keys: npt.NDArray[np.uint64] = np.asarray(pairs["pair"], dtype=np.uint64)
    counted = Counted(keys, np.asarray(pairs["shared"], dtype=np.int64))
    return Met(counted, np.asarray(texts["text"], np.int64), np.asarray(texts["seeds"], np.int64))


def _as_parquet(seeds: Path, spill: Path) -> str:
    """Seeds and texts as two columns, a file for each few million; the pattern that names them all."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    for number, words in enumerate(_pieces(seeds)):
        table = pa.table(
            {
                "seed": pa.array(words >> np.uint64(TEXT_BITS)),
                "text": pa.array(words & TEXT_MASK),
            }
        )
        pq.write_table(table, spill / f"{number:06d}.parquet", compression="zstd")
    return str(spill / "*.parquet").replace("'", "''")


def _pieces(seeds: Path) -> Iterator[npt.NDArray[np.uint64]]:
    words = np.load(seeds, mmap_mode="r")
    for low in range(0, len(words), RANGE):
        yield np.array(words[low : low + RANGE])
