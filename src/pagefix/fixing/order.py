"""Which strip stands where: the articles one after the other, each in its own order."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from pagefix.fixing.strips import Strip
from pagefix.model import Grouped, Role, Story


def in_order(grouped: Grouped, strips: Sequence[Strip]) -> tuple[list[int], list[int]]:
    """The strips in the order of their articles, and those that must leave their place for it.

    Both are positions in ``strips``, which stand in page order.  Captions follow the paragraph
    above them; furniture and the like stay with what they stand below, an image with its caption;
    at the page's two edges they stay there.
    """
    rank = _ranks(grouped)
    homes: list[tuple[int, int] | None] = [
        next((rank[c.block] for c in strip.clippings if c.story >= 0 and not c.nth), None) for strip in strips
    ]
    told = [at for at, home in enumerate(homes) if home is not None]
    if not told:
        return list(range(len(strips))), []
    first, last = told[0], told[-1]
    if _lifts(strips, first):
        first -= 1
    groups: list[list[int]] = []
    waiting: list[int] = []
    for at in range(first, last + 1):
        if homes[at] is not None:
            groups.append([*waiting, at])
            waiting = []
        elif _is_image(strips[at]) and _lifts(strips, at + 1):
            waiting.append(at)
        else:
            groups[-1].append(at)
    groups.sort(key=lambda group: next(home for at in group if (home := homes[at]) is not None))
    middle = [at for group in groups for at in group]
    order = [*range(first), *middle, *range(last + 1, len(strips))]
    stays = _longest_rise(order)
    return order, sorted(at for at in order if at not in stays and homes[at] is not None)


def _lifts(strips: Sequence[Strip], at: int) -> bool:
    """Whether the strip is a caption below an image."""
    caption = any(clipping.role is Role.CAPTION for clipping in strips[at].clippings)
    return caption and at > 0 and _is_image(strips[at - 1])


def _is_image(strip: Strip) -> bool:
    return bool(strip.clippings) and all(clipping.role is Role.IMAGE for clipping in strip.clippings)


def _ranks(grouped: Grouped) -> dict[int, tuple[int, int]]:
    """For each block of a story, by its number on the page, the story and the place in it."""
    ranks: dict[int, tuple[int, int]] = {}
    count = 0
    for number, story in enumerate(grouped.stories):
        for place, at in enumerate(_flow(story)):
            ranks[count + at] = number, place
        count += len(story.blocks)
    return ranks


def _flow(story: Story) -> list[int]:
    """The positions of a story's blocks, each caption behind the paragraph that it stands below."""
    flow = [at for at, block in enumerate(story.blocks) if block.role is not Role.CAPTION]
    out = list(flow)
    for at, block in enumerate(story.blocks):
        if block.role is Role.CAPTION:
            above = max((n for n in out if story.blocks[n].start < block.start), default=None,
                        key=lambda n: story.blocks[n].start)  # fmt: skip
            out.insert(0 if above is None else out.index(above) + 1, at)
    return out


def _longest_rise(order: Sequence[int]) -> set[int]:
    """The most strips that can keep their order: all others have to move."""
    ends: list[int] = []
    places: list[int] = []
    before: list[int] = []
    for n, at in enumerate(order):
        k = bisect_left(ends, at)
        if k == len(ends):
            ends.append(at)
            places.append(n)
        else:
            ends[k], places[k] = at, n
        before.append(places[k - 1] if k else -1)
    n, stays = places[-1] if places else -1, set[int]()
    while n >= 0:
        stays.add(order[n])
        n = before[n]
    return stays
