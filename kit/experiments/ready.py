"""A model made ready to be measured, once for all methods: fetched, converted and merged, its rows read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kit.data import Dataset, DataSpec
from kit.engines.prepare import ready_folder
from kit.errors import Stopped
from kit.experiments.finished import Finished
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
        What earlier attempts have finished of it.
    """

    data: Dataset
    model: dict[str, Any]
    finished: Finished


def make_ready(key: str, data: DataSpec, model: str, report: Report, names: Sequence[str]) -> Ready:
    """Return `model` ready to be measured.

    Parameters
    ----------
    key : str
        Of the spec that is carried out.
    data : DataSpec
        What it is measured on.
    model : str
    report : Report
    names : sequence of str
        Under which its measurements are kept.

    Raises
    ------
    Stopped
        Somebody asked it to stop.
    """
    ready_folder(model, report)  # converted and merged once, here, for all methods
    rows = rows_for(data, model, report)
    told = model_provenance(model, report)
    if hashes_left_out(told):  # by which finished variants would not be known again
        raise Stopped
    return Ready(rows, told, Finished(key, names, report, model=told, data=rows))
