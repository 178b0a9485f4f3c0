"""What one rule looks like once it is read, before anybody has judged it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

KINDS = ("pattern", "number", "words", "weights")

PATTERN_KINDS = (
    "agency",
    "byline_below",
    "byline_line",
    "byline_plain",
    "caption_credit",
    "caption_scene",
    "caption_start",
    "caption_whole",
    "dateline_end",
    "dateline_start",
    "deck",
    "edition_path",
    "fence",
    "furniture",
    "furniture_edge",
    "furniture_top",
    "html",
    "image",
    "jump_from",
    "jump_from_line",
    "jump_to",
    "jump_to_line",
    "kicker",
    "marked_name",
    "no_scene",
    "note",
    "office_holder",
    "page_label",
    "photographer",
    "picture_story",
    "pictures_follow",
    "pointer",
    "refusal",
    "rule_line",
    "serial",
    "signature",
    "signs_off",
    "table_row",
    "title",
)
"""What a pattern may be used for; the step that uses it gives it its meaning."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a rule file: where it stands, its kind, and what it holds.

    ``lines`` gives the line of each key, 1-based.
    """

    file: str
    line: int
    kind: str
    data: Mapping[str, Any]
    lines: Mapping[str, int]

    @property
    def id(self) -> str:
        return str(self.data.get("id", ""))
