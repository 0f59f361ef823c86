"""The variants of a sweep or search that are done, kept so that a resumed one does not measure them again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kit.data import Dataset
from kit.errors import KitError, MissingPackageError, NoRoomError
from kit.i18n import _
from kit.measure.checkpoint import Checkpoint, holds_for
from kit.quantization.load import check_runs_here
from kit.quantization.registry import get_method
from kit.report import Report
from kit.result import Result


class Finished:
    """The parts of earlier attempts that still hold: those that finished, and those that cannot run here.

    One that failed or crashed is tried again.

    Parameters
    ----------
    key : str
        Of the spec that is carried out.
    names : sequence of str
        What the parts are kept by, as files may be called.
    model : dict
        From `model_provenance`.
    data : Dataset
        The rows.
    """

    def __init__(self, key: str, names: Sequence[str], report: Report, *, model: dict[str, Any], data: Dataset) -> None:
        self._checkpoint = Checkpoint(key, report)
        self._holds_for = holds_for(model=model, data=data)
        found = {name: self._read(name) for name in names}
        self._parts = {name: part for name, part in found.items() if part is not None}
        self._checkpoint.say_kept(list(self._parts))

    def get(self, name: str) -> Result | None:
        """Return the part of that name that is done, with the verdict that it had then, or None."""
        return self._parts.get(name)

    def keep(self, name: str, part: Result) -> None:
        """Keep a part, unless trying again may change it."""
        if part.status in ("finished", "unsupported"):
            self._checkpoint.keep(f"{name}.json", part.to_dict(), holds_for=self._holds_for)

    def _read(self, name: str) -> Result | None:
        file = f"{name}.json"
        values = self._checkpoint.kept(file, holds_for=self._holds_for)
        if values is None:
            return None
        try:
            part = Result.from_dict(values)
        except (TypeError, ValueError, KeyError, AttributeError):
            self._checkpoint.put_aside(file, _("it is damaged"))
            return None
        return None if _can_run_now(part) else part


def _can_run_now(part: Result) -> bool:
    """Did a method lack a package that was installed since, or memory, which may be there now or not be asked for?"""
    lacked = (part.error or {}).get("type") if part.status == "unsupported" else None
    if lacked != MissingPackageError.__name__:
        return lacked == NoRoomError.__name__
    try:
        check_runs_here(get_method(part.spec["variant"]["method"]))
    except (KitError, KeyError, TypeError):
        return False
    return True
