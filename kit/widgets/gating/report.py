"""The part of the panel's state that is checked and found: settings, the run that checks, its findings."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Mapping
from typing import Any

from kit.data.read import absolute
from kit.data.recipe import read_recipe
from kit.data.spec import DataSpec
from kit.errors import KitError, ParameterError, UnknownNameError
from kit.gate.gate import PROBLEMS
from kit.gate.registry import CHECKS, usual_checks
from kit.gate.spec import Gated, GateSpec, Thresholds
from kit.gate.words import row_words
from kit.i18n import _
from kit.jobs import Run, Status, Summary, find_run
from kit.result import Result
from kit.widgets.form import Form
from kit.widgets.gating.source import SourceDesk, mapping_of
from kit.widgets.keep import keep, recall
from kit.widgets.newest import Bell, newest_run, runs_on

FIRST = ("model", "max_length")
SETTINGS = tuple(field.name for field in dataclasses.fields(Thresholds))
_UNREADABLE = (KitError, OSError, ValueError, TypeError, KeyError)


class ReportDesk(SourceDesk):
    """What is looked for, and what was found.

    Parameters
    ----------
    name, data, test, mapping
        As `SourceDesk` takes them.
    settings : mapping
        Fields of `GateSpec` beside data and test.
    """

    def __init__(
        self, name: str, data: Any, test: Any, mapping: Mapping[str, str], settings: Mapping[str, Any]
    ) -> None:
        super().__init__(name, data, test, mapping)
        self.form = Form(GateSpec, SETTINGS, settings)
        self.form.values()  # what is wrong is refused here and now
        self.checks = _ticked(tuple(settings.get("checks", ("usual",))))
        self.report: Run | None = None
        self.opened: set[str] = set()
        self._results: dict[str, Result | None] = {}
        self._earlier: tuple[str, list[tuple[Run, Summary]]] = ("", [])
        self._runs = Bell()

    # what is to be checked

    def spec(self) -> GateSpec:
        values = self.form.values()
        return GateSpec(data=self.data_spec(), test=self.test_spec(), checks=self.check_names(), **values)

    def check_names(self) -> tuple[str, ...]:
        """Return the checks as a spec names them: in few words where it can."""
        if set(self.checks) == set(usual_checks()):
            return ("usual",)
        if not self.test_source and set(self.checks) | {"leaks"} == set(usual_checks()):
            return ("usual",)
        wanted = tuple(name for name in self.checks if name != "leaks" or self.test_source)
        return ("all",) if set(wanted) == set(CHECKS) else wanted

    def do_set(self, value: Any, values: dict[str, Any]) -> None:
        """Take in what is to be looked for, and how much of it is too much."""
        self.touched = True
        self.form.take(values)
        on = {name: bool(values.get(f"check:{name}", name in self.checks)) for name in CHECKS}
        self.checks = tuple(name for name in CHECKS if on[name])
        self.do_test(values.get("test", self.test_source), values)
        self._keep()

    def no_start(self) -> str:
        """Return why the check cannot be started, or ""."""
        if reason := self.unready():
            return reason
        if not self.checks:
            return _("No check is ticked.")
        return _("A setting is not right.") if self.form.errors else ""

    def do_start(self, value: Any, values: dict[str, Any]) -> None:
        """Start to check."""
        if values:
            self.do_set(value, values)
        try:
            spec = self.spec()
        except ParameterError as exc:
            self.form.blame(exc)
            raise
        self.begin(spec)
        self._show(self.run)

    def do_again(self, value: Any, values: dict[str, Any]) -> None:
        """Show what is to be checked again; the report stays below."""
        self.editing = self.touched = True

    def do_back(self, value: Any, values: dict[str, Any]) -> None:
        """Fold the settings away."""
        self.touched = False
        self.editing = self.report is None

    def _keep(self) -> None:
        keep(self.name, {**self.form.raw, "checks": list(self.checks), "test": self.test_source})

    def remember(self) -> None:
        """Show the settings with which this panel was last worked."""
        kept = recall(self.name)
        self.form.take({name: kept[name] for name in SETTINGS if name in kept})
        if kept.get("checks"):
            self.checks = tuple(name for name in CHECKS if name in kept["checks"])

    # the run that is shown

    def renew(self) -> bool:
        """Show the newest run that this panel started: of a cleaning, with the report it came from."""
        before = self.run, self.status
        if not self.adopt(Gated):
            return False
        assert self.run is not None
        spec = self.run.spec
        assert isinstance(spec, Gated)
        if not self._is_ours(spec.data):
            self.run, self.status = before
            return False
        if isinstance(spec, GateSpec):
            self._show(self.run)
            self._take(spec, other=True)
        else:
            found = newest_run(self.name, GateSpec)
            self._show(None if found is None else found[0])
            if self.report is not None and isinstance(self.report.spec, GateSpec):
                self._take(self.report.spec)
        return True

    def _is_ours(self, data: DataSpec) -> bool:
        """Is that the data of this panel, or what a cleaning has made of it?"""
        own = absolute(self.source)
        if not self.source or data.source == own:
            return True
        recipe = read_recipe(data.source) or {}
        return bool(recipe.get("spec", {}).get("data", {}).get("source") == own)

    def _take(self, spec: GateSpec, *, other: bool = False) -> None:
        """Show the settings of a run; other data than the panel was given only where that is meant."""
        if self.source and absolute(self.source) != spec.data.source and not other:
            return
        self.source, self.given = spec.data.source, spec.data
        self.mapping = mapping_of(spec.data)
        if spec.test is not None:
            self.test_source, self.given_test = spec.test.source, spec.test
        self.form.fill({name: getattr(spec, name) for name in SETTINGS})
        self.checks = _ticked(spec.checks)

    def _show(self, run: Run | None) -> None:
        self.report, self.opened = run, set()
        self.editing = run is None

    def _forget_report(self) -> None:
        self.report, self.opened, self.editing = None, set(), True
        if self.status is not None and self.status.over:
            self.run = self.status = None

    @property
    def report_status(self) -> Status | None:
        """What is known of the run that checks."""
        if self.report is None:
            return None
        if self.run is not None and self.run.id == self.report.id:
            return self.status
        with contextlib.suppress(OSError, ValueError):
            return self.report.status
        return None

    def report_spec(self) -> GateSpec | None:
        """Return what was checked."""
        with contextlib.suppress(*_UNREADABLE):
            spec = None if self.report is None else self.report.spec
            return spec if isinstance(spec, GateSpec) else None
        return None

    def result(self) -> Result | None:
        """Return the whole report, once it is there."""
        status = self.report_status
        if self.report is None or status is None or status.state != "finished":
            return None
        if self.report.id not in self._results:
            self._results[self.report.id] = None
            with contextlib.suppress(*_UNREADABLE):
                self._results[self.report.id] = self.report.result
        return self._results[self.report.id]

    def findings(self) -> dict[str, dict[str, Any]]:
        """Return what the checks found so far, by name, in the order of the registry."""
        status = self.report_status
        told = [] if status is None else status.records.get("finding", [])
        result = self.result()
        if result is not None:  # with those that could not be had
            told = result.facts.get("findings", told)
        found = {each["check"]: each for each in told}  # of one that was resumed, the last
        return {name: found[name] for name in CHECKS if name in found}

    def awaited(self) -> list[str]:
        """Return the checks that have not told yet, in order."""
        spec, status = self.report_spec(), self.report_status
        if spec is None or status is None or status.over:
            return []
        found = self.findings()
        return [name for name in spec.wanted if name not in found]

    def told(self) -> dict[str, Any]:
        """Return what the data said of itself while it was read."""
        result = self.result()
        return {} if result is None else dict(result.facts.get("sources", {}).get("data", {}))

    def named(self, part: str, number: int) -> str:
        """Return how a row is named, by what its source counts."""
        result = self.result()
        sources = {} if result is None else result.facts.get("sources", {})
        return row_words(part, number, str(sources.get(part, {}).get("unit", "")))

    @property
    def problems(self) -> str:
        """The path of the list of all flagged rows, "" before there is one."""
        if self.report is None or self.result() is None:
            return ""
        path = self.report.folder / PROBLEMS
        return str(path) if path.exists() else ""

    def do_open(self, value: Any, values: dict[str, Any]) -> None:
        """Show what a check found below its row, or no more."""
        if value not in CHECKS:
            raise UnknownNameError("check", str(value), CHECKS)
        self.opened ^= {str(value)}

    # earlier reports

    def earlier(self) -> list[tuple[Run, Summary]]:
        """Return the other finished reports on the same data, newest first."""
        source = absolute(self.source) if self.source else ""
        if source and (self._runs.rung() or self._earlier[0] != source):
            found = [(run, each) for run, each in runs_on("gate", source) if each.state == "finished"]
            self._earlier = (source, found)
        shown = None if self.report is None else self.report.id
        return [(run, each) for run, each in self._earlier[1] if run.id != shown] if source else []

    def do_earlier(self, value: Any, values: dict[str, Any]) -> None:
        """Open an earlier report."""
        run = find_run(str(value))
        if not isinstance(run.spec, GateSpec):
            raise ParameterError("run", str(value), allowed=_("a report on data"))
        self.run = Run(run.folder)
        self._take(run.spec)
        self._show(self.run)
        self.touched = True  # else the newest would take its place
        self.look()


def _ticked(names: tuple[str, ...]) -> tuple[str, ...]:
    wanted = set(names)
    if "all" in wanted:
        return tuple(CHECKS)
    if "usual" in wanted:
        wanted |= set(usual_checks())
    return tuple(name for name in CHECKS if name in wanted)
