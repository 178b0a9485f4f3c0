"""pagefix rejoins the damaged text of scanned newspaper pages into clean articles."""

__version__ = "0.1.0"
