"""The part of the panel's state that repairs: which steps, what they would change, and what a cleaning has made."""

from __future__ import annotations

import contextlib
from typing import Any

from kit.data.spec import DataSpec
from kit.errors import KitError, ParameterError, UnknownNameError
from kit.gate.clean.spec import SAFE, CleanSpec
from kit.gate.registry import CHECKS
from kit.i18n import _
from kit.jobs import Run
from kit.result import Result
from kit.widgets.gating.report import SETTINGS
from kit.widgets.gating.rows import RowsDesk


class RepairDesk(RowsDesk):
    """What is repaired, after a report; parameters as `ReportDesk` takes them."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._steps: tuple[str, tuple[str, ...]] = ("", ())
        self.cleaning: Run | None = None
        self.used: DataSpec | None = None
        self._cleaned: dict[str, Result | None] = {}

    # what can be repaired

    def repairable(self) -> list[str]:
        """Return the checks whose rows can be dropped or mended, in the order in which that is done."""
        found = self.findings()
        return [name for name, each in found.items() if each["rows"] and CHECKS[name].repair]

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps that are ticked; to begin with those that are safe, and those that must be taken."""
        key = self.report.id if self.report is not None and self.result() is not None else ""
        if self._steps[0] != key:
            found = self.findings()
            ticked = [name for name in self.repairable() if name in SAFE or found[name]["level"] == "stop"]
            self._steps = (key, tuple(ticked))
        return self._steps[1]

    def touched_rows(self) -> dict[str, int] | None:
        """Return how many rows the ticked steps would drop and mend, or None while that is counted."""
        of = self.listing()
        if of is None or not self.problems:
            return None
        drop = [name for name in self.steps if CHECKS[name].repair == "drop"]
        mend = [name for name in self.steps if CHECKS[name].repair == "mend"]
        found = self.clerk.ask("touched", {"of": of, "drop": drop, "mend": mend})
        return None if found is None else found.value

    def clean_spec(self) -> CleanSpec:
        """Return what Clean would start: the data that was checked, by the thresholds it was checked with.

        Raises
        ------
        KitError
            There is no report, or no step is ticked.
        """
        spec = self.report_spec()
        if spec is None:
            raise KitError(_("There is no report yet."), fix=_("Press Check first."))
        if not self.steps:
            raise ParameterError("steps", (), allowed=_("at least one step"), fix=_("Tick what is to be repaired."))
        same = {name: getattr(spec, name) for name in SETTINGS}
        return CleanSpec(data=spec.data, test=spec.test, steps=self.steps, **same)

    def do_repair(self, value: Any, values: dict[str, Any]) -> None:
        """Take in which steps are ticked."""
        on = [name for name in self.repairable() if values.get(f"step:{name}", name in self.steps)]
        self._steps = (self._steps[0], tuple(on))

    def do_clean(self, value: Any, values: dict[str, Any]) -> None:
        """Start to clean."""
        if any(name.startswith("step:") for name in values):
            self.do_repair(value, values)
        self.begin(self.clean_spec())
        self.cleaning = self.run

    # what was made

    def cleaned(self) -> Result | None:
        """Return what a cleaning that is over has made, where it belongs to the report that is shown."""
        run = self.cleaning
        if run is None:
            return None
        if run.id not in self._cleaned:
            with contextlib.suppress(OSError, ValueError):
                if not run.status.over:
                    return None
            self._cleaned[run.id] = None
            with contextlib.suppress(KitError, OSError, ValueError, TypeError, KeyError):
                self._cleaned[run.id] = run.result
        return self._cleaned[run.id]

    def cleaned_spec(self) -> DataSpec | None:
        """Return the spec of the cleaned data, or None before there is some."""
        result = self.cleaned()
        told = None if result is None else result.facts.get("data")
        return DataSpec.from_dict(told) if told else None

    def do_use(self, value: Any, values: dict[str, Any]) -> None:
        """Take the cleaned data, or the data as it was, as what the panel stands for."""
        if value not in ("cleaned", "data"):
            raise UnknownNameError("use", str(value), ("cleaned", "data"))
        self.used = self.cleaned_spec() if value == "cleaned" else None
        if value == "cleaned" and self.used is None:
            raise KitError(_("There is no cleaned data yet."), fix=_("Press Clean first."))

    def do_recheck(self, value: Any, values: dict[str, Any]) -> None:
        """Check the cleaned data."""
        spec, cleaned = self.report_spec(), self.cleaned_spec()
        if spec is None or cleaned is None:
            raise KitError(_("There is no cleaned data yet."), fix=_("Press Clean first."))
        self.do_use("cleaned", {})
        self.begin(spec.replace(data=cleaned))
        self._take(spec.replace(data=cleaned), other=True)
        self._show(self.run)

    def renew(self) -> bool:
        renewed = super().renew()
        run = self.run
        if renewed and run is not None:
            self.cleaning = run if isinstance(run.spec, CleanSpec) else None
        return renewed

    def _show(self, run: Run | None) -> None:
        super()._show(run)
        self.cleaning, self._steps = None, ("", ())

    def _forget_report(self) -> None:
        super()._forget_report()
        self.cleaning = self.used = None
