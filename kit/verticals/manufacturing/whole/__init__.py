"""All windows of somebody's own machines, without personal data."""

from kit.verticals.manufacturing.whole.spec import WindowsSpec

__all__ = ["WindowsSpec"]
