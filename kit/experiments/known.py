"""The models of a sweep made ready, once: fetched, converted and merged, their rows read, and what is kept of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kit.data import Dataset
from kit.engines.prepare import ready_folder
from kit.errors import Stopped
from kit.experiments.finished import Finished
from kit.experiments.lineup import Entrant
from kit.experiments.spec import SweepSpec
from kit.measure.rows import rows_for
from kit.models import model_provenance
from kit.models.provenance import hashes_left_out
from kit.report import Report


@dataclass(frozen=True)
class Known:
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


def known_models(spec: SweepSpec, entrants: Sequence[Entrant], report: Report) -> dict[str, Known]:
    """Return every model of a sweep, by name.

    Raises
    ------
    Stopped
        Somebody asked it to stop.
    """
    return {model: _known(spec, model, entrants, report) for model in (spec.model, *spec.models)}


def _known(spec: SweepSpec, model: str, entrants: Sequence[Entrant], report: Report) -> Known:
    ready_folder(model, report)  # converted and merged once, here, for all methods
    data = rows_for(spec.data, model, report)
    told = model_provenance(model, report)
    if hashes_left_out(told):  # by which finished variants would not be known again
        raise Stopped
    names = [each.kept_as for each in entrants if each.variant.model == model]
    return Known(data, told, Finished(spec.key, names, report, model=told, data=data))
