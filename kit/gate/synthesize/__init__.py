"""Synthetic rows: a model writes them from real ones, the gate looks at each, and each stays marked."""

from kit.gate.synthesize.spec import SynthesizeSpec

__all__ = ["SynthesizeSpec"]
