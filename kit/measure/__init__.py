"""Measuring: accuracy, perplexity, latency, memory, and verdicts on differences."""

from kit.measure.costs import Cost
from kit.measure.spec import MEASURES, AnswerSpec, EvaluateSpec
from kit.measure.verdict import Verdict, compare

__all__ = ["MEASURES", "AnswerSpec", "Cost", "EvaluateSpec", "Verdict", "compare"]
