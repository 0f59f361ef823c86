"""LoftQ: an adapter that begins as what quantization takes away (Li et al. 2023, arXiv:2310.08659, algorithm 1).

Of each layer, with frozen weights Q(W), it is the best matrix of its rank for W - Q(W), by the singular value
decomposition. One turn of the algorithm: the frozen weights stay those that everybody's nf4 has. peft's own function
ignores that an adapter counts alpha / rank, so its start is right for alpha = rank only; here it is divided by that.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from kit.engines.hf.load import load_model
from kit.tuning.adapters.quantized import dequantized


@torch.no_grad()
def start_from_residual(model: Any, folder: Path) -> None:
    """Set the LoRA layers of `model` to what its quantization took away from the weights in `folder`.

    Parameters
    ----------
    model : peft model on a base that bitsandbytes quantized
    folder : Path
        Of the same model as it was; its weights are read once more, beside those in use.
    """
    plain = load_model(folder, dtype=torch.float32, device=torch.device("cpu"))
    for name, layer in model.base_model.model.named_modules():
        quantized = dequantized(getattr(layer, "base_layer", None))
        if quantized is None:
            continue
        residual = plain.get_submodule(name).weight.to(quantized.device).float() - quantized
        for adapter, scaling in layer.scaling.items():
            outputs, inputs = _factors(residual, layer.r[adapter], scaling)
            layer.lora_A[adapter].weight.copy_(inputs)
            layer.lora_B[adapter].weight.copy_(outputs)


def _factors(matrix: torch.Tensor, rank: int, scaling: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Return B and A such that scaling · B A is the best approximation of `matrix` [outputs, inputs] of that rank."""
    left, values, right = torch.linalg.svd(matrix, full_matrices=False)
    root = (values[:rank] / scaling).sqrt()
    return left[:, :rank] * root, root[:, None] * right[:rank]
