"""Texts that were written in one encoding and read in another: how they were, told by going back."""

from kit.gate.misread.undo import Way, undone

__all__ = ["Way", "undone"]
