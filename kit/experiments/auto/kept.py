"""What earlier attempts at a search have kept."""

from __future__ import annotations

from collections.abc import Sequence

from kit.experiments.auto.fidelity import ALL
from kit.experiments.auto.trial import Trial
from kit.measure.checkpoint import Checkpoint
from kit.report import Report


def kept_any(key: str, report: Report, trials: Sequence[Trial]) -> bool:
    """Has an earlier attempt kept anything of these trials?"""
    kept = Checkpoint(key, report)
    return any(kept.path(f"{trial.kept_as(each)}.json").exists() for trial in trials for each in ALL)
