"""Dividing data into files to train, validate and test on, with nothing on two sides."""

from kit.gate.split.spec import SplitSpec

__all__ = ["SplitSpec"]
