"""Comparison: folded keys with their way back to the page, shared seeds, alignment, labels."""
