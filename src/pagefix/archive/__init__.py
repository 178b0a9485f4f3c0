"""Archives: folders of editions in, folders of articles out."""

from pagefix.archive.restoring import restore_archive
from pagefix.archive.run import Progress, clean_archive
from pagefix.archive.summary import Summary

__all__ = ["Progress", "Summary", "clean_archive", "restore_archive"]
