"""What flows into layers, seen batch by batch, against the same rows read alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from tinymodel import SHAPE, save_model

from kit.engines.hf.load import load_model
from kit.quantization.int4.walk import walk
from kit.report import ListReport

ROWS = [[5, 9, 30, 2, 77], [8, 3], [100, 101, 102, 103, 104, 105, 106], [4]]


def _alone(model: Any, layer: Any) -> torch.Tensor:
    """Return the sum of ``x xᵀ`` over the inputs of `layer`, each row read by itself."""
    seen: list[torch.Tensor] = []
    hook = layer.register_forward_pre_hook(lambda _layer, given: seen.append(given[0].reshape(-1, given[0].shape[-1])))
    for row in ROWS:
        model(input_ids=torch.tensor([row]), use_cache=False)
    hook.remove()
    flow = torch.cat(seen).float()
    return flow.T @ flow


@torch.inference_mode()
def test_filling_up_rows_changes_nothing(tiny_model: Path, tmp_path: Path) -> None:
    model = load_model(tiny_model, dtype=torch.float32)
    for stop in walk(model, ROWS, ListReport(tmp_path)):
        assert len(stop.watch.found) == 7
        assert [seen.layers for seen in stop.watch.groups()] == [
            ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"],
            ["self_attn.o_proj"],
            ["mlp.gate_proj", "mlp.up_proj"],
            ["mlp.down_proj"],
        ]
        for name, layer in stop.watch.layers.items():
            assert stop.watch.found[name].tokens == sum(map(len, ROWS))
            assert torch.allclose(stop.watch.found[name].products, _alone(model, layer), rtol=1e-3, atol=1e-3)


@torch.inference_mode()
def test_what_was_done_to_a_block_reaches_the_next(tiny_model: Path, tmp_path: Path) -> None:
    model = load_model(tiny_model, dtype=torch.float32)
    report = ListReport(tmp_path)
    for stop in walk(model, ROWS, report):
        if stop.number == 0:
            stop.watch.layers["mlp.down_proj"].weight.data *= 3
        else:
            layer = stop.watch.layers["self_attn.q_proj"]
            found = stop.watch.found["self_attn.q_proj"].products
    assert torch.allclose(found, _alone(model, layer), rtol=1e-3, atol=1e-3)
    told = [(event["done"], event["total"]) for event in report.events if event["kind"] == "progress"]
    assert told == [(0, 2), (1, 2), (2, 2)]


@pytest.mark.parametrize("kind", ["Gemma3TextConfig", "Qwen2Config"])
@torch.inference_mode()
def test_blocks_that_are_told_different_things(tmp_path: Path, kind: str) -> None:
    """Gemma's blocks differ in what they see; each is told its own mask and positions."""
    import transformers

    more = {"head_dim": 16, "sliding_window": 4, "layer_types": ["sliding_attention", "full_attention"]}
    config = getattr(transformers, kind)(**SHAPE, **(more if kind.startswith("Gemma") else {}))
    model = load_model(save_model(tmp_path / kind, config), dtype=torch.float32)
    for stop in walk(model, ROWS, ListReport(tmp_path)):
        name = "self_attn.o_proj"
        seen = stop.watch.found[name].products
        assert torch.allclose(seen, _alone(model, stop.watch.layers[name]), rtol=1e-3, atol=1e-3)
