"""Specs made of specs: sweeps, and the automatic search."""

from kit.experiments.auto import AutoSpec
from kit.experiments.spec import SweepSpec

__all__ = ["AutoSpec", "SweepSpec"]
