"""Cleaning: repairs as recorded steps, and a recipe that replays."""

from kit.gate.clean.spec import CleanSpec

__all__ = ["CleanSpec"]
