"""Open a graph with OpenVINO."""

from __future__ import annotations

import json
from pathlib import Path

from kit.engines.hf.tokenizer import load_tokenizer
from kit.engines.local.engine import LocalEngine
from kit.engines.openvino.decoder import OpenVinoDecoder
from kit.engines.openvino.precision import computing
from kit.quantization.artefacts import made_size
from kit.quantization.openvino.graph import DATA, FILE
from kit.quantization.registry import Method


def load(folder: Path, method: Method, batch_size: int) -> LocalEngine:
    """Open the graph in `folder`; one text is read at a time, whatever `batch_size` says."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    decoder = OpenVinoDecoder(
        folder / FILE,
        precision=computing(method.name),
        context=config.get("max_position_embeddings"),
        footprint=(folder / DATA).stat().st_size,
        file_size=made_size(folder),
    )
    return LocalEngine(decoder, load_tokenizer(folder))
