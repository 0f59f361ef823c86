"""What a person sees and can do in a sweep over quantization methods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kit.errors import KitError, UnknownNameError
from kit.experiments.lineup import Entrant, lineup
from kit.experiments.spec import SweepSpec
from kit.i18n import _
from kit.jobs import Run
from kit.plots.metrics import is_known, metric
from kit.plots.reading import said_rows, variant_name
from kit.result import Result
from kit.tuning.spec import TuneSpec
from kit.widgets.phase import part_and_phase
from kit.widgets.sweeping.choosing import ChoosingDesk
from kit.widgets.sweeping.columns import in_order
from kit.widgets.sweeping.figures import SweepFigures


@dataclass(frozen=True)
class Row:
    """One variant of a sweep.

    Parameters
    ----------
    name : str
        As tables call it: the method, with the model where there are several.
    state : str
        "waiting", "next" (the first one, while the sweep waits for its turn), "running", "finished", "given up",
        "failed", "unsupported" or "left out".
    result : Result, optional
        What was measured, or why nothing was.
    engine : str, default ""
        What runs it.
    """

    name: str
    state: str
    result: Result | None = None
    engine: str = ""


class SweepDesk(ChoosingDesk):
    """Methods to compare, and the run that compares them; parameters as `ChoosingDesk` takes them."""

    def __init__(self, model: Any, data: Any, methods: Any, name: str | None, settings: dict[str, Any]) -> None:
        super().__init__(model, data, methods, name, settings)
        self.title = _("Quantization sweep")
        self.editing = True
        self.sort, self.down = "", True
        self.opened: set[str] = set()
        self.figures = SweepFigures()
        self._entrants: tuple[str, list[Entrant]] = ("", [])
        if not self.renew():
            self.remember()

    def renew(self) -> bool:
        self.look_anew()
        if not self.adopt(SweepSpec):
            return False
        assert self.run is not None
        spec = self.run.spec
        assert isinstance(spec, SweepSpec)
        self.editing = False
        self.take(spec)
        return True

    def waits_for_tuning(self) -> bool:
        """Will the model be another one when the sweep can start: one that is being tuned?"""
        run = self.model if isinstance(self.model, Run) else getattr(getattr(self.model, "desk", None), "run", None)
        return bool(self.waits()) and run is not None and isinstance(run.spec, TuneSpec)

    def do_start(self, value: Any, values: dict[str, Any]) -> None:
        """Start the sweep over the ticked methods."""
        if any(name.startswith("method:") for name in values):
            self.do_tick(value, values)
            self.do_set(value, values)
        if reason := self.no_start():
            raise KitError(reason, fix=_("Put that right, then start."))
        self.begin(self.spec())
        self.editing, self.opened = False, set()

    def do_again(self, value: Any, values: dict[str, Any]) -> None:
        """Show the methods to be ticked again."""
        self.look_anew()
        self.editing = self.touched = True

    def do_back(self, value: Any, values: dict[str, Any]) -> None:
        """Show the last run again."""
        self.touched = False
        self.editing = self.run is None

    def do_sort(self, value: Any, values: dict[str, Any]) -> None:
        """Order the rows by a metric, the best first; once more, the other way round; "" as they are listed."""
        chosen = isinstance(value, dict)  # from a list, where the same again means the same again
        name = str(value["value"] if isinstance(value, dict) else value)
        if name and not is_known(name):
            raise UnknownNameError("sort", name, [""])
        turn = bool(name) and name == self.sort and not chosen
        self.down = not self.down if turn else metric(name).more
        self.sort = name

    def do_open(self, value: Any, values: dict[str, Any]) -> None:
        """Show all that is known of a row below it, or no more."""
        self.opened ^= {str(value)}

    def results(self) -> list[Result]:
        """Return what is measured so far, in the order in which it was said."""
        return [] if self.status is None else said_rows(self.status)

    def rows(self) -> list[Row]:
        """Return one row for each variant of the run: those that are measured in order, then the others."""
        if self.editing or self.status is None:
            return []
        done = {variant_name(result): result for result in self.results()}
        engines = {each.name: each.variant.engine for each in self.entrants()}
        rows: list[Row] = []
        for name in dict.fromkeys([*engines, *done]):
            result = done.get(name)
            state = state_of(result) if result is not None else self._undone(name, rows)
            rows.append(Row(name, state, result, str(result.facts.get("engine", "")) if result else engines[name]))
        return self._sorted(rows)

    def _undone(self, name: str, before: Sequence[Row]) -> str:
        status = self.status
        assert status is not None
        if status.over:
            return "left out"
        if status.state == "queued":
            return "waiting" if any(row.state == "next" for row in before) else "next"
        return "running" if name == part_and_phase(status)[0] else "waiting"

    def _sorted(self, rows: list[Row]) -> list[Row]:
        if not self.sort:
            return rows
        with_numbers = [row for row in rows if row.result is not None and row.state == "finished"]
        by_name = {row.name: row for row in with_numbers}
        ordered = in_order([row.result for row in with_numbers if row.result], self.sort, down=self.down)
        return [*(by_name[variant_name(each)] for each in ordered), *(row for row in rows if row.name not in by_name)]

    def entrants(self) -> list[Entrant]:
        """Return who takes part in the run that is shown; of a run that cannot be read, nobody."""
        if self.run is None:
            return []
        if self._entrants[0] != self.run.id:
            try:
                spec = self.run.spec
                found = lineup(spec) if isinstance(spec, SweepSpec) else []
            except KitError:  # a method that another version knew
                found = []
            self._entrants = (self.run.id, found)
        return self._entrants[1]

    def hint(self) -> str:
        if self.status is None or self.status.over:
            return ""
        done, n = len(self.results()), max(len(self.entrants()), len(self.results()))
        return _("waits for the sweep · {done} of {n} methods done").format(done=done, n=n)


def state_of(result: Result) -> str:
    """Return the state of a row that has said what came of it."""
    if result.facts.get("given_up"):
        return "given up"
    return "left out" if result.facts.get("left_out") else result.status
