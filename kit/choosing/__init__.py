"""Which model, held how and run by what: recommended from limits, this machine and what is known of quality."""

from kit.choosing.choice import Choice
from kit.choosing.evidence import Evidence, evidence_of
from kit.choosing.limits import LIMITS
from kit.choosing.own import Own, own_results
from kit.choosing.recommend import recommend
from kit.choosing.recommendation import LeftOut, Recommendation

__all__ = [
    "LIMITS",
    "Choice",
    "Evidence",
    "LeftOut",
    "Own",
    "Recommendation",
    "evidence_of",
    "own_results",
    "recommend",
]
