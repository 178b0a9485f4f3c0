"""The books: the only place that applies edits, and where they must balance."""

from pagefix.ledger.conservation import check_books
from pagefix.ledger.restore import restore_text
from pagefix.ledger.settle import settle

__all__ = ["check_books", "restore_text", "settle"]
