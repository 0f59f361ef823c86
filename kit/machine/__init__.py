"""What this computer is, what it has free, and what a piece of work takes of it."""

from kit.machine.facts import Gpu, Machine, memory_free_mib, this_machine
from kit.machine.spec import ProbeSpec
from kit.machine.speed import Speed, known_speed, measure_speed

__all__ = [
    "Gpu",
    "Machine",
    "ProbeSpec",
    "Speed",
    "known_speed",
    "measure_speed",
    "memory_free_mib",
    "this_machine",
]
