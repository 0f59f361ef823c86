"""The data gate: what data is, what is wrong with which row, and how it is repaired."""

from kit.gate.clean import CleanSpec
from kit.gate.finding import Finding
from kit.gate.spec import GateSpec
from kit.gate.split import SplitSpec
from kit.gate.synthesize import SynthesizeSpec

__all__ = ["CleanSpec", "Finding", "GateSpec", "SplitSpec", "SynthesizeSpec"]
