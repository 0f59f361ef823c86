"""The part of a sweep's state that is chosen before it starts: methods, what is measured, rows to calibrate with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kit._check import plain
from kit.data.spec import DataSpec
from kit.errors import KitError, ParameterError, UnknownNameError
from kit.experiments.lineup import chosen_methods
from kit.experiments.spec import SweepSpec
from kit.i18n import _
from kit.machine.speed import known_speed
from kit.measure.measuring import MEASURES, USUAL
from kit.quantization import methods as registered
from kit.quantization.registry import get_method
from kit.widgets.form import Form
from kit.widgets.keep import keep, recall
from kit.widgets.modeldesk import ModelDesk
from kit.widgets.origin import data_spec, panel_name
from kit.widgets.sweeping.offers import (
    FAMILIES,
    Foretold,
    Offer,
    config_of,
    everything,
    foretold,
    known,
    offers,
    plain_first,
)

DEFAULT = SweepSpec(model="?", data=DataSpec(source="?")).methods
MIXED = "gguf-mixed-"  # before the MiB that a file may have
SETTINGS = ("minutes", "hopeless", "give_up")
_MEASURED = (*USUAL, "reference")  # by a panel, where nothing else is asked for


class ChoosingDesk(ModelDesk):
    """What is to be compared, and how.

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
        self.data = data_spec("data", data)
        settings = {"measures": _MEASURED, **settings}
        wanted = tuple(DEFAULT if methods is None else methods)
        checked = SweepSpec.from_dict({"model": "?", "data": self.data, "methods": wanted, **_plain(settings)})
        self.form = Form(SweepSpec, SETTINGS, settings)
        self.calibration = checked.calibration
        self.measures = checked.measures
        own = (*SETTINGS, "calibration", "measures")
        self.further = {key: value for key, value in settings.items() if key not in own}  # what nobody can tick
        self.family = ""
        self._choose(chosen_methods(wanted, checked.engines, calibrated=self.calibration is not None))

    def _choose(self, chosen: list[str]) -> None:
        """Tick these; the first stays the reference."""
        self.chosen = tuple(chosen)
        self.choices = list(dict.fromkeys([*chosen, *plain_first(registered())]))
        self.look_anew()

    def look_anew(self) -> None:
        """Look again at what runs here."""
        self._seen_model = ""
        self._offers: dict[str, Offer] = {}
        self._foretold: dict[str, Foretold] = {}

    def offers(self) -> dict[str, Offer]:
        """Return every method that can be ticked, or says why it cannot; looked for once for a model."""
        if self._seen_model != self.model_name:
            self.look_anew()
            self._seen_model, speed = self.model_name, known_speed()
            found, engines = offers(self.choices, config_of(self.model_name)), self.further.get("engines") or ()
            self._offers = {name: each for name, each in found.items() if not engines or each.engine in engines}
            self._foretold = {name: foretold(self.model_name, name, speed) for name in self._offers}
        return self._offers

    def foretold(self, method: str) -> Foretold:
        """Return what holding the model so is predicted to take here, as far as that is known."""
        self.offers()
        return self._foretold.get(method, Foretold())

    @property
    def model_name(self) -> str:
        """The model as far as it is known now."""
        return str(plain(self.model))

    def shown(self) -> list[Offer]:
        """Return the methods that are looked for: those of so many bits."""
        return [each for each in self.offers().values() if self.family in ("", each.family)]

    def looking(self) -> list[str]:
        """Return the ticked methods that round by looking at rows."""
        return [name for name in self.chosen if (method := known(name)) is not None and method.calibrated]

    def take(self, spec: SweepSpec) -> None:
        """Show what a run was started with."""
        self.calibration, self.measures = spec.calibration, spec.measures
        self.form.fill({name: getattr(spec, name) for name in SETTINGS})
        self._choose(chosen_methods(spec.methods, spec.engines, calibrated=spec.calibration is not None))

    def remember(self) -> None:
        """Show what was chosen when this panel was last worked with."""
        kept = recall(self.name)
        ticked = [name for name in kept.get("methods", self.chosen) if known(name) or name in self.chosen]
        self._choose(ticked)
        self.form.take({name: kept[name] for name in SETTINGS if name in kept})

    def _keep(self) -> None:
        keep(self.name, {"methods": list(self.chosen), **{name: self.form.raw[name] for name in SETTINGS}})

    def spec(self) -> SweepSpec:
        if not self.chosen:
            raise KitError(_("No method is ticked."), fix=_("Tick the methods to compare; the first is the reference."))
        return SweepSpec(
            model=plain(self.model),
            data=self.data,
            methods=self.chosen,
            calibration=self.calibration,
            measures=self.measures,
            **self.form.values(),
            **self.further,
        )

    def no_start(self) -> str:
        """Return why the sweep cannot be started with what is chosen, or ""."""
        if not self.chosen:
            return _("No method is ticked.")
        if not self.measures:
            return _("Nothing is to be measured.")
        looking = self.looking()
        if looking and self.calibration is None:
            return _("{methods}: rows to calibrate with are missing.").format(methods=", ".join(looking))
        return _("A setting is not right.") if self.form.errors else ""

    def train_part(self) -> DataSpec | None:
        """Return the training part of the rows that are measured, where those are the test part."""
        return self.data.replace(split="train", limit=None) if self.data.split == "test" else None

    def do_tick(self, value: Any, values: dict[str, Any]) -> None:
        """Take in which methods are ticked; those that are not on the page stay as they are."""
        self.touched = True
        on = {name: bool(values.get(f"method:{name}", name in self.chosen)) for name in self.choices}
        self.chosen = tuple(name for name in self.choices if on[name])
        self._keep()

    def do_pick(self, value: Any, values: dict[str, Any]) -> None:
        """Tick everything that runs here, the usual ones, or none; of those only that are looked for."""
        own = {each.name for each in self.shown()}
        rest = [name for name in self.chosen if name not in own]
        every = everything(self.offers(), calibrated=self.calibration is not None)
        wanted = {"all": every, "usual": list(DEFAULT), "none": []}
        if value not in wanted:
            raise UnknownNameError("pick", value, wanted)
        new = [*rest, *(name for name in wanted[value] if name in own)]
        self.touched = True
        self._order_plainly()
        self.chosen = tuple(name for name in self.choices if name in new)
        self._keep()

    def do_drop(self, value: Any, values: dict[str, Any]) -> None:
        """Untick the methods that cannot run here."""
        told = self.offers()
        self.touched = True
        self.chosen = tuple(name for name in self.chosen if name not in told or told[name].runs)
        self._keep()

    def _order_plainly(self) -> None:
        self.choices = plain_first(dict.fromkeys([*registered(), *self.choices]))

    def do_mix(self, value: Any, values: dict[str, Any]) -> None:
        """Add the method that decides the bits of each layer within a file of so many MiB."""
        name = f"{MIXED}{str(values.get('mixed', value)).strip()}mib"
        get_method(name)
        self.touched = True
        self._choose([*self.chosen, *([] if name in self.chosen else [name])])
        self._keep()

    def do_refer(self, value: Any, values: dict[str, Any]) -> None:
        """Take another method as the reference."""
        name = values.get("reference", value)
        if name not in self.chosen:
            raise UnknownNameError("reference", name, self.chosen)
        self.touched = True
        self.choices = [name, *(other for other in self.choices if other != name)]
        self.chosen = tuple(other for other in self.choices if other in self.chosen)
        self._keep()

    def do_narrow(self, value: Any, values: dict[str, Any]) -> None:
        """Show methods of so many bits only."""
        family = values.get("family", value)
        if family not in ("", *FAMILIES):
            raise UnknownNameError("family", family, FAMILIES)
        self.family = family

    def do_set(self, value: Any, values: dict[str, Any]) -> None:
        """Take in what is to be measured, in what time, and by which rows methods round."""
        self.touched = True
        self.form.take(values)
        self._take_measures(values)
        self._take_calibration(values)
        self._keep()
        if not self.form.errors and not self.no_start():
            self.spec()

    def _take_measures(self, values: Mapping[str, Any]) -> None:
        on = {name: bool(values.get(f"measure:{name}", name in self.measures)) for name in MEASURES}
        self.measures = tuple(name for name in MEASURES if on[name])

    def _take_calibration(self, values: Mapping[str, Any]) -> None:
        typed = values.get("calibration")
        if typed is None or typed == self.calibration_typed:
            return
        if not str(typed).strip():
            self.calibration = None
        elif str(typed).strip() == self.data.source:
            self.do_train("", {})
        else:
            self.calibration = self.data.replace(source=str(typed).strip(), split="all", limit=None)

    @property
    def calibration_typed(self) -> str:
        """The rows to calibrate with as they stand in their field."""
        return "" if self.calibration is None else self.calibration.source

    def do_train(self, value: Any, values: dict[str, Any]) -> None:
        """Calibrate with the training part of the rows that are measured."""
        part = self.train_part()
        if part is None:
            allowed = _("other rows than those that are measured")
            raise ParameterError("calibration", self.data.source, allowed=allowed)
        self.touched = True
        self.calibration = part


def _plain(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: data_spec(key, value) if key == "calibration" and value is not None else value
        for key, value in settings.items()
    }
