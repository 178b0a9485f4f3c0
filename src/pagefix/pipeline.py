"""The whole trip of an edition, readable in one function.  Pure: pages in, articles and books out."""

from __future__ import annotations

from collections.abc import Sequence

from pagefix.errors import UsageError
from pagefix.ledger import settle
from pagefix.model import Blocked, Cleaned, Grouped, Page
from pagefix.proofs import on_page, on_pages, pull_proof
from pagefix.rules import Rules
from pagefix.steps.articles import group_articles
from pagefix.steps.articles.parts import head_parts
from pagefix.steps.blocks import find_blocks
from pagefix.steps.fragments import join_fragments, join_within_stories
from pagefix.steps.jumps import agree_on_headlines, link_jumps, name_neighbours
from pagefix.steps.repeats import find_repeats


def clean_edition(pages: Sequence[Page], rules: Rules) -> Cleaned:
    """Cleans the pages of one edition, in the order given.

    Raises :class:`~pagefix.errors.UsageError` where two pages have one path, and
    :class:`~pagefix.errors.ConservationError` where the books do not balance.
    """
    if len({page.path for page in pages}) < len(pages):
        raise UsageError("two pages have one path", remedy="name each page by a path of its own")
    proofs = [pull_proof(page, rules) for page in pages]
    blocked = name_neighbours([find_blocks(proof.sheet, rules) for proof in proofs])
    grouped = group_sheets(agree_on_headlines(blocked), rules)
    headed = head_parts(link_jumps(grouped, rules), rules)
    return settle(on_pages(headed, proofs), gap_mark=rules.words("gap_mark")[0])


def clean_sheet(page: Page, rules: Rules) -> Grouped:
    """Takes one page from text to stories, on its own."""
    proof = pull_proof(page, rules)
    return on_page(group_sheets([find_blocks(proof.sheet, rules)], rules)[0], proof)


def group_sheets(blocked: Sequence[Blocked], rules: Rules) -> list[Grouped]:
    """Takes the pages of an edition from blocks to stories."""
    joined = join_fragments([find_repeats(page, rules) for page in blocked], rules)
    return [join_within_stories(group_articles(page, rules), rules) for page in joined]
