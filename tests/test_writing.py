"""What is written: front matter is one text whichever emitter wrote it."""

from __future__ import annotations

import yaml
from hypothesis import given
from hypothesis import strategies as st

from pagefix.writing.markdown import _front_matter

_TEXT = st.text(
    st.one_of(
        st.sampled_from("青河镇，。：“” 　·—-:#*&!|>'\"%@`{}[]?.0123456789NOe_~=\n\t\x85\u2028\ufeff𠀀😀"),
        st.characters(codec="utf-8"),
    ),
    min_size=1,
    max_size=40,
)


@given(st.dictionaries(st.sampled_from(("id", "headline", "date", "byline")), _TEXT), st.lists(_TEXT))
def test_front_matter_is_what_the_plain_emitter_writes(front: dict[str, str], pages: list[str]) -> None:
    fields: dict[str, str | list[str]] = {**front, "pages": pages}
    written = _front_matter(fields)
    assert written == yaml.safe_dump(fields, allow_unicode=True, sort_keys=False, width=10_000)


@given(
    st.text("青河镇，。：“”、；！？（）《》‘’…—·AZ09 -:#", min_size=1, max_size=12)
    | st.text("/019AZenoxy._-:", min_size=1, max_size=12)
)
def test_so_it_is_where_a_text_is_words_and_marks_or_a_path(headline: str) -> None:
    fields: dict[str, str | list[str]] = {"headline": headline, "pages": [headline, "A01.md"]}
    assert _front_matter(fields) == yaml.safe_dump(fields, allow_unicode=True, sort_keys=False, width=10_000)


def test_a_headline_that_never_ends_is_broken_where_yaml_breaks_it() -> None:
    fields: dict[str, str | list[str]] = {"headline": "青河镇 " * 4000, "deck": "NO " * 4000 + "."}
    assert _front_matter(fields) == yaml.safe_dump(fields, allow_unicode=True, sort_keys=False, width=10_000)


def test_what_yaml_would_take_for_something_else_is_quoted() -> None:
    assert _front_matter({"headline": "NO", "date": "012"}) == "headline: 'NO'\ndate: '012'\n"


def test_rare_characters_are_written_as_they_are() -> None:
    assert _front_matter({"headline": "𠀀字号"}) == "headline: 𠀀字号\n"
