"""The fragments of a page on the way down, and what may link two of them."""

from __future__ import annotations

from typing import NamedTuple


class Step(NamedTuple):
    """One fragment on the way down the page.

    ``block`` is the paragraph it is a piece of; ``begins`` the article that it begins, or
    -1; ``ends`` is true where the article says that it ends here or goes on elsewhere;
    ``stays`` where it can only belong with the step above (a byline under its headline,
    a mark glued to its paragraph); ``fresh`` where a story seems to begin although no
    headline stands above (its author's name, its dateline, or what follows another story's
    signature); ``home`` the article that it is known to belong to, or -1; ``text`` is folded;
    ``signed`` is true of a headline that has its author or dateline right below;
    ``tells`` is false for jump marks and captions, whose words may be those of any picture;
    ``runs`` is true of running text, which may be a piece of a broken paragraph.
    """

    block: int
    text: str
    begins: int = -1
    ends: bool = False
    stays: bool = False
    fresh: bool = False
    home: int = -1
    tells: bool = True
    signed: bool = False
    runs: bool = False


class Link(NamedTuple):
    """How likely step ``head`` goes on where step ``tail`` stops: log-odds against staying open."""

    tail: int
    head: int
    log_odds: float
