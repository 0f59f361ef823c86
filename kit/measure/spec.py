"""What to measure of one variant, and what to ask one."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

from kit.data import DataSpec
from kit.engines.spec import Variant
from kit.errors import ParameterError
from kit.i18n import N_, _
from kit.measure.asked import with_slices
from kit.measure.measuring import USUAL, MeasuringSpec
from kit.measure.needs import RUNTIME_BYTES, answer_needs, model_card
from kit.measure.racing import RaceSpec
from kit.quantization.variant import check_variant, look_up
from kit.spec import Needs, Spec, param

_ENGINE = (
    "kit.engines.hf.engine",
    "kit.engines.hf.load",
    "transformers.modeling_utils",
    "transformers.generation.utils",
)


@dataclass(frozen=True, kw_only=True)
class OneVariant(Spec):
    """What stands first in an `EvaluateSpec`."""

    variant: Variant = param(label=N_("Variant"))
    data: DataSpec | None = param(None, label=N_("Test data"), help=N_("Not needed where there are tasks"))


@dataclass(frozen=True, kw_only=True)
class EvaluateSpec(MeasuringSpec, OneVariant):
    """Measure one variant on held-out rows."""

    carried_out_by = "kit.measure.evaluate:evaluate"
    preload = _ENGINE

    reference: Variant | None = param(
        None, label=N_("Reference"), help=N_("What the variant is compared with, place by place of a text")
    )
    race: RaceSpec | None = param(
        None, label=N_("Race"), help=N_("Against whose rows, and when the variant is given up; a sweep fills it in")
    )

    def libraries(self) -> tuple[str, ...]:
        return () if self.variant.remote and not self.tasks else self.preload

    def look_ahead(self) -> None:
        self.look_at_data(self.data)
        look_up(self.variant)
        if self.reference is not None:
            look_up(self.reference)

    def needs(self) -> Needs:
        compared = self.reference if "reference" in self.measured else None
        found = self.needs_of([self.variant] if compared is None else [self.variant, compared], self.data)
        if compared in (None, self.variant) or found.memory_bytes is None:
            return found
        # The reference is read by a second process.
        return dataclasses.replace(found, memory_bytes=found.memory_bytes + RUNTIME_BYTES)

    def lighter(self) -> Iterator[tuple[EvaluateSpec, str]]:
        from kit.measure.lighter import lighter_variants  # only where there is no room

        yield from self.with_fewer_rows()
        card = None if self.variant.remote else model_card(self.variant.model)[0]
        for variant, code in lighter_variants(self.variant, card):
            yield self.replace(variant=variant), f"variant={code}"
            yield self.replace(variant=variant, batch_size=1), f"variant={code}, batch_size=1"

    def check(self) -> None:
        check_variant(self.variant)
        self._check_rows()
        self.check_measuring(self.data)
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

    def lighter(self) -> Iterator[tuple[AnswerSpec, str]]:
        from kit.measure.lighter import lighter_variants  # only where there is no room
        from kit.models.room import has_room

        fit = [one for one in self.variants if has_room(self.replace(variants=(one,)).needs())]
        if fit:
            yield self.replace(variants=tuple(fit)), f"variants=({''.join(f'{one.code()}, ' for one in fit)[:-1]})"
            return
        for variant, code in lighter_variants(self.variants[0], model_card(self.variants[0].model)[0]):
            yield self.replace(variants=(variant,)), f"variants=({code},)"

    def check_room(self, needs: Needs) -> str:
        from kit.models.room import check_room  # asked in the worker only

        return check_room(self, needs)

    def check(self) -> None:
        for variant in self.variants:
            check_variant(variant)
