"""Rows that are alike: the same, nearly the same, or the same in meaning."""
