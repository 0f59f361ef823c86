"""Several adapters made into one."""

from kit.tuning.merging.spec import MergeSpec

__all__ = ["MergeSpec"]
