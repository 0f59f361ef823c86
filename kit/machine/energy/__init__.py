"""What this machine tells of the energy it uses."""

from kit.machine.energy.meter import Counter, EnergyMeter
from kit.machine.energy.sources import Found, find_counters

__all__ = ["Counter", "EnergyMeter", "Found", "find_counters"]
