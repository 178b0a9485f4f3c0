"""Where a story begins or ends by its own words, whether or not a headline stands above.

Texts are expected folded.
"""

from __future__ import annotations

import re

from pagefix.evidence.lexicon import is_two_words, names_share

_AGENCY = "本报|本社|本台|新华社|中新社|中央社|中通社|路透社|法新社|美联社|合众社|共同社|塔斯社"
# The agency, a place, a date or a reporter, and the word for a telegram or a report.
_OPENING = re.compile(
    rf"[（(【〔［\[]?(?:据|综合)?(?:{_AGENCY})(?:讯|消息[：:]|[^，。、：:；？！]{{1,16}}?日?(?:专)?[电讯](?![视话台力影脑]))"
)
_SIGNATURE = re.compile(r"[（(][^（()）。]{2,30}[）)]\Z")
_MARKED_NAMES = re.compile(r"[●○□■☐◎◆◇△▲☆★口]\s*[\u4e00-\u9fff·]{2,4}\Z")
_OFFICE = re.compile(
    r"[\u4e00-\u9fff、]{2,22}"
    r"(?:书记|主任|主席|经理|总裁|教授|研究员|院士|大使|[部厅局司处省市县区州镇乡院校会厂行所站社台董理秘]长|事长|书长)"
    r"(?=([\u4e00-\u9fff]{2,3})\Z)"
)
# Four authors with three characters each.
_NAMES = 12


def opens_report(text: str) -> bool:
    """Whether a paragraph begins with a dateline: the agency, the place, 电 or 讯."""
    return _OPENING.match(text) is not None


def signs_off(text: str) -> bool:
    """Whether a paragraph ends with a signature or a source in brackets."""
    return _SIGNATURE.search(text) is not None


def is_names(text: str) -> bool:
    """Whether a line is authors: names, a mark and what may be one, or an office and who holds it."""
    if holds_office(text):
        return True
    return is_marked_name(text) or (len(text) <= _NAMES and names_share(text) >= 0.8)


def holds_office(text: str) -> bool:
    """Whether a line is an office and a name, as officials sign: 水利部部长王小明."""
    found = _OFFICE.match(text)
    return found is not None and names_share(found.group(1)) > 0.6


def is_marked_name(text: str) -> bool:
    """Whether a line is a mark and one name; the square □ is also read as 口."""
    return _MARKED_NAMES.match(text) is not None and not is_two_words(text[1:].strip())
