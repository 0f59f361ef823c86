"""Tuning: LoRA. Only light names are exported; what loads torch is imported when used."""

from kit.tuning.distill import DistillSpec
from kit.tuning.merging import MergeSpec
from kit.tuning.rate import FindRateSpec
from kit.tuning.spec import TuneSpec

__all__ = ["DistillSpec", "FindRateSpec", "MergeSpec", "TuneSpec"]
