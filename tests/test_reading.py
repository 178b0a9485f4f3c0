"""The encoding ladder, and what is no page."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagefix.errors import PageError, UsageError
from pagefix.reading import decode, page_from_text, read_page

_HANS = "昨天上午，青河镇三座新桥同时通车，两岸群众敲锣打鼓来看热闹。镇长说，过去进城要绕二十里山路。\n"
_HANT = "海州市的老碼頭經過兩年改造，昨天作為濱江公園開放，市民李女士說，她每天晚飯後都要來走一走。\n"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "gbk"])
def test_simplified_text_is_read(encoding: str) -> None:
    assert decode((_HANS * 3).encode(encoding)).text == _HANS * 3


@pytest.mark.parametrize("encoding", ["utf-8", "big5", "gb18030"])
def test_traditional_text_is_read(encoding: str) -> None:
    assert decode((_HANT * 3).encode(encoding)).text == _HANT * 3


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_read(encoding: str) -> None:
    assert decode((_HANS * 3).encode(encoding)).text == _HANS * 3


def test_the_byte_order_mark_stays_a_character() -> None:
    assert decode(_HANS.encode("utf-8-sig")).text == "\ufeff" + _HANS
    found = decode(_HANS.encode("utf-16"))
    assert found.text == "\ufeff" + _HANS
    assert found.text.encode(found.encoding) == _HANS.encode("utf-16")


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5"])
def test_one_bad_byte_does_not_spoil_the_page(encoding: str) -> None:
    text = (_HANT if encoding == "big5" else _HANS) * 5
    data = text.encode(encoding)
    found = decode(data[:91] + b"\xff" + data[91:])
    assert found.raw == data[:91] + b"\xff" + data[91:]
    assert sum(a == b for a, b in zip(found.text[-100:], text[-100:], strict=True)) == 100


@given(st.text(max_size=300))
def test_what_utf8_writes_is_read_back(text: str) -> None:
    data = text.encode("utf-8", "ignore")
    if b"\0" not in data and not data.startswith((b"II*", b"MM", b"%PDF", b"GIF8", b"PK", b"Rar!")):
        assert decode(data).text == data.decode("utf-8")


@pytest.mark.parametrize("data", [b"%PDF-1.7\n...", b"\x89PNG\r\n\x1a\n", bytes(range(256)) * 20])
def test_binary_files_are_refused_by_name(data: bytes) -> None:
    with pytest.raises(PageError, match=r"a/b\.md: .*\(.+\)"):
        decode(data, place="a/b.md")


def test_a_named_encoding_is_obeyed_or_refused() -> None:
    assert decode(_HANS.encode("gb18030"), "gb18030").text == _HANS
    with pytest.raises(PageError, match="byte 0 is not utf-8"):
        decode(_HANS.encode("gb18030"), "utf-8", "p.md")
    with pytest.raises(UsageError, match="no encoding is called 'klingon'"):
        decode(b"x", "klingon")


def test_newline_styles_are_told() -> None:
    styles = {"a\nb\n": "\n", "a\r\nb\r\n": "\r\n", "a\rb\r": "\r", "a\r\nb\n": "mixed", "ab": ""}
    assert {text: page_from_text(text).newline for text in styles} == styles


def test_surrogates_are_no_text() -> None:
    with pytest.raises(PageError, match="surrogate at 1"):
        page_from_text("a\ud800")


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(PageError, match=r"x\.md: No such file"):
        read_page(tmp_path / "x.md", "x.md")
