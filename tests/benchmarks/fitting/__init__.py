"""Fitting the weights of headings and seams."""
