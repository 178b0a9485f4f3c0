"""``python -m pagefix``."""

from pagefix.cli import main

main()
