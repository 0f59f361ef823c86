"""What to measure of one variant, and what to ask one."""

from __future__ import annotations

from dataclasses import dataclass

from kit.data import DataSpec, open_data
from kit.engines.spec import Variant
from kit.errors import ParameterError, UnknownNameError
from kit.i18n import N_, _
from kit.measure.costs import Cost, check_costs
from kit.measure.needs import answer_needs, evaluation_needs
from kit.models import check_name
from kit.quantization.registry import get_method
from kit.spec import Needs, Spec, param

_ENGINE = (
    "kit.engines.hf.engine",
    "kit.engines.hf.load",
    "transformers.modeling_utils",
    "transformers.generation.utils",
)
USUAL = ("accuracy", "perplexity", "latency", "memory")  # measured where nothing else is asked for
MEASURES = USUAL


@dataclass(frozen=True, kw_only=True)
class EvaluateSpec(Spec):
    """Measure one variant on held-out rows."""

    carried_out_by = "kit.measure.evaluate:evaluate"
    preload = _ENGINE

    variant: Variant = param(label=N_("Variant"))
    data: DataSpec = param(label=N_("Test data"))
    measures: tuple[str, ...] = param(USUAL, label=N_("Measures"), help=N_("What to measure"), empty=False)
    batch_size: int = param(32, label=N_("Batch size"), help=N_("Rows scored at a time"), low=1, high=4096)
    requests: int = param(
        10, label=N_("Requests"), help=N_("Answers timed, one after another, after two to warm up"), low=1, high=1000
    )
    new_tokens: int = param(32, label=N_("New tokens"), help=N_("Written in each timed answer"), low=2, high=4096)
    reference: Variant | None = param(
        None, label=N_("Reference"), help=N_("What the variant is compared with, place by place of a text")
    )
    reference_tokens: int = param(
        2048, label=N_("Reference tokens"), help=N_("Places where the two are compared"), low=2, high=1_000_000
    )
    costs: tuple[Cost, ...] = param((), label=N_("Costs"), help=N_("Of mistakes, where they do not all cost the same"))

    def look_ahead(self) -> None:
        rows = open_data(self.data)
        check_name(self.variant.model)
        if self.reference is not None:
            check_name(self.reference.model)
        if self.costs:
            check_costs(self.costs, rows.labels)

    def needs(self) -> Needs:
        perplexity = "perplexity" in self.measures
        held = [self.variant] if self.reference is None else [self.variant, self.reference]  # one after the other
        return evaluation_needs(held, self.data, batch_size=self.batch_size, perplexity=perplexity)

    def check(self) -> None:
        get_method(self.variant.method)
        check_measures(self.measures)
        check_costs(self.costs)
        if self.reference is not None:
            get_method(self.reference.method)
        elif "reference" in self.measures:
            allowed = _("a variant where 'reference' is among the measures")
            fix = _("Name one, such as reference=kit.Variant(model={model!r}, method='fp32').")
            raise ParameterError("reference", None, allowed=allowed, fix=fix.format(model=self.variant.model))


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

    def look_ahead(self) -> None:
        for variant in self.variants:
            check_name(variant.model)

    def needs(self) -> Needs:
        return answer_needs(self.variants, self.prompt, new_tokens=self.max_new_tokens)

    def check(self) -> None:
        for variant in self.variants:
            get_method(variant.method)
