"""Specs made of specs."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

from kit.data import DataSpec
from kit.engines import Variant
from kit.errors import ParameterError
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
        help=N_("The first that can run is the reference"),
        empty=False,
    )


@dataclass(frozen=True, kw_only=True)
class SweepSpec(MeasuringSpec, HeldInWays):
    """Hold one model in several ways and measure each on the same rows."""

    carried_out_by = "kit.experiments.sweep:sweep"
    spreads = True

    def look_ahead(self) -> None:
        self.look_at_data(self.data)
        check_name(self.model)

    def needs(self) -> Needs:
        told = {method: self._needs_of(method) for method in self.methods}
        fit = [method for method in self.methods if has_room(told[method])]  # one that has no room is not measured
        found = self.needs_of([Variant(model=self.model, method=method) for method in fit or self.methods], self.data)
        if found.memory_bytes is None:
            return found
        return dataclasses.replace(found, memory_bytes=found.memory_bytes + _OWN_BYTES)

    def lighter(self) -> Iterator[tuple[SweepSpec, str]]:
        from kit.measure.lighter import lighter_variants  # only where there is no room

        yield from self.with_fewer_rows()
        least = Variant(model=self.model, method=min(self.methods, key=lambda name: METHOD_BITS.get(name, 32)))
        for variant, _code in lighter_variants(least, model_card(self.model)[0]):
            other = {"methods": (variant.method,)} if variant.model == self.model else {"model": variant.model}
            yield self.replace(**other), ", ".join(f"{name}={value!r}" for name, value in other.items())

    def _needs_of(self, method: str) -> Needs:
        return self.needs_of([Variant(model=self.model, method=method)], self.data)

    def check(self) -> None:
        for method in self.methods:
            get_method(method)
        self.check_measuring(self.data)
        if len(set(self.methods)) < len(self.methods):
            raise ParameterError("methods", self.methods, allowed=_("a list that names each method once"))
