"""Specs made of specs: sweeps, the automatic search, and the search of hyper-parameters."""

from kit.experiments.auto import AutoSpec
from kit.experiments.search import SearchSpec
from kit.experiments.spec import SweepSpec

__all__ = ["AutoSpec", "SearchSpec", "SweepSpec"]
