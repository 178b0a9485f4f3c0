"""A stretch of the index on disk: texts that came in together, as plain numpy files.

| file | content |
|---|---|
| ``keys.npy`` | uint16, the comparison keys of all texts, one after the other |
| ``seeds.npy`` | uint64, sorted: 38 bits of a shingle's hash, 26 bits of the text's number |
| ``bands.npy`` | uint64, sorted: 38 bits of a band's hash, 26 bits of the text's number |
| ``texts.npy`` | a row a text: size of its key, number of its seeds, content number, line, block |
| ``lines.npy`` | uint64, what each line of ``articles.jsonl`` was when it was read |
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pagefix.matching.batches import Ints, Keys
from pagefix.reprints.shingles import TEXT_MASK, Words
from pagefix.reprints.tasks import SignedBatch

FILES = ("keys.npy", "seeds.npy", "bands.npy", "texts.npy", "lines.npy")
TEXT = np.dtype(
    [("size", "<u4"), ("seeds", "<u4"), ("order", "<u8"), ("line", "<u4"), ("part", "<u2"), ("spare", "<u2")]
)
Texts = npt.NDArray[np.void]
Numbers = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Segment:
    """Texts ``first`` to ``first + len(texts)``; the big arrays are read where they lie."""

    folder: Path
    first: int
    keys: npt.NDArray[np.uint16]
    seeds: Words
    bands: Words
    texts: Texts
    lines: Numbers

    def __len__(self) -> int:
        return len(self.texts)


def open_segment(folder: Path, first: int) -> Segment:
    """Raises OSError or ValueError where a file is missing or none of numpy's."""
    keys, seeds, bands = (np.load(folder / name, mmap_mode="r") for name in FILES[:3])
    return Segment(folder, first, keys, seeds, bands, np.load(folder / FILES[3]), np.load(folder / FILES[4]))


def write_segment(folder: Path, batches: Iterable[SignedBatch], lines: Numbers, first: int) -> Segment:
    """Writes the texts of ``batches`` as one segment; only one batch is in memory at a time.

    Batches are numbered on from ``first``; their line numbers are positions in ``lines``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    texts: list[Texts] = []
    parts: dict[str, list[Path]] = {name: [] for name in FILES[:3]}
    number = first
    for n, batch in enumerate(batches):
        signed = batch.signed
        rows = np.zeros(len(signed), dtype=TEXT)
        rows["size"], rows["seeds"] = signed.keys.sizes, signed.totals
        rows["order"], rows["line"], rows["part"] = signed.order, batch.line, batch.part
        texts.append(rows)
        shift = np.uint64(number)
        for name, data in zip(
            FILES, (signed.keys.codes, signed.seeds + shift, signed.bands + shift), strict=False
        ):
            path = folder / f"{n:06d}-{name}"
            np.save(path, data)
            parts[name].append(path)
        number += len(signed)
    np.save(folder / "texts.npy", np.concatenate(texts) if texts else np.zeros(0, dtype=TEXT))
    np.save(folder / "lines.npy", lines)
    _merge(folder / "keys.npy", parts["keys.npy"], np.dtype(np.uint16), None)
    for name in ("seeds.npy", "bands.npy"):
        _merge(folder / name, parts[name], np.dtype(np.uint64), _merged)
    return open_segment(folder, first)


def merge_segments(folder: Path, segments: Sequence[Segment]) -> Segment:
    """Neighbouring segments as one; text numbers stay what they were."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = np.concatenate([segment.lines for segment in segments])
    before = np.cumsum([0, *(len(segment.lines) for segment in segments[:-1])])
    texts = np.concatenate([segment.texts for segment in segments])
    texts["line"] += np.repeat(before, [len(segment) for segment in segments]).astype(np.uint32)
    np.save(folder / "texts.npy", texts)
    np.save(folder / "lines.npy", lines)
    for name, how in (("keys.npy", None), ("seeds.npy", _merged), ("bands.npy", _merged)):
        paths = [segment.folder / name for segment in segments]
        _merge(folder / name, paths, np.load(paths[0], mmap_mode="r").dtype, how, keep=True)
    return open_segment(folder, segments[0].first)


def thin_segment(folder: Path, segments: Sequence[Segment], alive: npt.NDArray[np.bool_]) -> Segment:
    """The texts that are still there, numbered anew from 0, as one segment.

    ``alive`` speaks of lines, segment by segment.
    """
    folder.mkdir(parents=True, exist_ok=True)
    whole = merge_segments(folder / "whole", segments)
    kept = alive[whole.texts["line"]]
    number = np.cumsum(kept) - 1
    line = np.cumsum(alive) - 1
    texts = whole.texts[kept]
    texts["line"] = line[texts["line"]]
    np.save(folder / "texts.npy", texts)
    np.save(folder / "lines.npy", whole.lines[alive])
    np.save(folder / "keys.npy", whole.keys[np.repeat(kept, whole.texts["size"])])
    for name, words in (("seeds.npy", whole.seeds), ("bands.npy", whole.bands)):
        owner = (words & TEXT_MASK).astype(np.int64)
        stays = kept[owner]
        np.save(folder / name, (words[stays] & ~TEXT_MASK) | number[owner[stays]].astype(np.uint64))
    shutil.rmtree(folder / "whole")
    return open_segment(folder, 0)


def strip_segment(folder: Path, segment: Segment, leaves: npt.NDArray[np.bool_]) -> Segment:
    """The segment without the seeds and bands of some texts; their numbers and keys stay."""
    folder.mkdir(parents=True)
    for name in ("keys.npy", "texts.npy", "lines.npy"):
        try:
            (folder / name).hardlink_to(segment.folder / name)
        except OSError:
            shutil.copyfile(segment.folder / name, folder / name)
    for name, words in (("seeds.npy", segment.seeds), ("bands.npy", segment.bands)):
        np.save(folder / name, words[~leaves[(words & TEXT_MASK).astype(np.int64)]])
    return open_segment(folder, segment.first)


def take_keys(segments: Sequence[Segment], texts: Ints) -> Keys:
    """The keys of the texts with these (rising) numbers."""
    parts, sizes = [], []
    for segment in segments:
        low, high = np.searchsorted(texts, [segment.first, segment.first + len(segment)])
        at = texts[low:high] - segment.first
        if not len(at):
            continue
        ends = np.cumsum(segment.texts["size"].astype(np.int64))
        size = segment.texts["size"][at].astype(np.int64)
        starts = ends[at] - size
        sizes.append(size)
        inner = np.arange(int(size.sum())) - np.repeat(np.cumsum(size) - size, size)
        parts.append(np.asarray(segment.keys[np.repeat(starts, size) + inner]))
    if not parts:
        return Keys(np.zeros(0, np.uint16), np.zeros(1, np.int64))
    bounds = np.concatenate([[0], np.cumsum(np.concatenate(sizes))]).astype(np.int64)
    return Keys(np.concatenate(parts), bounds)


_Merge = Callable[[Sequence[Words]], Iterable[Words]]


def _merged(parts: Sequence[Words]) -> Iterable[Words]:
    from pagefix.reprints.candidates import RANGE, ranges

    for slices in ranges(parts, RANGE):
        yield np.sort(np.concatenate(slices), kind="stable")


def _merge(
    target: Path, paths: Sequence[Path], kind: np.dtype[np.generic], how: _Merge | None, *, keep: bool = False
) -> None:
    """Puts parts together in one file without holding them all."""
    if len(paths) == 1 and not keep:
        paths[0].replace(target)
        return
    parts = [np.load(path, mmap_mode="r") for path in paths]
    size = sum(map(len, parts))
    if not size:
        np.save(target, np.zeros(0, dtype=kind))
    else:
        out = np.lib.format.open_memmap(target, mode="w+", dtype=kind, shape=(size,))
        at = 0
        for piece in how(parts) if how else parts:
            out[at : at + len(piece)] = piece
            at += len(piece)
        out.flush()
        del out
    if not keep:
        for path in paths:
            path.unlink()
