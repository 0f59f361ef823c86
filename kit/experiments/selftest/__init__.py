"""A method tried out on this machine with a tiny model, and what became of it the last time."""

from kit.experiments.selftest.spec import SelfTestSpec

__all__ = ["SelfTestSpec"]
