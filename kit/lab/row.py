"""A run as the side panel lists it, in plain values."""

from __future__ import annotations

import time
from dataclasses import fields
from typing import Any

from kit.apps.notebooks import KINDS
from kit.jobs import Run, Status, Summary
from kit.jobs.state import RESUMABLE
from kit.lab.curve import spark
from kit.widgets.running.words import figure

_SHARES = ("acc", "validation_accuracy")
_LEFT = ("worked_s",)


def row_of(run: Run, summary: Summary, *, notebook: str | None, curve: bool) -> dict[str, Any]:
    """Return one row.

    Parameters
    ----------
    run : Run
        Asked only for what its summary lacks.
    summary : Summary
        What is known of it.
    notebook : str, optional
        The notebook that started it, relative to the server's root.
    curve : bool
        Is the curve wanted? For it the log of a run that is over is read.
    """
    status = run.status
    values = {f.name: getattr(summary, f.name) for f in fields(summary) if f.name not in _LEFT}
    return {
        **values,
        **_pace(status),
        "figure": figure_of(summary),
        "curve": spark(status.curves) if curve else None,
        "resumable": summary.state in RESUMABLE,
        "over": summary.over,
        "comparable": summary.kind in KINDS,
        "notebook": notebook,
    }


def _pace(status: Status) -> dict[str, Any]:
    left, done = status.eta_s, status.throughput
    if left is not None:
        left = round(left + max(time.time() - status.updated, 0.0), 1)  # told as of the last word of the work
    return {
        "eta_s": left,
        "throughput": None if done is None else round(done[0], 2),
        "throughput_unit": "" if done is None else done[1],
    }


def figure_of(summary: Summary) -> dict[str, Any] | None:
    """Return the key figure of a run as plain values, or None."""
    found = figure(summary)
    if found is None:
        return None
    words, value, part = found
    key = next(name for name, one in summary.figures.items() if one == value and name.rpartition("/")[0] == part)
    name = key.rpartition("/")[2]
    return {"name": name, "words": words, "value": value, "part": part, "share": name in _SHARES}
