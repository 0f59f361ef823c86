"""The call form: do what a spec says, here and now, and return the result.

Each call is also a run (a folder with its spec, events and result), so nothing is lost and any panel can show it.
``kit.start(spec)`` does the same in a process of its own.
"""

from __future__ import annotations

from kit.experiments import SweepSpec
from kit.jobs import run_here
from kit.measure import AnswerSpec, EvaluateSpec
from kit.result import Result
from kit.tuning import TuneSpec


def tune(spec: TuneSpec) -> Result:
    """Tune a model with LoRA.

    Raises
    ------
    RunFailedError
        With what went wrong and what to do.
    """
    return run_here(spec).result


def evaluate(spec: EvaluateSpec) -> Result:
    """Measure one variant (raises as `tune` does)."""
    return run_here(spec).result


def sweep(spec: SweepSpec) -> Result:
    """Measure one model held in several ways; the result has one part for each (raises as `tune` does)."""
    return run_here(spec).result


def answer(spec: AnswerSpec) -> Result:
    """Let several variants answer one question (raises as `tune` does)."""
    return run_here(spec).result
