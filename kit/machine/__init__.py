"""What this computer is, what it has free, and what a piece of work takes of it."""

from kit.machine.facts import Gpu, Machine, memory_free_mib, this_machine

__all__ = ["Gpu", "Machine", "memory_free_mib", "this_machine"]
