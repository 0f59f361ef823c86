"""What a person sees and can do while tuning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kit._check import plain
from kit.errors import ParameterError, UnknownNameError
from kit.i18n import _
from kit.jobs import Status
from kit.plots.words import remaining
from kit.tuning.presets import PRESETS, settings_of
from kit.tuning.spec import TuneSpec
from kit.widgets.form import Form
from kit.widgets.keep import keep, recall
from kit.widgets.origin import data_spec, panel_name
from kit.widgets.picking.probe import Probe
from kit.widgets.tuning.compared import ComparedDesk
from kit.widgets.tuning.figures import TuneFigures
from kit.widgets.tuning.groups import NAMES
from kit.widgets.tuning.plan import Plan, lighter_of, plan_of
from kit.widgets.tuning.preset import differences, filled, nearest


class TuneDesk(ComparedDesk):
    """Settings of a tuning, and the run that came of them.

    Parameters
    ----------
    model : str, Run or panel
        Which model; a panel is asked when the tuning starts.
    data, validation : DataSpec, dataset or str
        Training rows and, optionally, validation rows.
    preset : str, optional
        Whose settings to begin with; left out, those of `TuneSpec`.
    name : str, optional
        The panel's name; left out, made from the arguments.
    settings : mapping
        Other fields of `TuneSpec`.
    """

    def __init__(
        self, model: Any, data: Any, validation: Any, preset: str | None, name: str | None, settings: dict[str, Any]
    ) -> None:
        given = {"model": model, "data": data, "validation": validation, **settings}
        super().__init__(panel_name("TunePanel", name, given | ({"preset": preset} if preset else {})), model)
        self.title = _("Tune")
        self.data = data_spec("data", data)
        self.validation = None if validation is None else data_spec("validation", validation)
        if preset is not None:
            settings = settings_of(preset, settings)
        checks = {"model": "?", "data": self.data, "validation": self.validation, **settings}
        TuneSpec.from_dict(checks)  # what is wrong is refused here and now
        self.form = Form(TuneSpec, NAMES, settings)
        self.further = {key: value for key, value in settings.items() if key not in NAMES}  # what nobody can type
        self.preset = preset or nearest(self.form.values())
        self.editing = True
        self.share: float | None = None
        self.steps: int | None = None
        self.validated: int | None = None  # rows of a validation
        self.drawings = TuneFigures()
        self.probe = Probe()
        self.compare_on(self.data)
        if not self.renew():
            self._recall()
        self.earlier.look()

    def _recall(self) -> None:
        kept = recall(self.name)
        self.form.take(kept)
        if kept.get("preset") in PRESETS:
            self.preset = kept["preset"]

    def renew(self) -> bool:
        """Show the newest run that this panel started, with its settings; say whether there is a new one."""
        if not self.adopt(TuneSpec):
            return False
        self.show_run()
        return True

    def show_run(self) -> None:
        """Show the run with its settings."""
        assert self.run is not None
        spec = self.run.spec
        self.form.fill({name: getattr(spec, name) for name in self.form.names})
        if any(differences(self.form.values(), self.preset)):
            self.preset = nearest(self.form.values())
        self.editing, self.share, self.steps = False, None, getattr(spec, "steps", None)
        self.validated = None
        self.look()

    def look(self) -> None:
        super().look()
        self.probe.look()
        status = self.status
        if status is None:
            return
        # A validation counts rows: how far the training is stays as it was.
        if status.unit == "steps" and status.phase in ("training", "validating"):
            self.share = status.share
            self.steps = int(status.total) if status.total else self.steps
        elif status.unit == "rows" and status.phase == "validating" and status.total:
            self.validated = int(status.total)

    def seen(self) -> object:
        seen = super().seen()
        told = None if self.probe.speed is None else self.probe.speed.measured
        return None if seen is None or self.probe.going else (seen, told)

    def left_s(self) -> float | None:
        """Return how long the steps still take, validations between them included, or None while nobody can know."""
        if self.status is None or self.share is None:  # what comes before the first step tells nothing of the steps
            return None
        return self.status.eta_s

    def spec(self) -> TuneSpec:
        return self._made(self.form.values())

    def _made(self, values: dict[str, Any]) -> TuneSpec:
        given = {"data": self.data, "validation": self.validation, **self.further}
        return TuneSpec(model=plain(self.model), **given, **values)

    def meant(self, preset: str | None = None) -> TuneSpec | None:
        """Return what the settings on the page would start, or those with a preset; None while they are wrong."""
        try:
            values = self.form.values()
            return self._made(values if preset is None else {**values, **filled(preset)})
        except ParameterError:
            return None

    def plan(self) -> Plan | None:
        """Return what the settings on the page would take; None while they are wrong."""
        spec = self.meant()
        return None if spec is None else plan_of(spec)

    def changed(self) -> dict[str, Any]:
        """Return what the preset has in place of the settings that were changed, by name."""
        try:
            return differences(self.form.values(), self.preset)
        except ParameterError:  # what is wrong stands at its field
            return {}

    def do_set(self, value: Any, values: dict[str, Any]) -> None:
        """Take the settings in as they are typed, and say at once what does not go together."""
        self.touched = True
        self.form.take({**self.form.raw, **values, **self._length(values)})
        self._keep()
        if self.form.errors:
            return
        try:
            self.spec()
        except ParameterError as exc:
            if not self.form.blame(exc):
                raise

    def _length(self, values: Mapping[str, Any]) -> dict[str, str]:
        """Return steps emptied where epochs were typed instead: given, steps would count in their place."""
        raw = self.form.raw
        changed = {name for name in ("epochs", "steps") if name in values and str(values[name]) != str(raw.get(name))}
        return {"steps": ""} if changed == {"epochs"} else {}

    def do_preset(self, value: Any, values: dict[str, Any]) -> None:
        """Fill the settings with those of a preset; what no preset fills stays as it is."""
        if value not in PRESETS:
            raise UnknownNameError("preset", value, PRESETS)
        self.touched = True
        self.preset = value
        self.form.take({**self.form.raw, **values})
        self.form.fill(filled(value))
        self._keep()

    def do_reset(self, value: Any, values: dict[str, Any]) -> None:
        """Take every setting back to what the preset means."""
        self.form.fill(differences(self.form.values(), self.preset))
        self._keep()

    def do_lighten(self, value: Any, values: dict[str, Any]) -> None:
        """Take the nearest change with which it fits."""
        found = lighter_of(self.spec())
        if found is None:
            return
        self.touched = True
        self.form.fill({name: getattr(found[0], name) for name in self.form.names})
        if isinstance(self.model, str):
            self.model = found[0].model
        self._keep()

    def do_measure(self, value: Any, values: dict[str, Any]) -> None:
        """Measure how fast this machine is, from which the time follows; it takes about two seconds."""
        self.probe.start()

    def _keep(self) -> None:
        keep(self.name, {**self.form.raw, "preset": self.preset})

    def do_start(self, value: Any, values: dict[str, Any]) -> None:
        """Start a run with the settings on the page; with "now" even where memory is said to be too little."""
        self.form.take(values)
        try:
            spec = self.spec()
        except ParameterError as exc:
            self.form.blame(exc)
            raise
        self.begin(spec, now=value == "now")
        self.show_run()

    def do_again(self, value: Any, values: dict[str, Any]) -> None:
        """Show the settings again, filled as they were."""
        self.editing = self.touched = True

    def do_back(self, value: Any, values: dict[str, Any]) -> None:
        """Show the last run again."""
        self.touched = False
        self.editing = self.run is None

    def hint(self) -> str:
        status = self.status
        if status is None or status.over:
            return ""
        left = self.left_s()
        words = [_("waits for the tuning")] + (
            [_("{time} left").format(time=remaining(left))] if left is not None else []
        )
        return " · ".join(words)

    def as_spec_value(self) -> Any:
        """Return the tuned model where a run has made one, else the model itself."""
        if self.run is not None and self.status is not None and made_adapter(self.status):
            return self.run.as_spec_value()
        return plain(self.model)


def made_adapter(status: Status) -> bool:
    """Did a run that is over leave an adapter?"""
    return status.over and "adapter" in status.artifacts
