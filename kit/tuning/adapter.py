"""The adapter of a tuning, by its earlier place."""

from __future__ import annotations

from kit.tuning.adapters.config import with_adapter as add_adapter

__all__ = ["add_adapter"]
