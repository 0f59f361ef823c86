"""Specs made of specs."""

from __future__ import annotations

from dataclasses import dataclass

from kit.data import DataSpec, open_data
from kit.engines import Variant
from kit.errors import ParameterError
from kit.i18n import N_, _
from kit.machine.facts import MIB
from kit.measure.loads import LoadSpec
from kit.measure.needs import evaluation_needs
from kit.measure.spec import MEASURES, check_measures
from kit.models import check_name
from kit.quantization.registry import get_method
from kit.spec import Needs, Spec, param

_OWN_BYTES = 50 * MIB  # of the process that holds the sweep together, beside the one that measures


@dataclass(frozen=True, kw_only=True)
class SweepSpec(Spec):
    """Hold one model in several ways and measure each on the same rows."""

    carried_out_by = "kit.experiments.sweep:sweep"

    model: str = param(label=N_("Model"), help=N_("A model or the run that tuned one"), empty=False)
    data: DataSpec = param(label=N_("Test data"))
    methods: tuple[str, ...] = param(
        ("fp32", "bf16", "bnb-int8", "bnb-nf4"),
        label=N_("Methods"),
        help=N_("The first that can run is the reference"),
        empty=False,
    )
    measures: tuple[str, ...] = param(MEASURES, label=N_("Measures"), help=N_("What to measure"), empty=False)
    batch_size: int = param(32, label=N_("Batch size"), help=N_("Rows scored at a time"), low=1, high=4096)
    requests: int = param(10, label=N_("Requests"), help=N_("Answers timed for each method"), low=1, high=1000)
    new_tokens: int = param(32, label=N_("New tokens"), help=N_("Written in each timed answer"), low=2, high=4096)
    load: LoadSpec = param(LoadSpec(), label=N_("Load"), help=N_("How requests come in while answers are timed"))

    def look_ahead(self) -> None:
        open_data(self.data)
        check_name(self.model)

    def needs(self) -> Needs:
        found = evaluation_needs(
            [Variant(model=self.model, method=method) for method in self.methods],
            self.data,
            batch_size=self.batch_size,
            perplexity="perplexity" in self.measures,
        )
        own = None if found.memory_bytes is None else found.memory_bytes + _OWN_BYTES
        return Needs(found.devices, own)

    def check(self) -> None:
        for method in self.methods:
            get_method(method)
        check_measures(self.measures)
        if len(set(self.methods)) < len(self.methods):
            raise ParameterError("methods", self.methods, allowed=_("a list that names each method once"))
