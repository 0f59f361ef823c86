"""A folder with model.gguf and a tokenizer, opened by llama.cpp."""

from __future__ import annotations

from pathlib import Path

from kit.engines.hf.tokenizer import load_tokenizer
from kit.engines.llamacpp.decoder import LlamaDecoder
from kit.engines.local.engine import LocalEngine
from kit.quantization.gguf.make import FILE
from kit.quantization.registry import Method


def load(folder: Path, method: Method, batch_size: int) -> LocalEngine:
    """Open `folder`, which `make` filled; texts are read one at a time, whatever `batch_size` says."""
    return LocalEngine(LlamaDecoder(folder / FILE), load_tokenizer(folder))
