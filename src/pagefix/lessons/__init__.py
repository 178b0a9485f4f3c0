"""Lessons: what the editions of an archive teach about each other, as rules."""
