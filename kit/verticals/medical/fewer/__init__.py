"""Baselines that learn from fewer and fewer examples, all in one run."""

from kit.verticals.medical.fewer.spec import FewerSpec

__all__ = ["FewerSpec"]
