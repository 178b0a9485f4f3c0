"""A line without what changes from day to day: date, page and weekday are slots in it.

Only comparison sees such a line; what is written out never passes through here.
"""

from __future__ import annotations

import re

from pagefix.matching.keys import fold

NUMBER, WEEKDAY = "\x01", "\x02"

_DIGITS = "〇零一二三四五六七八九十百廿卅初正元"
_CYCLE = "[甲乙丙丁戊己庚辛壬癸][子丑寅卯辰巳午未申酉戌亥]"
_SLOT = re.compile(
    r"(?P<day>(?<=星期)[一二三四五六日天]|(?<=礼拜)[一二三四五六日天]|(?<=周)[一二三四五六日天](?!\w))"
    r"|[0-9０-９]+"
    rf"|(?<=[第年月])[{_DIGITS}]+(?!\w)|[{_DIGITS}]+(?=\s*[年月日号版期张页])|(?<=[第年月])[{_DIGITS}]+"
    rf"|{_CYCLE}(?=\s*年)"
)
_BLANKS = re.compile(r"\s+")
# Blanks within 第 3 版 and 5 月 6 日 come and go with the recogniser.
_LOOSE = re.compile(rf"(?<=[第年月日期周]) (?={NUMBER}|{WEEKDAY})|(?<={NUMBER}) (?=[年月日号版面期张页])")
_MARKS = " \t\u3000\xa0#>*_"
# What stands between the fields of a running head.
_FIELDS = re.compile(rf"[\s·•|｜/／—–\-:：{NUMBER}{WEEKDAY}]+")
_DATED = "年月日号版面期张页第"
_HAN, _LATIN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]"), re.compile(r"[A-Za-z]")
# A page's number; a letter and a number, or a weekday, that stand apart: not 四面八方, G20峰会 or 星期日漫画.
_NUMBERED = re.compile(
    rf"{NUMBER}版|第{NUMBER}面|(?<![^\s·•|｜/／])[A-Z]{{1,2}}{NUMBER}(?![^\s·•|｜/／])|(?:星期|礼拜|周){WEEKDAY}(?!\w)"
)
_DATE = f"{NUMBER}年{NUMBER}月{NUMBER}日"
_YEAR = rf"\s*(?:[0-9０-９{_DIGITS}]+|{_CYCLE})\s*年"
_PATTERN = {
    NUMBER: rf"\s*[0-9０-９{_DIGITS}]+\s*",
    WEEKDAY: r"\s*[一二三四五六日天]\s*",
    " ": r"\s+",
}
_LONG = re.compile(f"{NUMBER}(?=[年号期])")
_SPECIAL = frozenset(r"\.^$*+?{}[]|()&~#-")


def bare(line: str) -> str:
    """A line without white space and Markdown marks at its edges."""
    return line.strip(_MARKS)


def slotted(line: str) -> str:
    """The line folded, with single blanks, and slots for what changes."""
    text = _BLANKS.sub(" ", fold(line))
    return _LOOSE.sub("", _SLOT.sub(lambda found: WEEKDAY if found["day"] else NUMBER, text))


def is_labelled(key: str) -> bool:
    """Whether a line carries the page's label, a weekday or a whole date."""
    return _DATE in key or is_numbered(key)


def is_numbered(key: str) -> bool:
    """Whether a line carries the page's label or a weekday; a date also stands below who signs a notice."""
    return _NUMBERED.search(key) is not None


def names_something(key: str) -> bool:
    """Whether a line says more than a date and a page: two Chinese characters or four letters."""
    rest = "".join(char for char in key if char not in _DATED)
    rest = re.sub(f"(?:星期|礼拜|周){WEEKDAY}", "", rest)
    return len(_HAN.findall(rest)) >= 2 or len(_LATIN.findall(rest)) >= 4


def fields(key: str) -> tuple[str, ...]:
    """The fields of a running head: the names that stand apart in it."""
    return tuple(field for field in _FIELDS.split(key) if field)


def expression(key: str) -> str:
    """A regular expression for all lines with this key, folded."""
    parts = key.split(NUMBER + "年")
    return _YEAR.join("".join(_PATTERN.get(char, _literal(char)) for char in part) for part in parts)


def _literal(char: str) -> str:
    return "\\" + char if char in _SPECIAL else char


def example(key: str, number: str = "12") -> str:
    """A line that has this key, with this number for a page or a day; years and issues have four digits."""
    key = _LONG.sub(number.replace(number.strip(), "2031"), key)
    return key.replace(NUMBER, number).replace(WEEKDAY, "一").strip()
