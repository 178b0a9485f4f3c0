"""Which editions are not as the last run left them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pagefix.archive.books import Manifest
from pagefix.archive.folders import Edition, Index
from pagefix.archive.parts import Head
from pagefix.archive.stamp import base_of
from pagefix.archive.updating import Plan
from pagefix.lessons.lesson import is_lesson


@dataclass(slots=True)
class Looked:
    """What a comparison has seen so far: pages that stay, whether the archive lost editions, failures."""

    done: int = 0
    gone: bool = False
    again: bool = False


def changed(
    index: Index, manifest: Manifest, stamp_of: Callable[[Head], str], plan: Plan, looked: Looked
) -> Iterator[Edition]:
    """The editions that are not as the manifest has them; ``stamp_of`` gives the stamp that one should have.

    ``plan`` hears of all, also of those that the archive has lost.
    """
    for head, size, edition in side_by_side(index, manifest):
        if head is None:
            assert edition is not None
            plan.comes(edition)
            yield edition
        elif edition is None:
            plan.leaves(head, size, gone=True)
            looked.gone = True
        else:
            looked.again |= head.again
            if _as_before(manifest, head, edition, stamp_of(head)):
                plan.stays(head, size)
                looked.done += len(edition.pages)
            else:
                plan.leaves(head, size, gone=False)
                plan.comes(edition)
                yield edition


def side_by_side(index: Index, manifest: Manifest) -> Iterator[tuple[Head | None, int, Edition | None]]:
    """Each edition of the manifest and of the archive, those that are one together; both are in one order.

    The number is the size of the manifest's line.
    """
    heads = manifest.heads()
    head, size = next(heads, _NO_MORE)
    for edition in index.editions():
        order = edition.order
        while head is not None and head.order < order:
            yield head, size, None
            head, size = next(heads, _NO_MORE)
        if head is not None and head.order == order:
            yield head, size, edition
            head, size = next(heads, _NO_MORE)
        else:
            yield None, 0, edition
    while head is not None:
        yield head, size, None
        head, size = next(heads, _NO_MORE)


_NO_MORE: tuple[Head | None, int] = (None, 0)


def _as_before(manifest: Manifest, head: Head, edition: Edition, stamp: str) -> bool:
    return _same_pages(manifest, head, edition, stamp) and head.complete_in(
        manifest.places.out, manifest.looked
    )


def _same_pages(manifest: Manifest, head: Head, edition: Edition, stamp: str) -> bool:
    return (
        not head.again
        and head.made_of(edition, stamp)
        and head.dated_as(edition)
        and head.seasoned(manifest.looked)
    )


def lesson_kept(manifest: Manifest, head: Head | None, edition: Edition, base: str) -> str | None:
    """The lesson of an edition as the manifest keeps it, if its pages are as they were.

    ``base``: the stamp of the run.
    """
    if head is None or base_of(head.stamp) != base or not _same_pages(manifest, head, edition, head.stamp):
        return None
    return head.lesson if is_lesson(head.lesson) else None
