"""The peak memory of this process, from the ground floor, where whoever carries work out needs it too."""

from kit.memory import PeakMemory, resident_mib

__all__ = ["PeakMemory", "resident_mib"]
