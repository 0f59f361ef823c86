"""Answers timed under named loads: one user, several at once, random arrivals, a sweep of these."""

from kit.measure.loads.spec import LoadSpec

__all__ = ["LoadSpec"]
