"""What a person sees and can do in a sweep over quantization methods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kit._check import plain
from kit.data.spec import DataSpec
from kit.errors import KitError
from kit.experiments.spec import SweepSpec
from kit.i18n import _
from kit.jobs import Run
from kit.plots.reading import said_rows, variant_name
from kit.quantization import methods as registered
from kit.result import Result
from kit.tuning.spec import TuneSpec
from kit.widgets.keep import keep, recall
from kit.widgets.modeldesk import ModelDesk
from kit.widgets.origin import data_spec, panel_name
from kit.widgets.phase import part_and_phase

_DEFAULT = SweepSpec(model="?", data=DataSpec(source="?")).methods


@dataclass(frozen=True)
class Row:
    """One method of a sweep.

    `state` is "idle", "waiting", "next" (the first one, while the sweep waits for its turn), "running", "finished",
    "failed", "unsupported" or "left out".
    """

    method: str
    state: str
    result: Result | None = None


class SweepDesk(ModelDesk):
    """Methods to compare, and the run that compares them.

    Parameters
    ----------
    model : str, Run or panel
        Which model; a panel is asked when the sweep starts.
    data : DataSpec, dataset or str
        Test rows.
    methods : sequence of str, optional
        Ticked at the start; left out, the defaults of `SweepSpec`.
    name : str, optional
        The panel's name; left out, made from the arguments.
    settings : mapping
        Other fields of `SweepSpec`.
    """

    def __init__(self, model: Any, data: Any, methods: Any, name: str | None, settings: dict[str, Any]) -> None:
        given = {"model": model, "data": data, "methods": methods, **settings}
        super().__init__(panel_name("SweepPanel", name, given), model)
        self.title = _("Quantization sweep")
        self.data = data_spec("data", data)
        self.settings = settings
        self.chosen = tuple(_DEFAULT if methods is None else methods)
        SweepSpec.from_dict({"model": "?", "data": self.data, "methods": self.chosen, **settings})
        self.editing = True
        self.choices = list(dict.fromkeys([*self.chosen, *registered()]))  # in this order, whatever is ticked
        if not self.renew():
            kept = recall(self.name).get("methods", self.chosen)
            self.chosen = tuple(name for name in self.choices if name in kept)

    def renew(self) -> bool:
        if not self.adopt(SweepSpec):
            return False
        assert self.run is not None
        spec = self.run.spec
        assert isinstance(spec, SweepSpec)
        self.chosen, self.editing = spec.methods, False
        self.choices = list(dict.fromkeys([*self.chosen, *self.choices]))
        return True

    def spec(self) -> SweepSpec:
        if not self.chosen:
            raise KitError(_("No method is ticked."), fix=_("Tick the methods to compare; the first is the reference."))
        return SweepSpec(model=plain(self.model), data=self.data, methods=self.chosen, **self.settings)

    def waits_for_tuning(self) -> bool:
        """Will the model be another one when the sweep can start: one that is being tuned?"""
        run = self.model if isinstance(self.model, Run) else getattr(getattr(self.model, "desk", None), "run", None)
        return bool(self.waits()) and run is not None and isinstance(run.spec, TuneSpec)

    def do_tick(self, value: Any, values: dict[str, Any]) -> None:
        """Take in which methods are ticked."""
        self.touched = True
        self.chosen = tuple(name for name in self.choices if values.get(f"method:{name}"))
        keep(self.name, {"methods": list(self.chosen)})

    def do_start(self, value: Any, values: dict[str, Any]) -> None:
        """Start the sweep over the ticked methods."""
        if any(name.startswith("method:") for name in values):
            self.do_tick(value, values)
        self.begin(self.spec())
        self.editing = False

    def do_again(self, value: Any, values: dict[str, Any]) -> None:
        """Show the methods to be ticked again."""
        self.editing = self.touched = True

    def do_back(self, value: Any, values: dict[str, Any]) -> None:
        """Show the last run again."""
        self.touched = False
        self.editing = self.run is None

    def results(self) -> list[Result]:
        """Return what is measured so far, in the order of the methods."""
        return [] if self.status is None else said_rows(self.status)

    def rows(self) -> list[Row]:
        """Return one row for each method."""
        if self.editing or self.status is None:
            return [Row(name, "idle") for name in self.choices]
        done = {variant_name(result): result for result in self.results()}
        current = part_and_phase(self.status)[0]
        rows = []
        for name in dict.fromkeys([*self.chosen, *done]):
            if name in done:
                rows.append(Row(name, done[name].status, done[name]))
            elif self.status.over:
                rows.append(Row(name, "left out"))
            elif self.status.state == "queued":
                rows.append(Row(name, "waiting" if any(row.state == "next" for row in rows) else "next"))
            else:
                rows.append(Row(name, "running" if name == current else "waiting"))
        return rows

    def hint(self) -> str:
        if self.status is None or self.status.over:
            return ""
        done, n = len(self.results()), len(self.chosen)
        return _("waits for the sweep · {done} of {n} methods done").format(done=done, n=n)
