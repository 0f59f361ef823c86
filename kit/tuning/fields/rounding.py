"""What does not go together with training for a quantization."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.errors import ParameterError
from kit.i18n import _

if TYPE_CHECKING:
    from kit.tuning.spec import TuneSpec


def check_rounding(spec: TuneSpec) -> None:
    """Refuse what cannot be rounded together: only plain weights and LoRA add up to one matrix.

    Raises
    ------
    ParameterError
    """
    if spec.quantization_aware is None:
        return
    wanted = {"method": "lora", "quantization": None, "dropout": 0.0}
    for name, value in wanted.items():
        if getattr(spec, name) != value:
            allowed = _("{value!r} where training is for {method}: weights and adapter are rounded together").format(
                value=value, method=spec.quantization_aware
            )
            raise ParameterError(name, getattr(spec, name), allowed=allowed)
    if spec.init_lora_weights not in ("default", "gaussian"):
        allowed = _("default or gaussian where training is for {method}").format(method=spec.quantization_aware)
        raise ParameterError("init_lora_weights", spec.init_lora_weights, allowed=allowed)
    if spec.layout != "ddp":
        allowed = _("ddp where training is for {method}: its groups need whole matrices").format(
            method=spec.quantization_aware
        )
        raise ParameterError("layout", spec.layout, allowed=allowed)
