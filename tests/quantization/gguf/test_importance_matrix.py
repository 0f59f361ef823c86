"""Importance: the mean of squared inputs of each linear layer, compared with a computation by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from tinymodel import SHAPE, save_model
from transformers import LlamaConfig

from kit.data import DataSpec
from kit.engines.hf.load import load_model
from kit.errors import Stopped
from kit.quantization import get_method
from kit.quantization.calibration import Calibration
from kit.quantization.gguf.importance import importance_of, mean_squares
from kit.quantization.gguf.make import FILE, make
from kit.report import ListReport, Report

ROWS = [[3, 9, 200, 17, 44], [7, 300, 21], [5]]


def test_it_is_the_mean_over_all_tokens(tiny_model: Path, tmp_path: Path) -> None:
    model = load_model(tiny_model, dtype=torch.float32)
    found = mean_squares(model, ROWS, Report(tmp_path))
    with torch.inference_mode():
        hidden = [model(torch.tensor([row]), output_hidden_states=True).hidden_states for row in ROWS]
        read = [model.model.layers[0].input_layernorm(states[0])[0] for states in hidden]
        last = [states[-1][0] for states in hidden]  # after the last norm: what the output layer reads
    for name in ("q_proj", "k_proj", "v_proj"):
        wanted = torch.cat(read).square().mean(dim=0)
        np.testing.assert_allclose(found[f"model.layers.0.self_attn.{name}"], wanted, rtol=1e-4)
    np.testing.assert_allclose(found["lm_head"], torch.cat(last).square().mean(dim=0), rtol=1e-4)
    assert len(found) == 7 * SHAPE["num_hidden_layers"] + 1


def test_names_are_those_of_gguf(tiny_model: Path, tmp_path: Path) -> None:
    found = importance_of(tiny_model, ROWS, Report(tmp_path))
    assert {"blk.0.attn_q.weight", "blk.1.ffn_down.weight", "output.weight"} <= set(found)
    assert found["blk.1.ffn_down.weight"].shape == (SHAPE["intermediate_size"],)
    tied = save_model(tmp_path / "tied", LlamaConfig(**SHAPE, tie_word_embeddings=True))
    assert "token_embd.weight" in importance_of(tied, ROWS, Report(tmp_path))


def test_it_stops_when_asked(tiny_model: Path, tmp_path: Path) -> None:
    report = ListReport(tmp_path)
    report.stop = True
    with pytest.raises(Stopped):
        importance_of(tiny_model, ROWS, report)


def test_weights_are_rounded_by_it(tiny_model: Path, tmp_path: Path, rows_file: Path) -> None:
    from gguf import GGUFReader
    from gguf.quants import dequantize

    from kit.quantization.gguf.tensors import Source

    calibration = Calibration(DataSpec(source=str(rows_file)), rows=20)
    held = {}
    for method in ("gguf-q4_0", "gguf-q4_0-imatrix"):
        (tmp_path / method).mkdir()
        looks = calibration if method.endswith("imatrix") else None
        make(tiny_model, get_method(method), tmp_path / method, Report(tmp_path), looks)
        read = GGUFReader(tmp_path / method / FILE)
        held[method] = {each.name: dequantize(each.data, each.tensor_type) for each in read.tensors}
    from kit.engines.hf.tokenizer import load_tokenizer

    weights = importance_of(tiny_model, calibration.tokens(load_tokenizer(tiny_model)), Report(tmp_path))
    source = Source(tiny_model)
    for tensor in source.tensors:
        if tensor.name.startswith("blk.") and len(tensor.shape) == 2:
            plain, weighed = (
                (np.square(held[method][tensor.name] - source.values(tensor)) @ weights[tensor.name]).sum()
                for method in ("gguf-q4_0", "gguf-q4_0-imatrix")
            )
            assert weighed < plain
