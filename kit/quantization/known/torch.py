"""PyTorch's own method."""

from __future__ import annotations

from kit.i18n import N_
from kit.quantization.registry import Method, register

register(
    Method(
        "torch-int8",
        N_("8-bit integers and activations, PyTorch"),
        "kit.quantization.torch_dynamic:load",
        8,
        devices=("cpu",),
        note=N_("Quick, and language models lose much by it; embeddings and output layer stay in 32 bits"),
    )
)
