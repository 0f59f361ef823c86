"""PyTorch's own 8-bit integers: weights with a scale for each row, activations rounded as they come, on the CPU.

All activations that flow into a layer at a time share one scale, so a few great ones, which language models have, take
the steps of all others away, and what is computed for a row depends a little on the rows beside it. PyTorch calls this
deprecated in favour of torchao, and ships it.
"""

from __future__ import annotations

import contextlib
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import nn

from kit.engines.hf.engine import TransformersEngine
from kit.engines.hf.load import load_model
from kit.engines.hf.tokenizer import load_tokenizer
from kit.engines.hf.weights import footprint
from kit.memory import give_back_free_memory
from kit.quantization.registry import Method


def load(folder: Path, method: Method, batch_size: int) -> DynamicEngine:
    """Open `folder` with the linear layers in 8 bits; the rest, embeddings and output layer too, is fp32."""
    model = load_model(folder, dtype=torch.float32, device=torch.device("cpu"))
    round_layers(model)
    give_back_free_memory()
    return DynamicEngine(model, load_tokenizer(folder), batch_size=batch_size)


def round_layers(model: Any) -> None:
    """Put 8-bit layers where `model`, which is fp32, has linear ones; the output layer stays."""
    output = model.get_output_embeddings()
    names = [name for name, part in model.named_modules() if isinstance(part, nn.Linear) and part is not output]
    with _quietly():
        from torch.ao.quantization import per_channel_dynamic_qconfig, quantize_dynamic

        # A tied output layer would be counted and saved twice: its weight stays the embedding.
        wanted = dict.fromkeys(names, per_channel_dynamic_qconfig)
        quantize_dynamic(model, wanted, dtype=torch.qint8, inplace=True)


class DynamicEngine(TransformersEngine):
    """An `Engine` around a model whose linear layers hold packed integers, which are no parameters."""

    def footprint(self) -> int:
        """Return the bytes of all weights in memory, scales included, shared weights once."""
        return footprint(self.model) + sum(part.nbytes for part in _packed(self.model).values())

    def file_size(self) -> int:
        """Return the bytes of safetensors with the same numbers (they are saved for it, and deleted)."""
        kept = {id(part): (name, part) for name, part in self.model.named_parameters()}
        tensors = {name: part.detach().contiguous() for name, part in kept.values()} | _packed(self.model)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.safetensors"
            save_file(tensors, path)
            return path.stat().st_size


def _packed(model: Any) -> dict[str, torch.Tensor]:
    """Return integers, scales, middles and biases of all rounded layers by name."""
    parts = {}
    for name, layer in model.named_modules():
        if isinstance(layer, torch.ao.nn.quantized.dynamic.Linear):
            weight, bias = layer._packed_params._weight_bias()
            parts[f"{name}.weight"] = weight.int_repr()
            parts[f"{name}.scales"] = weight.q_per_channel_scales().float()
            parts[f"{name}.zeros"] = weight.q_per_channel_zero_points().to(torch.int32)
            if bias is not None:
                parts[f"{name}.bias"] = bias.detach()
    return parts


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*torch.ao.quantization is deprecated.*")
        warnings.filterwarnings("ignore", message=".*quantized.*deprecated.*")
        yield
