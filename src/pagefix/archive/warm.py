"""What every worker needs, loaded once: the process that workers are forked from imports this module."""

from __future__ import annotations

import rjieba

from pagefix.archive import cleaning
from pagefix.matching.keys import fold
from pagefix.pipeline import clean_edition
from pagefix.rules import load_rules

__all__ = ["clean_edition", "cleaning"]

# Dictionaries and compiled expressions take a second of a worker's life otherwise.
fold("漢")
rjieba.tag("王小明说", hmm=True)
load_rules().compile()
