"""Filters as data: what a text must be like to be learnt from, one rule a line."""
