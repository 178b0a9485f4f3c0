"""What texts are compared by: keys, shingles, seeds and signatures, against plain ways to the same."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagefix.matching.batches import fold_batch
from pagefix.matching.keys import fold
from pagefix.reprints.bands import as_minhash, bands_of, signatures_of
from pagefix.reprints.candidates import meet, meet_bands
from pagefix.reprints.scheme import Scheme, scheme_of
from pagefix.reprints.shingles import TEXT_BITS, TEXT_MASK, hash_shingles, seeds_of
from pagefix.rules import load_rules
from tests.support.printings import Desk

SCHEME = Scheme("paragraph", seed=6, one_in=2, common=8, least=10, bands=8, rows=2)
TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), max_size=8)


@given(TEXTS)
def test_keys_of_a_batch_are_those_of_each_text_alone(texts: list[str]) -> None:
    keys = fold_batch(texts)
    assert len(keys) == len(texts)
    assert [keys.text(n) for n in range(len(texts))] == [fold_batch([text]).text(0) for text in texts]


def test_a_key_holds_word_characters_folded() -> None:
    (key,) = [fold_batch(["　《國際》報導，ＡＢＣ　１９９８年。\n"]).text(0)]
    assert key == "国际报导abc1998年"
    # Characters are folded one by one: no phrase of a dictionary decides over its neighbours.
    assert fold_batch(["乾"]).text(0) == fold("乾")
    assert fold_batch(["沈醉"]).text(0) == fold_batch(["沈"]).text(0) + "醉"


def test_characters_beyond_the_basic_plane_are_one_each() -> None:
    keys = fold_batch(["\U00020000甲", "甲\U0001f600乙"])
    assert keys.sizes.tolist() == [2, 2]
    assert keys.text(0) != fold_batch(["\U00020001甲"]).text(0)
    assert keys.text(1) == "甲乙"


@pytest.mark.parametrize("size", [4, 5, 6, 7, 8])
def test_equal_shingles_have_equal_hashes_and_others_do_not(size: int) -> None:
    codes = np.random.default_rng(1).integers(0x4E00, 0x4E08, 4000).astype(np.uint16)
    hashes = hash_shingles(codes, size).tolist()
    plain = [tuple(codes[n : n + size].tolist()) for n in range(len(codes) - size + 1)]
    assert len(hashes) == len(plain)
    assert len(set(zip(hashes, plain, strict=True))) == len(set(plain)) == len(set(hashes))


@pytest.mark.parametrize("size", [3, 9])
def test_sizes_that_the_hash_cannot_hold_are_refused(size: int) -> None:
    with pytest.raises(ValueError, match="4 to 8"):
        hash_shingles(np.zeros(20, dtype=np.uint16), size)


def test_no_seed_runs_from_one_text_into_the_next() -> None:
    desk = Desk()
    texts = [desk.writer.paragraph(n) for n in (5, 6, 7, 40, 300, 6, 90)]
    everything = Scheme("paragraph", seed=6, one_in=1, common=8, least=1, bands=8, rows=2)
    words, counts = seeds_of(fold_batch(texts), everything)
    keys = fold_batch(texts)
    assert counts.tolist() == [max(0, size - 5) for size in keys.sizes.tolist()]
    alone = [seeds_of(fold_batch([text]), everything)[0] >> np.uint64(TEXT_BITS) for text in texts]
    assert (words >> np.uint64(TEXT_BITS)).tolist() == np.concatenate(alone).tolist()


def test_all_texts_choose_the_same_seeds() -> None:
    desk = Desk()
    story = desk.writer.paragraph(200)
    words, _ = seeds_of(fold_batch([story, desk.writer.paragraph(60) + story, story[50:]]), SCHEME)
    owner, hashes = words & TEXT_MASK, words >> np.uint64(TEXT_BITS)
    whole, behind, part = (set(hashes[owner == n].tolist()) for n in range(3))
    assert part < whole < behind
    assert 0.35 < len(whole) / 195 < 0.65


def test_signatures_are_those_of_datasketch() -> None:
    from datasketch import MinHash

    keys = fold_batch([Desk().writer.paragraph(n) for n in (60, 200, 30)])
    words, counts = seeds_of(keys, SCHEME)
    signatures = signatures_of(words, counts, SCHEME)
    for n, signature in enumerate(signatures):
        plain = MinHash(num_perm=16, seed=1, hashfunc=lambda value: value)
        plain.update_batch((words[(words & TEXT_MASK) == n] >> np.uint64(32)).astype(np.uint32).tolist())
        assert plain.digest().tolist() == signature.tolist()
        assert as_minhash(signature, SCHEME).jaccard(plain) == 1.0


def test_bands_bring_those_together_that_datasketch_brings_together() -> None:
    from datasketch import MinHashLSH

    desk = Desk(2)
    stories = [desk.writer.paragraph(150) for _ in range(60)]
    texts = stories + desk.misread(stories[:30], 0.05) + desk.misread(stories[:10], 0.1)
    words, counts = seeds_of(fold_batch(texts), SCHEME)
    signatures = signatures_of(words, counts, SCHEME)
    lsh = MinHashLSH(num_perm=16, params=(8, 2))
    plain: set[tuple[int, int]] = set()
    for n, signature in enumerate(signatures):
        plain |= {(other, n) for other in lsh.query(as_minhash(signature, SCHEME))}
        lsh.insert(n, as_minhash(signature, SCHEME))
    bands = np.sort(bands_of(signatures, counts, SCHEME))
    ours = meet_bands([], bands, 0, np.arange(len(texts), dtype=np.uint64))
    # A star links the members of a band; datasketch names every two of them.
    assert 25 <= len(set(zip(ours.first.tolist(), ours.second.tolist(), strict=True))) <= len(plain)
    assert _linked(zip(ours.first.tolist(), ours.second.tolist(), strict=True)) == _linked(plain)


def test_the_shipped_bands_are_what_datasketch_answers() -> None:
    from datasketch import MinHashLSH

    scheme = scheme_of("article", load_rules())
    lsh = MinHashLSH(threshold=0.4, num_perm=scheme.permutations, weights=(0.2, 0.8))
    assert (lsh.b, lsh.r) == (scheme.bands, scheme.rows)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 11)), max_size=60), st.integers(0, 12))
def test_counts_of_shared_seeds_are_exact_at_once_and_day_by_day(
    rows: list[tuple[int, int]], first_new: int
) -> None:
    holders: dict[int, set[int]] = {}
    for seed, text in rows:
        holders.setdefault(seed, set()).add(text)
    shared: dict[tuple[int, int], int] = {}
    for texts in holders.values():
        if len(texts) <= 3:
            for pair in combinations(sorted(texts), 2):
                shared[pair] = shared.get(pair, 0) + 1
    common = [sum(text in texts and len(texts) > 3 for texts in holders.values()) for text in range(12)]
    words = np.array(sorted({(seed << TEXT_BITS) | text for seed, text in rows}), dtype=np.uint64)
    new = (words & TEXT_MASK).astype(np.int64) >= first_new
    counts: dict[tuple[int, int], int] = {}
    texts_common = [0] * 12
    for met in (meet([], words[~new], 0, 3), meet([words[~new]], words[new], first_new, 3)):
        pairs = met.pairs
        for a, b, n in zip(pairs.first.tolist(), pairs.second.tolist(), pairs.counts.tolist(), strict=True):
            counts[a, b] = counts.get((a, b), 0) + n
        for text, n in zip(met.texts.tolist(), met.common.tolist(), strict=True):
            texts_common[text] += n
    assert {pair: n for pair, n in counts.items() if n} == shared
    assert texts_common == common


def _linked(pairs: object) -> set[frozenset[int]]:
    groups: dict[int, set[int]] = {}
    for a, b in pairs:  # type: ignore[attr-defined]
        merged = groups.get(a, {a}) | groups.get(b, {b})
        for one in merged:
            groups[one] = merged
    return {frozenset(group) for group in groups.values()}
