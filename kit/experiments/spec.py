"""Specs made of specs."""

from __future__ import annotations

from dataclasses import dataclass

from kit.data import DataSpec
from kit.engines import Variant
from kit.errors import ParameterError
from kit.i18n import N_, _
from kit.machine.facts import MIB
from kit.measure.measuring import MeasuringSpec
from kit.models import check_name
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

    def look_ahead(self) -> None:
        self.look_at_data(self.data)
        check_name(self.model)

    def needs(self) -> Needs:
        found = self.needs_of([Variant(model=self.model, method=method) for method in self.methods], self.data)
        own = None if found.memory_bytes is None else found.memory_bytes + _OWN_BYTES
        return Needs(found.devices, own)

    def check(self) -> None:
        for method in self.methods:
            get_method(method)
        self.check_measuring(self.data)
        if len(set(self.methods)) < len(self.methods):
            raise ParameterError("methods", self.methods, allowed=_("a list that names each method once"))
