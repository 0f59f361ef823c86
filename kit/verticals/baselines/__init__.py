"""What is not a language model: measured on the same rows, kept row by row, so that comparisons are paired."""

from kit.verticals.baselines.spec import KINDS, BaselineSpec

__all__ = ["KINDS", "BaselineSpec"]
