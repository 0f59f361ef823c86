"""Specs made of specs: sweeps."""

from kit.experiments.spec import SweepSpec

__all__ = ["SweepSpec"]
