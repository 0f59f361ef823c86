"""How much memory one process of a tuning may take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.machine import this_machine
from kit.machine.facts import MIB, memory_free_mib
from kit.machine.live import gpu_loads
from kit.memory import resident_mib
from kit.models.fit import room_bytes

if TYPE_CHECKING:
    from kit.tuning.spec import TuneSpec


def room_of_process(spec: TuneSpec) -> float:
    """Return the bytes that this machine could ever give one process of `spec`: on a CPU all share its memory."""
    machine = this_machine()
    return room_bytes(machine) / (1 if machine.gpus else spec.processes)


def free_for_process(spec: TuneSpec) -> float:
    """Return the bytes that one process of `spec` could take now, what this one holds already among them."""
    room = room_of_process(spec)
    if this_machine().gpus:
        free = max((load.memory_total_mib - load.memory_used_mib for load in gpu_loads()), default=0) * MIB
        return min(room, free) if free else room
    return min(room, (memory_free_mib() + resident_mib() * spec.processes) * MIB / spec.processes)
