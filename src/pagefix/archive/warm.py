"""What every worker needs, loaded once: the process that workers are forked from imports this module."""

from __future__ import annotations

import gc

from pagefix.archive import cleaning
from pagefix.model import Page
from pagefix.pipeline import clean_edition
from pagefix.rules import load_rules
from pagefix.writing import article_markdown

__all__ = ["cleaning"]

_PAGE = "# 青河镇修通三座桥\n\n昨天上午，三座新桥同时通车，两岸群众敲锣打\n\n鼓来看热闹。\n"

# Packages, dictionaries and expressions that are loaded at the first use of each take a second of
# a worker's life otherwise; a page meets nearly all of them.
load_rules().compile()
for _article in clean_edition([Page("A01.md", _PAGE)], load_rules()).articles:
    article_markdown(_article)
# What is there now stays: no worker looks through it for garbage, nor copies the pages it lies on.
gc.collect()
gc.freeze()
