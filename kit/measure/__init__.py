"""Measuring: accuracy, perplexity, latency, memory, and verdicts on differences."""

from kit.measure.costs import Cost
from kit.measure.harness import export_task
from kit.measure.judge import JudgeSpec
from kit.measure.loads import LoadSpec
from kit.measure.measuring import MEASURES
from kit.measure.slices import Slice, Slices
from kit.measure.spec import AnswerSpec, EvaluateSpec
from kit.measure.verdict import Verdict
from kit.measure.verdicts import Verdicts

__all__ = [
    "MEASURES",
    "AnswerSpec",
    "Cost",
    "EvaluateSpec",
    "JudgeSpec",
    "LoadSpec",
    "Slice",
    "Slices",
    "Verdict",
    "Verdicts",
    "export_task",
]
