"""Help for the tests: cases, scores."""
