"""For which rounding of its weights a model is trained."""

from __future__ import annotations

from dataclasses import dataclass

from kit.i18n import N_
from kit.spec import Spec, param

ROUNDINGS = ("torchao-int8", "torchao-int4")


@dataclass(frozen=True, kw_only=True)
class QuantizationAwareFields(Spec):
    """For which rounding of its weights a model is trained."""

    quantization_aware: str | None = param(
        None,
        label=N_("Trained for"),
        help=N_("The method that holds the model afterwards: training sees its weights as rounded by it"),
        choices=ROUNDINGS,
    )
