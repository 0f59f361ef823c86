"""Weights as plain floating-point numbers."""

from __future__ import annotations

from pathlib import Path

import torch

from kit.engines.hf.engine import TransformersEngine
from kit.engines.hf.load import load_model
from kit.engines.hf.tokenizer import load_tokenizer
from kit.quantization.registry import Method

DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


def load(folder: Path, method: Method, batch_size: int) -> TransformersEngine:
    """Open `folder` with all weights in the method's type."""
    model = load_model(folder, dtype=DTYPES[method.name])
    return TransformersEngine(model, load_tokenizer(folder), batch_size=batch_size)
