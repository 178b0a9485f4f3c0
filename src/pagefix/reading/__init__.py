"""Reading: bytes to a page, nothing changed on the way."""

from pagefix.reading.decoding import Decoded, decode
from pagefix.reading.pages import SUFFIXES, page_from_bytes, page_from_text, read_page

__all__ = ["SUFFIXES", "Decoded", "decode", "page_from_bytes", "page_from_text", "read_page"]
