"""Ends that stay open: where the other part must be, said so that somebody can go and look."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from pagefix.matching.labels import normal_label
from pagefix.model import Jump, Span, Story, Way
from pagefix.steps.jumps.ends import Edition


def with_open_ends(story: Story, used: Collection[Span], edition: Edition) -> Story:
    """The story with ``continued_from`` and ``continues_on`` of the marks that no jump used.

    ``used`` holds the spans of the marks that were followed.  Every open end has a warning
    that names the page, as the mark does, and the edition.
    """
    marks = [b for b in story.blocks if b.jump is not None and b.pieces[0] not in used]
    if not marks and not story.continued_from and not story.continues_on:
        return story
    warnings = dict.fromkeys(story.warnings)
    comes = goes = ""
    for block in marks:
        assert block.jump is not None
        if block.jump.way is Way.FROM:
            comes = comes or block.jump.label
        else:
            goes = block.jump.label
        warnings[_warning(block.jump, block.page, edition)] = None
    return replace(story, continued_from=comes, continues_on=goes, warnings=tuple(warnings))


def _warning(jump: Jump, path: str, edition: Edition) -> str:
    what = "continues on" if jump.way is Way.TO else "continued from"
    name = next(page.page.edition for page in edition.pages if page.page.path == path)
    where = f"page {jump.label} of {name}" if name else f"page {jump.label}"
    if edition.sheets(normal_label(jump.label)):
        return f"{what} {where}: no part that fits was found on that page"
    return f"{what} {where}: that page is not in the archive"
