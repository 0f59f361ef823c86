"""Open a model and make it ready for tuning: quantized where asked for, with what trains in float32."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from kit.engines.hf.load import load_model
from kit.errors import ParameterError
from kit.i18n import _
from kit.tuning.adapters.config import with_adapter
from kit.tuning.adapters.full import train_all
from kit.tuning.adapters.loftq import start_from_residual
from kit.tuning.adapters.prepared import Prepared, remember
from kit.tuning.adapters.prompt import add_prompt
from kit.tuning.adapters.quantized import keep_type, load_quantized
from kit.tuning.adapters.start import weights_of
from kit.tuning.fields import MethodFields


def prepare_model(spec: MethodFields, folder: Path, *, dtype: torch.dtype, device: torch.device) -> Any:
    """Return the model in `folder` as `spec` trains it; what is drawn at random follows torch's generator.

    Parameters
    ----------
    spec : MethodFields
        Such as a `TuneSpec`.
    folder : Path
        ``config.json`` and safetensors.
    dtype : torch.dtype
        Of frozen weights that are not quantized; see `weights_dtype`.
    device : torch.device

    Raises
    ------
    UnknownNameError, ParameterError
        The model has not the layers that were asked for, or they cannot be tuned so.
    """
    dtype = weights_dtype(spec, dtype)
    if spec.quantization is None:
        model = load_model(folder, dtype=dtype, device=device)
    else:
        model = load_quantized(folder, spec.quantization, dtype=dtype, device=device)
    if spec.method == "full":
        return remember(train_all(model, first_layer=spec.first_layer), Prepared("full", folder))
    if spec.method == "prompt":
        return remember(add_prompt(model, spec.virtual_tokens), Prepared("prompt", folder))
    adapted = with_adapter(model, spec)
    if spec.method == "ia3" and spec.quantization is not None:
        keep_type(adapted)
    if spec.init_lora_weights == "loftq":
        start_from_residual(adapted, folder)
    if spec.quantization_aware is not None:
        from kit.tuning.qat.aware import make_aware

        make_aware(adapted, spec.quantization_aware)
    changed = spec.init_lora_weights in ("pissa", "loftq")
    return remember(adapted, Prepared(spec.method, folder, weights_of(adapted) if changed else {}))


def weights_dtype(spec: MethodFields, frozen: torch.dtype) -> torch.dtype:
    """Return the type of the weights of the model, where frozen ones would be `frozen`; those that train are float32.

    Raises
    ------
    ParameterError
        float16, in which gradients vanish.
    """
    if frozen == torch.float16:
        raise ParameterError("dtype", "float16", allowed=_("bfloat16 or float32"))
    return torch.float32 if spec.method == "full" else frozen
