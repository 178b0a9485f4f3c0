"""``python -m pagefix``."""

from pagefix.cli import main

if __name__ == "__main__":
    main()
