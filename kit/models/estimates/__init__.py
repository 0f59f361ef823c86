"""What a model will take, before anything loads: memory, disk and time. Shown next to what is then measured.

Bytes are bytes; 1 MB = 1e6 bytes. ``python -m benchmarks.estimates`` compares the formulas with this machine.
"""

from kit.models.estimates.answering import Estimate, estimate
from kit.models.estimates.cache import kv_cache_bytes
from kit.models.estimates.kept import KeptError, correction, keep_error, kept_errors
from kit.models.estimates.making import MakingEstimate, estimate_making
from kit.models.estimates.speed import SpeedEstimate, expected_speed
from kit.models.estimates.training import TuningEstimate, estimate_tuning
from kit.models.estimates.weights import METHOD_BITS, disk_bytes, download_bytes, weights_bytes

__all__ = [
    "METHOD_BITS",
    "Estimate",
    "KeptError",
    "MakingEstimate",
    "SpeedEstimate",
    "TuningEstimate",
    "correction",
    "disk_bytes",
    "download_bytes",
    "estimate",
    "estimate_making",
    "estimate_tuning",
    "expected_speed",
    "keep_error",
    "kept_errors",
    "kv_cache_bytes",
    "weights_bytes",
]
