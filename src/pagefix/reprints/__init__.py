"""What was printed more than once, over whole archives: signatures, candidates, alignments, clusters."""

from pagefix.reprints.judging import measures_of
from pagefix.reprints.pairing import Pairs, pair_texts
from pagefix.reprints.run import Found, find_reprints
from pagefix.reprints.scheme import Scheme, scheme_of

__all__ = ["Found", "Pairs", "Scheme", "find_reprints", "measures_of", "pair_texts", "scheme_of"]
