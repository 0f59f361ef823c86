"""What making an artefact was predicted to take beside what it took; kept, so that predictions get better here."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from kit.errors import KitError
from kit.machine.facts import MIB
from kit.machine.speed import known_speed
from kit.models import card_of, keep_error
from kit.models.estimates import estimate_making
from kit.quantization.registry import Method
from kit.report import Report


def making_told(source: Path, method: Method, report: Report, *, seconds: float, peak_mib: float) -> dict[str, Any]:
    """Say what making took and return it beside what was predicted, by metric.

    Parameters
    ----------
    source : Path
        The model that it was made of.
    seconds, peak_mib : float
        That it took.
    """
    took = {"making_s": round(seconds, 3), "making_max_ram_mib": round(peak_mib, 1)}
    for name, value in took.items():
        report.metric(name, value)
    foretold = _foretold(source, method.name)
    for name, predicted in foretold.items():
        with contextlib.suppress(OSError, KitError):  # nothing was asked for that fails with it
            keep_error(name, model=source.name, method=method.name, predicted=predicted, measured=took[name])
    return {**took, "foretold": foretold}


def _foretold(source: Path, method: str) -> dict[str, float]:
    """Return what the formula alone says, without what earlier measurements taught."""
    with contextlib.suppress(KitError, OSError, ValueError, KeyError):
        told = estimate_making(card_of(str(source)), method, known_speed(), learned=False)
        if told is not None:
            return {"making_s": told.seconds, "making_max_ram_mib": told.memory_bytes / MIB}
    return {}
