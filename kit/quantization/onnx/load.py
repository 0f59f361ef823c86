"""Open a graph with ONNX Runtime."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kit.engines.hf.tokenizer import load_tokenizer
from kit.engines.local.engine import LocalEngine
from kit.engines.onnxruntime.decoder import OnnxDecoder
from kit.quantization.artefacts import made_size
from kit.quantization.onnx.graph import FILE
from kit.quantization.registry import Method


def load(folder: Path, method: Method, batch_size: int) -> LocalEngine:
    """Open the graph in `folder`; one text is read at a time, whatever `batch_size` says."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    size = made_size(folder)
    decoder = OnnxDecoder(
        folder / FILE,
        head_size=config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"],
        context=config.get("max_position_embeddings"),
        footprint=size + (_second_table(config) if method.bits == 32 else 0),
        file_size=size,
    )
    return LocalEngine(decoder, load_tokenizer(folder))


def _second_table(config: dict[str, Any]) -> int:
    """Return the bytes of the embeddings where the file holds them once and memory twice: as rows and as columns."""
    return 4 * config["vocab_size"] * config["hidden_size"] if config.get("tie_word_embeddings") else 0
