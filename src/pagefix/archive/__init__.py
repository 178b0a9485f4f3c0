"""Archives: folders of editions in, folders of articles out."""

from pagefix.archive.folders import Found, find_pages
from pagefix.archive.restoring import restore_archive
from pagefix.archive.run import Summary, clean_archive

__all__ = ["Found", "Summary", "clean_archive", "find_pages", "restore_archive"]
