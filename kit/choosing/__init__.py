"""Which model, held how and run by what: recommended from limits, this machine and what is known of quality."""

from kit.choosing.evidence import Evidence, evidence_of
from kit.choosing.own import Own, own_results
from kit.choosing.recommend import recommend

__all__ = [
    "Evidence",
    "Own",
    "evidence_of",
    "own_results",
    "recommend",
]
