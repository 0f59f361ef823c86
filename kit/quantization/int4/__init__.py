"""Integers of 4 bits in groups of 64: how weights are rounded, kept and multiplied, whoever chooses the numbers."""

__all__: list[str] = []
