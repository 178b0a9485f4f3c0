"""Page labels as papers print them, folded so that they can be compared."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_DIGITS = {c: n for n, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2, "兩": 2, "壹": 1, "貳": 2}
_FRONT = ("头", "頭")
_LABEL = re.compile(r"(?P<letter>[A-Z]?)[-\s]*(?P<number>\d{1,3})")

# Digits that OCR took for letters: AO2 is page 2 of section A, O2 is page 2.
_MISREAD = re.compile(r"(?=.*\d)[0-9OQLI|]{2,3}|[A-Z]-?[0-9OQLI|]{1,3}")
_AS_DIGITS = str.maketrans("OQLI|", "00111")


@lru_cache(maxsize=4096)
def normal_label(printed: str) -> str:
    """A key that is equal for all ways to print one page's label.

    ``A02`` = ``A2`` = ``A02版``; ``第二版`` = ``二版`` = ``02`` = ``2版``; the section letter
    is kept, and 头版 is page 1.  What is no label at all comes back stripped and in capitals.
    """
    text = unicodedata.normalize("NFKC", printed).upper()
    text = re.sub(r"[第版页頁面张張叠疊\s]", "", text)
    text = "1" if text in _FRONT else text
    if _MISREAD.fullmatch(text):
        first = text[:1] if text[:1] in "QLI" else text[:1].translate(_AS_DIGITS)
        text = first + text[1:].translate(_AS_DIGITS)
    text = re.sub(r"[〇零一二三四五六七八九十两兩廿卅]+", lambda m: str(_chinese_number(m.group())), text)
    found = _LABEL.fullmatch(text)
    return f"{found['letter']}{int(found['number'])}" if found else text


def _chinese_number(text: str) -> int:
    """The value of a Chinese number below a hundred; a row of digits is read as such."""
    text = text.replace("廿", "二十").replace("卅", "三十")
    if "十" not in text:
        return int("".join(str(_DIGITS[c]) for c in text))
    tens, _, ones = text.partition("十")
    return (_DIGITS.get(tens, 1) if tens else 1) * 10 + (_DIGITS.get(ones, 0) if ones else 0)


def same_page(one: str, other: str) -> bool:
    """Whether two normal labels can mean one page.

    Where only one names a section its letter is left out of account: papers print
    第三版 on a page that they file as A03.
    """
    if one == other:
        return bool(one)
    short, long = sorted((one, other), key=len)
    return short.isdigit() and long[1:] == short and long[:1].isalpha()
