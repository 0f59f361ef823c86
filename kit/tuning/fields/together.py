"""What fields of a tuning do not go together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.errors import ParameterError
from kit.i18n import _

if TYPE_CHECKING:
    from kit.tuning.spec import TuneSpec


def check_together(spec: TuneSpec) -> None:
    """Refuse values that are allowed each by itself, but not together.

    Raises
    ------
    ParameterError
    """
    _check_batch(spec)
    _check_method(spec)
    if spec.validation is not None and spec.validation.task != spec.data.task:
        allowed = _("{task}, as the training data").format(task=spec.data.task)
        raise ParameterError("validation.task", spec.validation.task, allowed=allowed)
    if spec.class_weights != "none" and spec.data.task != "classify":
        allowed = _('"none" for the task {task}: only classify has labels').format(task=spec.data.task)
        raise ParameterError("class_weights", spec.class_weights, allowed=allowed)


def _check_batch(spec: TuneSpec) -> None:
    if spec.micro_batch_size is not None and spec.gradient_accumulation_steps is not None:
        allowed = _("left out where micro_batch_size is given: one follows from the other")
        raise ParameterError("gradient_accumulation_steps", spec.gradient_accumulation_steps, allowed=allowed)
    for name in ("micro_batch_size", "gradient_accumulation_steps"):
        value = getattr(spec, name)
        if value is not None and spec.batch_size % value:
            allowed = _("a divisor of batch_size ({batch_size})").format(batch_size=spec.batch_size)
            raise ParameterError(name, value, allowed=allowed)


def _check_method(spec: TuneSpec) -> None:
    if spec.quantization is not None and spec.method == "full":
        allowed = _("left out where every weight trains: quantized weights cannot")
        fix = _('Choose method="lora", or leave quantization out.')
        raise ParameterError("quantization", spec.quantization, allowed=allowed, fix=fix)
    if spec.init_lora_weights == "pissa" and spec.quantization is not None:
        allowed = _("default, gaussian or loftq on quantized weights")
        raise ParameterError("init_lora_weights", spec.init_lora_weights, allowed=allowed)
    if spec.method not in ("lora", "dora"):
        for name in ("use_rslora", "init_lora_weights", "rank_pattern"):
            value = getattr(spec, name)
            if value not in (False, "default", ()):
                allowed = _("left out for the method {method}: only LoRA and DoRA have it").format(method=spec.method)
                raise ParameterError(name, value, allowed=allowed)
