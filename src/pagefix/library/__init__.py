"""What a program calls: pages in, articles and books out.

Nothing is imported here, so that each of its rooms costs only what it needs.
"""
