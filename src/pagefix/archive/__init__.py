"""Archives: folders of editions in, folders of articles out."""

from pagefix.archive.explaining import Explained, explain
from pagefix.archive.restoring import check_archive, restore_archive
from pagefix.archive.rewriting import rewrite_articles, was_rewritten
from pagefix.archive.run import Progress, clean_archive
from pagefix.archive.summary import Summary

__all__ = [
    "Explained",
    "Progress",
    "Summary",
    "check_archive",
    "clean_archive",
    "explain",
    "restore_archive",
    "rewrite_articles",
    "was_rewritten",
]
