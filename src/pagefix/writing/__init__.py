"""Writing: what became of an edition, one file a format."""

from pagefix.writing.jsonl import article_line, ledger_line, page_line
from pagefix.writing.markdown import article_file_name, article_markdown, edition_folder

__all__ = [
    "article_file_name",
    "article_line",
    "article_markdown",
    "edition_folder",
    "ledger_line",
    "page_line",
]
