"""A tiny model as a graph of OpenVINO."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tinymodel import SHAPE, save_model

from kit.engines.openvino.quiet import keep_quiet
from kit.quantization.openvino.graph import write_graph


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from transformers import LlamaConfig

    keep_quiet()
    shape: dict[str, Any] = {**SHAPE, "max_position_embeddings": 2**15}
    found = save_model(tmp_path_factory.mktemp("tiny") / "llama", LlamaConfig(**shape))
    write_graph(str(found), str(found))
    return found
