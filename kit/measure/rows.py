"""The rows that a model is measured on, asked the way it was taught to be asked."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

from kit.data import Dataset, DataSpec, open_data
from kit.engines.prepare import ready_base
from kit.errors import DataError
from kit.i18n import _
from kit.report import Report


def rows_for(data: DataSpec, model: str | None, report: Report) -> Dataset:
    """Return the rows of `data` with the instruction and labels that `model` was tuned with, if it was.

    What `data` says itself wins. A tuned model asked in other words than in its training answers worse for no reason.

    Parameters
    ----------
    model : str or None
        None where it is not on this machine, and so cannot tell.

    Raises
    ------
    DataError
        The rows hold a label that the model was not tuned to give.
    """
    rows = open_data(data)
    location = None if model is None else ready_base(model, report)
    note = {} if location is None else _note(location.adapter or location.path)
    instruction, labels = note.get("instruction"), tuple(note.get("labels", ()))
    if data.task != note.get("task", "classify"):  # its words fit nothing else
        return rows
    if instruction and not data.instruction:
        rows = dataclasses.replace(rows, instruction=instruction)
    if labels and not data.labels:
        strange = sorted(set(rows.answers) - set(labels))
        if strange:
            raise DataError(
                _("{source} holds the label {label!r}, which {model} was not tuned to give: {labels}.").format(
                    source=data.source, label=strange[0], model=model, labels=", ".join(labels)
                ),
                fix=_("Use data with the same labels, or name all labels in `labels`."),
                field=data.label,
            )
        rows = dataclasses.replace(rows, labels=labels)
    return rows


def _note(folder: Path) -> dict[str, Any]:
    """Return what is told beside an adapter, or a whole model that was tuned."""
    path = folder / "tunebook.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}
