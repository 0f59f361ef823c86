"""Giving up, while its rows are read, a variant that is evidently worse than the reference by more than a margin."""

from kit.measure.racing.spec import RaceSpec

__all__ = ["RaceSpec"]
