"""A frozen base held by bitsandbytes, through which gradients go (QLoRA: Dettmers et al. 2023, arXiv:2305.14314)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from kit.engines.hf.load import load_model


def load_quantized(folder: Path, method: str, *, dtype: torch.dtype, device: torch.device) -> Any:
    """Return the model in `folder` with its linear layers held as `method` names, frozen, ready to be trained through.

    Parameters
    ----------
    method : {"bnb-nf4", "bnb-fp4", "bnb-int8"}
    dtype : torch.dtype
        In which products are computed, and of what is not quantized.
    """
    model = load_model(folder, dtype=dtype, device=device, quantization_config=_config(method, dtype))
    for layer in model.modules():
        # On processors with bf16 instructions the first answer would pack 4-bit weights for answering alone: after a
        # validation no gradient would go through them any more, and nothing would say so.
        if hasattr(layer, "support_avx512bf16_for_cpu"):
            layer.support_avx512bf16_for_cpu = False
    return model


def keep_type(model: Any) -> None:
    """Let the IA3 layers of `model` answer in the type they are asked in: those of peft 0.21 on bitsandbytes do not."""
    for layer in model.modules():
        if hasattr(layer, "ia3_l"):
            layer.register_forward_hook(lambda _layer, asked, answer: answer.to(asked[0].dtype))


def dequantized(layer: Any) -> torch.Tensor | None:
    """Return the weights [outputs, inputs] that a layer of bitsandbytes stands for in float32, None of another."""
    weight: Any = getattr(layer, "weight", None)
    kind = type(weight).__name__
    if kind not in ("Params4bit", "Int8Params"):
        return None
    from bitsandbytes import functional

    found: torch.Tensor
    if kind == "Params4bit":
        found = functional.dequantize_4bit(weight.data, weight.quant_state)
        return found.float()
    state = layer.state  # where the first use of a layer moves them
    codes = weight.data if state.CB is None else state.CB
    scales = weight.SCB if state.SCB is None else state.SCB
    found = codes.float() * (scales.float() / 127.0)[:, None]
    return found


def _config(method: str, dtype: torch.dtype) -> Any:
    from transformers import BitsAndBytesConfig

    if method == "bnb-int8":
        return BitsAndBytesConfig(load_in_8bit=True)
    kind = method.removeprefix("bnb-")
    return BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type=kind, bnb_4bit_compute_dtype=dtype)
