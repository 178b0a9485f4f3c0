"""Writing: what became of an edition, one file a format."""

from pagefix.writing.jsonl import article_line, article_row, ledger_line, ledger_row, page_line
from pagefix.writing.markdown import article_file_name, article_markdown, edition_folder, unique_name

__all__ = [
    "article_file_name",
    "article_line",
    "article_markdown",
    "article_row",
    "edition_folder",
    "ledger_line",
    "ledger_row",
    "page_line",
    "unique_name",
]
