"""The variants of a sweep that are done, kept so that a resumed sweep does not measure them again."""

from __future__ import annotations

from typing import Any

from kit.data import Dataset
from kit.errors import KitError
from kit.experiments.spec import SweepSpec
from kit.i18n import _
from kit.measure.checkpoint import Checkpoint, holds_for
from kit.quantization.load import check_runs_here
from kit.quantization.registry import get_method
from kit.report import Report
from kit.result import Result


class Finished:
    """The parts of earlier attempts at `spec` that still hold: those that finished, and those that cannot run here.

    One that failed or crashed is tried again.

    Parameters
    ----------
    model : dict
        From `model_provenance`.
    data : Dataset
        The rows.
    """

    def __init__(self, spec: SweepSpec, report: Report, *, model: dict[str, Any], data: Dataset) -> None:
        self._checkpoint = Checkpoint(spec.key, report)
        self._holds_for = holds_for(model=model, data=data)
        found = {method: self._read(method) for method in spec.methods}
        self._parts = {method: part for method, part in found.items() if part is not None}
        self._checkpoint.say_kept(list(self._parts))

    def get(self, method: str) -> Result | None:
        """Return the part of a method that is done, with the verdict that it had then, or None."""
        return self._parts.get(method)

    def keep(self, method: str, part: Result) -> None:
        """Keep a part, unless trying again may change it."""
        if part.status in ("finished", "unsupported"):
            self._checkpoint.keep(f"{method}.json", part.to_dict(), holds_for=self._holds_for)

    def _read(self, method: str) -> Result | None:
        name = f"{method}.json"
        values = self._checkpoint.kept(name, holds_for=self._holds_for)
        if values is None:
            return None
        try:
            part = Result.from_dict(values)
        except (TypeError, ValueError, KeyError, AttributeError):
            self._checkpoint.put_aside(name, _("it is damaged"))
            return None
        return None if _can_run_now(part, method) else part


def _can_run_now(part: Result, method: str) -> bool:
    """Did a method lack a package that was installed since?"""
    if part.status != "unsupported" or (part.error or {}).get("type") != "MissingPackageError":
        return False
    try:
        check_runs_here(get_method(method))
    except KitError:
        return False
    return True
