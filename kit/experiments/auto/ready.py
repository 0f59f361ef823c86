"""A model of a search made ready, once: fetched and converted, its rows read, and what earlier attempts measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kit.data import Dataset
from kit.engines.prepare import ready_folder
from kit.errors import Stopped
from kit.experiments.auto.fidelity import ALL
from kit.experiments.auto.spec import AutoSpec
from kit.experiments.auto.trial import Trial
from kit.experiments.finished import Finished
from kit.measure.checkpoint import Checkpoint
from kit.measure.rows import rows_for
from kit.models import model_provenance
from kit.models.provenance import hashes_left_out
from kit.report import Report


@dataclass(frozen=True)
class Ready:
    """A model that can be measured.

    Parameters
    ----------
    data : Dataset
        All rows, as the model is asked.
    model : dict
        Where it came from.
    finished : Finished
        What is kept of it.
    """

    data: Dataset
    model: dict[str, Any]
    finished: Finished


def make_ready(spec: AutoSpec, model: str, report: Report, names: Sequence[str]) -> Ready:
    """Return `model` ready to be measured; `names` are those under which its measurements are kept."""
    ready_folder(model, report)  # converted and merged once, here, for all methods
    data = rows_for(spec.data, model, report)
    told = model_provenance(model, report)
    if hashes_left_out(told):  # by which finished variants would not be known again
        raise Stopped
    return Ready(data, told, Finished(spec.key, names, report, model=told, data=data))


def kept_any(key: str, report: Report, trials: Sequence[Trial]) -> bool:
    """Has an earlier attempt kept anything of these trials?"""
    kept = Checkpoint(key, report)
    return any(kept.path(f"{trial.kept_as(each)}.json").exists() for trial in trials for each in ALL)
