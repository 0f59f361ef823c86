"""bitsandbytes: 8-bit integers with outliers kept apart (Dettmers et al. 2022, arXiv:2208.07339) and 4-bit types
with a scale for each block of 64 weights (Dettmers et al. 2023, arXiv:2305.14314), on CPU and CUDA.

Double quantization holds these scales in 8 bits, with a scale for each 256 of them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from kit.engines.hf.engine import TransformersEngine
from kit.engines.hf.load import load_model
from kit.engines.hf.tokenizer import load_tokenizer
from kit.memory import give_back_free_memory
from kit.quantization.registry import Method


def load(folder: Path, method: Method, batch_size: int) -> TransformersEngine:
    """Open `folder` with the linear layers quantized while they load; the rest is bf16."""
    model = load_model(folder, dtype=torch.bfloat16, quantization_config=_config(method.name))
    _settle(model)
    return TransformersEngine(model, load_tokenizer(folder), batch_size=batch_size)


def _settle(model: Any) -> None:
    """Use every layer once: only then are weights packed for this processor, and their first form given up."""
    with torch.inference_mode():
        model(input_ids=torch.zeros(1, 1, dtype=torch.long, device=model.device), use_cache=False)
    give_back_free_memory()


def _config(name: str) -> Any:
    from transformers import BitsAndBytesConfig

    if name == "bnb-int8":
        return BitsAndBytesConfig(load_in_8bit=True)
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type=name.split("-")[1],
        bnb_4bit_use_double_quant=name.endswith("-double"),
        bnb_4bit_compute_dtype=torch.bfloat16,
    )
