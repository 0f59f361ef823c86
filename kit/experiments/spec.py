"""Specs made of specs."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

from kit.data import DataSpec, open_data
from kit.engines import Variant
from kit.engines.homes import ENGINES
from kit.errors import ParameterError, UnknownNameError
from kit.experiments.lineup import ALL, chosen_methods, lineup
from kit.i18n import N_, _
from kit.machine.facts import MIB
from kit.measure.measuring import MeasuringSpec
from kit.measure.needs import model_card
from kit.models import METHOD_BITS, check_name
from kit.models.room import has_room
from kit.quantization.registry import get_method
from kit.spec import Needs, Spec, param

_OWN_BYTES = 50 * MIB  # of the process that holds the sweep together, beside the one that measures


@dataclass(frozen=True, kw_only=True)
class HeldInWays(Spec):
    """What stands first in a `SweepSpec`."""

    model: str = param(label=N_("Model"), help=N_("A model or the run that tuned one"), empty=False)
    data: DataSpec = param(label=N_("Test data"))
    methods: tuple[str, ...] = param(
        ("fp32", "bf16", "bnb-int8", "bnb-nf4"),
        label=N_("Methods"),
        help=N_("The first that can run is the reference; 'all' alone stands for everything that runs here"),
        empty=False,
    )
    models: tuple[str, ...] = param(
        (), label=N_("More models"), help=N_("Models, adapters or runs that are held in the same ways")
    )
    engines: tuple[str, ...] = param(
        (), label=N_("Engines"), help=N_("Only methods that these engines run; left empty, all")
    )
    calibration: DataSpec | None = param(
        None,
        label=N_("Calibration data"),
        help=N_("Rows by which some methods choose how to round; never those that are measured"),
    )
    minutes: float | None = param(
        None,
        label=N_("Budget"),
        unit=N_("minutes"),
        help=N_("For the whole sweep, cheapest first; what is left out says so. Left out, all are measured"),
        above=0,
        high=100_000,
    )
    give_up: float = param(
        0.05,
        label=N_("Giving up"),
        help=N_("Chance of wrongly giving up a variant as hopeless before all rows are read; 0 never gives up"),
        low=0,
        high=0.5,
    )
    hopeless: float = param(
        0.1,
        label=N_("Hopeless"),
        help=N_("A variant is given up where its accuracy is evidently lower than that of the reference by more"),
        low=0,
        high=1,
    )


@dataclass(frozen=True, kw_only=True)
class SweepSpec(MeasuringSpec, HeldInWays):
    """Hold one model, or several, in several ways and measure each on the same rows."""

    carried_out_by = "kit.experiments.sweep:sweep"
    spreads = True

    def look_ahead(self) -> None:
        rows = self.look_at_data(self.data)
        for model in (self.model, *self.models):
            check_name(model)
        if self.calibration is not None and rows is not None and open_data(self.calibration).hash == rows.hash:
            self._refuse_same_rows()

    def needs(self) -> Needs:
        variants = [each.variant for each in lineup(self)]
        fit = [each for each in variants if has_room(self.needs_of([each], self.data))]  # one without is not measured
        found = self.needs_of(fit or variants, self.data)
        if found.memory_bytes is None:
            return found
        return dataclasses.replace(found, memory_bytes=found.memory_bytes + _OWN_BYTES)

    def lighter(self) -> Iterator[tuple[SweepSpec, str]]:
        from kit.measure.lighter import lighter_variants  # only where there is no room

        yield from self.with_fewer_rows()
        held = chosen_methods(self.methods, self.engines, calibrated=self.calibration is not None)
        least = Variant(model=self.model, method=min(held, key=lambda name: METHOD_BITS.get(name, 32)))
        for variant, _code in lighter_variants(least, model_card(self.model)[0]):
            other = {"methods": (variant.method,)} if variant.model == self.model else {"model": variant.model}
            yield self.replace(**other), ", ".join(f"{name}={value!r}" for name, value in other.items())

    def check(self) -> None:
        self._check_methods()
        self.check_measuring(self.data)
        models = (self.model, *self.models)
        if len(set(models)) < len(models):
            raise ParameterError("models", self.models, allowed=_("a list that names each model once"))
        if self.calibration is not None and self.calibration == self.data:
            self._refuse_same_rows()

    def _check_methods(self) -> None:
        if len(set(self.methods)) < len(self.methods):
            raise ParameterError("methods", self.methods, allowed=_("a list that names each method once"))
        for engine in self.engines:
            if engine not in ENGINES:
                raise UnknownNameError("engines", engine, ENGINES)
        if self.methods == (ALL,):
            return
        if ALL in self.methods:
            raise ParameterError("methods", self.methods, allowed=_("'all' alone, or names of methods"))
        for method in self.methods:
            get_method(method)
        if not chosen_methods(self.methods, self.engines):
            allowed = _("engines that run any of {methods}").format(methods=", ".join(self.methods))
            raise ParameterError("engines", self.engines, allowed=allowed)

    def _refuse_same_rows(self) -> None:
        raise ParameterError(
            "calibration",
            self.calibration,
            allowed=_("other rows than those in `data`: what was rounded by the test rows is not measured by them"),
            fix=_("Give the rows a model would be tuned on, such as the train part."),
        )
