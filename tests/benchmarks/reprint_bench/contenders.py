"""What a user would take to find near copies, each as its manual shows it.

Runs alone, in an environment of its own: ``python contenders.py NAME TEXTS RESULT``.  TEXTS
holds a JSON string a line; RESULT gets ``{"seconds", "processor", "peak_mb", "pairs"}``.  The
clock starts with the texts in memory and stops with the pairs.  Nothing of pagefix or of the
tests is imported but by the contender ``pagefix``.
"""

from __future__ import annotations

import gc
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

Pairs = Iterable[tuple[int, int]]
# Five characters a shingle for all who take character shingles.
_SHINGLE = 5


def pagefix(texts: list[str], threads: int = 1) -> Pairs:
    """Signatures, candidates, alignments."""
    from concurrent.futures import ThreadPoolExecutor

    from pagefix.reprints import measures_of, pair_texts, scheme_of
    from pagefix.rules import load_rules

    rules = load_rules()
    with ThreadPoolExecutor(threads) as executor:
        found = pair_texts(
            texts,
            scheme_of("paragraph", rules),
            measures_of("paragraph", rules),
            executor if threads > 1 else None,
        )
    return list(zip(found.first.tolist(), found.second.tolist(), strict=True))


def pagefix_threads(texts: list[str]) -> Pairs:
    """The same with a thread for each core."""
    return pagefix(texts, os.cpu_count() or 1)


def floor(texts: list[str]) -> Pairs:
    """What nobody can save: every text decoded from its bytes, folded, every shingle hashed once."""
    from pagefix.matching.batches import fold_batch
    from pagefix.reprints.shingles import hash_shingles

    data = [text.encode() for text in texts]
    for at in range(0, len(data), 8192):
        codes = fold_batch([text.decode() for text in data[at : at + 8192]]).codes
        for low in range(0, len(codes), 1 << 15):
            hash_shingles(codes[low : low + (1 << 15)], 6)
    return []


def datasketch(texts: list[str]) -> Pairs:
    """One text at a time: update with each shingle, query, insert."""
    from datasketch import MinHash, MinHashLSH

    lsh = MinHashLSH(threshold=0.5, num_perm=128)
    pairs = []
    for n, text in enumerate(texts):
        signature = MinHash(num_perm=128)
        for shingle in {text[k : k + _SHINGLE] for k in range(len(text) - _SHINGLE + 1)}:
            signature.update(shingle.encode("utf-8"))
        pairs += [(int(other), n) for other in lsh.query(signature)]
        lsh.insert(str(n), signature)
    return pairs


def datasketch_bulk(texts: list[str]) -> Pairs:
    """``MinHash.bulk`` over all texts, then query and insert."""
    from datasketch import MinHash, MinHashLSH

    sets = [
        [text[k : k + _SHINGLE].encode("utf-8") for k in range(len(text) - _SHINGLE + 1)] for text in texts
    ]
    lsh = MinHashLSH(threshold=0.5, num_perm=128)
    pairs = []
    for n, signature in enumerate(MinHash.bulk(sets, num_perm=128)):
        pairs += [(int(other), n) for other in lsh.query(signature)]
        lsh.insert(str(n), signature)
    return pairs


def rensa(texts: list[str], started: Callable[[], None] | None = None) -> Pairs:
    """R-MinHash of all token sets in one call, all in an LSH index, all queried."""
    from rensa import RMinHash, RMinHashLSH

    # Without this the collector goes through 30 million strings again and again.
    gc.disable()
    sets = [[text[k : k + _SHINGLE] for k in range(len(text) - _SHINGLE + 1)] for text in texts]
    if started is not None:
        started()
    signatures = RMinHash.from_token_sets(sets, num_perm=128, seed=42)
    lsh = RMinHashLSH(threshold=0.5, num_perm=128, num_bands=16)
    lsh.insert_many(signatures)
    return [(other, n) for n, found in enumerate(lsh.query_all(signatures)) for other in found if other < n]


def text_dedup(texts: list[str]) -> Pairs:
    """Its MinHash command on a Parquet file.  Characters get spaces between them: its tokens are words."""
    import pickle

    import datasets
    from text_dedup.minhash import main

    with tempfile.TemporaryDirectory() as folder:
        rows = datasets.Dataset.from_dict({"text": [" ".join(text) for text in texts]})
        rows.save_to_disk(f"{folder}/in")
        options = f"--path {folder}/in --local --output {folder}/out --column text --ngram 5 --min_length 5"
        options += f" --threshold 0.5 --num_perm 128 --cache_dir {folder}/cache --num_proc 1 --debug"
        main(options.split(), standalone_mode=False)
        with Path(f"{folder}/out/uf.pkl").open("rb") as stream:
            union = pickle.load(stream)
    parents = union.parent if hasattr(union, "parent") else union
    return [(min(n, root), max(n, root)) for n, root in parents.items() if n != root]


def datatrove(texts: list[str]) -> Pairs:
    """Its MinHash signatures and buckets for Chinese, words by its own tokenizer."""
    import struct

    from datatrove.data import Document
    from datatrove.pipeline.dedup.minhash import MinhashConfig, MinhashDedupBuckets, MinhashDedupSignature

    config = MinhashConfig()
    with tempfile.TemporaryDirectory() as folder:
        documents = (Document(text=text, id=str(n)) for n, text in enumerate(texts))
        MinhashDedupSignature(f"{folder}/signatures", config, language="cmn_Hani").run(documents, 0, 1)
        buckets = MinhashDedupBuckets(f"{folder}/signatures", f"{folder}/buckets", config=config)
        for rank in range(config.num_buckets):
            buckets.run(None, rank, config.num_buckets)
        pairs = set()
        for path in Path(f"{folder}/buckets").glob("*.dups"):
            for _, a, _, b in struct.iter_unpack("<4I", path.read_bytes()):
                pairs.add((min(a, b), max(a, b)))
    return pairs


CONTENDERS: dict[str, Callable[..., Pairs]] = {
    "pagefix": pagefix,
    "pagefix, threads": pagefix_threads,
    "floor": floor,
    "datasketch": datasketch,
    "datasketch bulk": datasketch_bulk,
    "rensa": rensa,
    "rensa, shingles given": rensa,
    "text-dedup": text_dedup,
    "datatrove": datatrove,
}


def peak() -> float:
    """The most memory that this process had, in MiB.  getrusage would tell its parent's, if that had more."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    return int(found[1]) / 1024 if found else 0.0


def run(name: str, texts: list[str]) -> dict[str, object]:
    """Runs a contender once."""
    clock = [time.perf_counter(), time.process_time()]

    def start() -> None:
        clock[:] = [time.perf_counter(), time.process_time()]

    start()
    contender = CONTENDERS[name]
    pairs = contender(texts, start) if name == "rensa, shingles given" else contender(texts)
    seconds, processor = time.perf_counter() - clock[0], time.process_time() - clock[1]
    return {"seconds": seconds, "processor": processor, "peak_mb": peak(), "pairs": sorted(pairs)}


if __name__ == "__main__":
    rows = [json.loads(line) for line in Path(sys.argv[2]).read_text(encoding="utf-8").splitlines()]
    Path(sys.argv[3]).write_text(json.dumps(run(sys.argv[1], rows)), encoding="utf-8")
