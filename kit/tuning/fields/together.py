"""What fields of a tuning do not go together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.errors import ParameterError
from kit.i18n import _
from kit.tuning.adapters.rank_pattern import ranks
from kit.tuning.fields.rounding import check_rounding

if TYPE_CHECKING:
    from kit.tuning.spec import TuneSpec

# DoRA and IA3 scale whole rows and columns, and only the first process of a pipeline knows of a learned prompt.
_METHODS_OF = {"tp": ("lora", "prompt", "full"), "pp": ("lora", "dora", "ia3", "full")}


def check_together(spec: TuneSpec) -> None:
    """Refuse values that are allowed each by itself, but not together.

    Raises
    ------
    ParameterError
    """
    _check_batch(spec)
    _check_method(spec)
    _check_layout(spec)
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
    _check_start(spec)
    check_rounding(spec)
    ranks(spec.rank_pattern)
    if spec.method == "prompt" and spec.first_layer:
        allowed = _("0 for a learned prompt, which every layer reads")
        raise ParameterError("first_layer", spec.first_layer, allowed=allowed)
    if spec.method not in ("lora", "dora"):
        for name in ("use_rslora", "init_lora_weights", "rank_pattern"):
            value = getattr(spec, name)
            if value not in (False, "default", ()):
                allowed = _("left out for the method {method}: only LoRA and DoRA have it").format(method=spec.method)
                raise ParameterError(name, value, allowed=allowed)


def _check_start(spec: TuneSpec) -> None:
    start = spec.init_lora_weights
    if start == "pissa" and spec.quantization is not None:
        allowed = _("default, gaussian or loftq on quantized weights")
        raise ParameterError("init_lora_weights", start, allowed=allowed)
    if start == "loftq" and spec.quantization is None:
        allowed = _("default, gaussian or pissa where frozen weights are not quantized: loftq makes up for that")
        fix = _('Add quantization="bnb-nf4", or choose another start.')
        raise ParameterError("init_lora_weights", start, allowed=allowed, fix=fix)
    if start in ("pissa", "loftq") and spec.method == "dora":
        allowed = _("default or gaussian with DoRA: what it learns cannot be told from such a start afterwards")
        raise ParameterError("init_lora_weights", start, allowed=allowed)


def _check_layout(spec: TuneSpec) -> None:
    if spec.processes == 1:  # nothing to divide
        return
    ways = spec.layout.split("+")
    if len(ways) > 1 and spec.processes % spec.group_size:
        allowed = _("a multiple of group_size ({size}) where layouts are combined").format(size=spec.group_size)
        raise ParameterError("processes", spec.processes, allowed=allowed)
    if spec.quantization is not None and {"fsdp", "tp"} & set(ways):
        raise ParameterError("layout", spec.layout, allowed=_('"ddp", "pp" or "ddp+pp" for quantized weights'))
    if spec.layout != "ddp" and spec.method == "full" and spec.first_layer:
        allowed = _('"ddp" where every weight after first_layer trains')
        raise ParameterError("layout", spec.layout, allowed=allowed)
    for way, methods in _METHODS_OF.items():
        if way in ways and spec.method not in methods:
            allowed = _("one of {methods} where the layout is {layout}")
            names = ", ".join(methods)
            raise ParameterError("method", spec.method, allowed=allowed.format(methods=names, layout=spec.layout))
