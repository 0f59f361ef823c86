"""What to measure of one variant, and what to ask one."""

from __future__ import annotations

from dataclasses import dataclass

from kit.data import DataSpec
from kit.engines.spec import Variant
from kit.errors import ParameterError, UnknownNameError
from kit.i18n import N_, _
from kit.measure.asked import check_asked, look_at_rows, with_slices
from kit.measure.costs import Cost, check_costs
from kit.measure.harness import check_tasks
from kit.measure.judge import JudgeSpec
from kit.measure.loads import LoadSpec
from kit.measure.needs import RUNTIME_BYTES, answer_needs, evaluation_needs
from kit.quantization.variant import check_variant, look_up
from kit.spec import Needs, Spec, param

_ENGINE = (
    "kit.engines.hf.engine",
    "kit.engines.hf.load",
    "transformers.modeling_utils",
    "transformers.generation.utils",
)
USUAL = ("accuracy", "perplexity", "latency", "memory")  # measured where nothing else is asked for
MEASURES = (*USUAL, "energy", "reference")


@dataclass(frozen=True, kw_only=True)
class EvaluateSpec(Spec):
    """Measure one variant on held-out rows."""

    carried_out_by = "kit.measure.evaluate:evaluate"
    preload = _ENGINE

    variant: Variant = param(label=N_("Variant"))
    data: DataSpec | None = param(None, label=N_("Test data"), help=N_("Not needed where there are tasks"))
    measures: tuple[str, ...] = param(USUAL, label=N_("Measures"), help=N_("What to measure on the data"), empty=False)
    tasks: tuple[str, ...] = param(
        (), label=N_("Tasks"), help=N_("Of lm-evaluation-harness: names, or YAML files of your own")
    )
    task_limit: int | None = param(None, label=N_("Task rows at most"), help=N_("The first rows of each task"), low=1)
    task_chat: bool = param(
        False, label=N_("Tasks as chat"), help=N_("Put tasks through the chat template; published numbers rarely do")
    )
    shots: int = param(
        0,
        label=N_("Examples"),
        help=N_("Solved ones before each question; for tasks, 0: as the task says"),
        low=0,
        high=64,
    )
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
    requests: int = param(
        10, label=N_("Requests"), help=N_("Answers timed under each load, after some to warm up"), low=1, high=1000
    )
    new_tokens: int = param(32, label=N_("New tokens"), help=N_("Written in each timed answer"), low=2, high=4096)
    load: LoadSpec = param(LoadSpec(), label=N_("Load"), help=N_("How requests come in while answers are timed"))
    reference: Variant | None = param(
        None, label=N_("Reference"), help=N_("What the variant is compared with, place by place of a text")
    )
    reference_tokens: int = param(
        2048, label=N_("Reference tokens"), help=N_("Places where the two are compared"), low=2, high=1_000_000
    )
    costs: tuple[Cost, ...] = param((), label=N_("Costs"), help=N_("Of mistakes, where they do not all cost the same"))

    def libraries(self) -> tuple[str, ...]:
        return () if self.variant.remote and not self.tasks else self.preload

    def look_ahead(self) -> None:
        rows = look_at_rows(self.data, self.slices, shots=self.shots, shots_data=self.shots_data)
        check_tasks(self.tasks)
        look_up(self.variant)
        if self.reference is not None:
            look_up(self.reference)
        if self.costs and rows is not None:
            check_costs(self.costs, rows.labels)

    def needs(self) -> Needs:
        perplexity = "perplexity" in self.measures
        compared = self.reference if "reference" in self.measured else None
        found = evaluation_needs(
            [self.variant] if compared is None else [self.variant, compared],  # one after the other
            self.data,
            batch_size=self.batch_size,
            perplexity=perplexity,
            shots=self.shots,
            answer_tokens=self.answer_tokens,
        )
        if compared in (None, self.variant) or found.memory_bytes is None:
            return found
        return Needs(found.devices, found.memory_bytes + RUNTIME_BYTES)  # the reference is read by a second process

    def check(self) -> None:
        check_variant(self.variant)
        check_measures(self.measures)
        self._check_rows()
        check_asked(self.data, shots=self.shots, shots_data=self.shots_data, judge=self.judge, slices=self.slices)
        check_costs(self.costs)
        if self.reference is not None:
            check_variant(self.reference)
        elif "reference" in self.measures:
            allowed = _("a variant where 'reference' is among the measures")
            fix = _("Name one, such as reference=kit.Variant(model={model!r}, method='fp32').")
            raise ParameterError("reference", None, allowed=allowed, fix=fix.format(model=self.variant.model))

    def _check_rows(self) -> None:
        if self.data is None and not self.tasks:
            raise ParameterError("data", None, allowed=_("rows, such as kit.load_data(…), where there are no tasks"))
        if self.data is None and self.measures != USUAL:
            fix = _("Give data, or leave measures out: tasks are measured in any case.")
            raise ParameterError("measures", self.measures, allowed=_("left out where there is no data"), fix=fix)

    @property
    def data_with_slices(self) -> DataSpec | None:
        """The data, the columns in `slices` kept with each row."""
        return with_slices(self.data, self.slices)

    @property
    def measured(self) -> tuple[str, ...]:
        """What is measured on the data: nothing where there is none."""
        return () if self.data is None else self.measures


def check_measures(names: tuple[str, ...]) -> None:
    """Raise `UnknownNameError` when one of `names` is no measure."""
    for name in names:
        if name not in MEASURES:
            raise UnknownNameError("measures", name, MEASURES)


@dataclass(frozen=True, kw_only=True)
class AnswerSpec(Spec):
    """Put the same question to several variants."""

    carried_out_by = "kit.measure.answer:answer"
    preload = _ENGINE

    variants: tuple[Variant, ...] = param(label=N_("Variants"), empty=False)
    prompt: str = param(label=N_("Question"), help=N_("Asked as a user would"), empty=False)
    max_new_tokens: int = param(64, label=N_("New tokens"), help=N_("At most"), low=1, high=8192)
    temperature: float = param(
        0.0, label=N_("Temperature"), help=N_("0 takes the likeliest token each time"), low=0, high=5
    )
    seed: int = param(0, label=N_("Seed"), help=N_("Of the sampling"), low=0, high=2**31 - 1)

    def libraries(self) -> tuple[str, ...]:
        return () if all(variant.remote for variant in self.variants) else self.preload

    def look_ahead(self) -> None:
        for variant in self.variants:
            look_up(variant)

    def needs(self) -> Needs:
        return answer_needs(self.variants, self.prompt, new_tokens=self.max_new_tokens)

    def check(self) -> None:
        for variant in self.variants:
            check_variant(variant)
