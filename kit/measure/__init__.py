"""Measuring: accuracy, perplexity, latency, memory, and verdicts on differences."""

from kit.measure.costs import Cost
from kit.measure.loads import LoadSpec
from kit.measure.spec import MEASURES, AnswerSpec, EvaluateSpec
from kit.measure.verdict import Verdict, compare

__all__ = ["MEASURES", "AnswerSpec", "Cost", "EvaluateSpec", "LoadSpec", "Verdict", "compare"]
