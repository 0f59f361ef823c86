"""Specs made of specs."""

from __future__ import annotations

from dataclasses import dataclass

from kit.data import DataSpec
from kit.engines import Variant
from kit.errors import ParameterError
from kit.i18n import N_, _
from kit.machine.facts import MIB
from kit.measure.asked import check_asked, look_at_rows
from kit.measure.costs import Cost, check_costs
from kit.measure.harness import check_tasks
from kit.measure.judge import JudgeSpec
from kit.measure.loads import LoadSpec
from kit.measure.needs import evaluation_needs
from kit.measure.spec import USUAL, check_measures
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
    measures: tuple[str, ...] = param(USUAL, label=N_("Measures"), help=N_("What to measure"), empty=False)
    tasks: tuple[str, ...] = param(
        (), label=N_("Tasks"), help=N_("Of lm-evaluation-harness: names, or YAML files of your own")
    )
    task_limit: int | None = param(None, label=N_("Task rows at most"), help=N_("The first rows of each task"), low=1)
    task_chat: bool = param(
        False, label=N_("Tasks as chat"), help=N_("Put tasks through the chat template; published numbers rarely do")
    )
    shots: int = param(0, label=N_("Examples"), help=N_("Solved ones before each question"), low=0, high=64)
    shots_data: DataSpec | None = param(
        None,
        label=N_("Examples from"),
        help=N_("Left out, the train part of the same rows, where the test part is asked"),
    )
    chat: bool = param(
        True, label=N_("As chat"), help=N_("Through the model's chat template; else as plain text, as lm-eval asks")
    )
    answer_tokens: int = param(
        64, label=N_("Answer tokens"), help=N_("Written in each answer at most"), unit="tokens", low=1, high=8192
    )
    slices: tuple[str, ...] = param(
        (), label=N_("Slices"), help=N_("Columns by which groups of rows are compared, beside label and length")
    )
    judge: JudgeSpec | None = param(None, label=N_("Judge"), help=N_("A model that gives each written answer a number"))
    batch_size: int = param(32, label=N_("Batch size"), help=N_("Rows scored at a time"), low=1, high=4096)
    requests: int = param(10, label=N_("Requests"), help=N_("Answers timed for each method"), low=1, high=1000)
    new_tokens: int = param(32, label=N_("New tokens"), help=N_("Written in each timed answer"), low=2, high=4096)
    load: LoadSpec = param(LoadSpec(), label=N_("Load"), help=N_("How requests come in while answers are timed"))
    reference_tokens: int = param(
        2048,
        label=N_("Reference tokens"),
        help=N_("Places where the others are compared with the first, for the measure reference"),
        low=2,
        high=1_000_000,
    )
    costs: tuple[Cost, ...] = param((), label=N_("Costs"), help=N_("Of mistakes, where they do not all cost the same"))

    def look_ahead(self) -> None:
        rows = look_at_rows(self.data, self.slices, shots=self.shots, shots_data=self.shots_data)
        check_costs(self.costs, None if rows is None else rows.labels)
        check_tasks(self.tasks)
        check_name(self.model)

    def needs(self) -> Needs:
        found = evaluation_needs(
            [Variant(model=self.model, method=method) for method in self.methods],
            self.data,
            batch_size=self.batch_size,
            perplexity="perplexity" in self.measures,
            shots=self.shots,
            answer_tokens=self.answer_tokens,
        )
        own = None if found.memory_bytes is None else found.memory_bytes + _OWN_BYTES
        return Needs(found.devices, own)

    def check(self) -> None:
        for method in self.methods:
            get_method(method)
        check_measures(self.measures)
        check_costs(self.costs)
        check_asked(self.data, shots=self.shots, shots_data=self.shots_data, judge=self.judge, slices=self.slices)
        if len(set(self.methods)) < len(self.methods):
            raise ParameterError("methods", self.methods, allowed=_("a list that names each method once"))
