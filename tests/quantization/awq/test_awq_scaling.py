"""AWQ: scaled models say what they said, and what matters is rounded more finely."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import transformers
from tinymodel import SHAPE, save_model

from kit.engines.hf.load import load_model
from kit.quantization.awq.feeders import feeder_of
from kit.quantization.awq.make import scale_block
from kit.quantization.awq.search import best_scales, cost
from kit.quantization.int4.inputs import Inputs
from kit.quantization.int4.walk import walk
from kit.report import ListReport

ROWS = [[5, 9, 30, 2, 77, 200, 11], [8, 3, 19, 64], [100, 101, 102, 103]]
EACH = {"LlamaConfig": {}, "GemmaConfig": {"head_dim": 16}, "Qwen2Config": {}}  # Gemma's norms multiply by 1 + weight


@torch.inference_mode()
@pytest.mark.parametrize("kind", EACH)
def test_a_scaled_model_says_what_it_said(tmp_path: Path, kind: str) -> None:
    config = getattr(transformers, kind)(**SHAPE, **EACH[kind])
    model = load_model(save_model(tmp_path / kind, config), dtype=torch.float32)
    ids = torch.tensor([ROWS[0]])
    before = model(input_ids=ids).logits
    report, scaled = ListReport(tmp_path), []
    for stop in walk(model, ROWS, report):
        scaled += [scales for scales in scale_block(stop, report).values() if (scales != 1).any()]
    after = model(input_ids=ids).logits
    assert (after - before).norm() < 1e-4 * before.norm()
    assert len(scaled) >= 8, "of 14 layers, 12 have something before them that can make up for it"


@torch.inference_mode()
def test_a_norm_that_feeds_something_else_is_left_alone(tiny_model: Path, tmp_path: Path) -> None:
    model = load_model(tiny_model, dtype=torch.float32)
    attention = model.model.layers[0].self_attn
    plain = attention.forward

    def forward(hidden_states: torch.Tensor, **named: object) -> object:
        found, *more = plain(hidden_states=hidden_states, **named)
        return (found + hidden_states, *more)  # as where attention and the rest stand side by side

    attention.forward = forward
    stop = next(walk(model, ROWS, ListReport(tmp_path)))
    assert feeder_of(stop, ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"]) is None
    assert feeder_of(stop, ["mlp.gate_proj", "mlp.up_proj"]) is not None
    assert feeder_of(stop, ["mlp.down_proj"]) is not None


def test_columns_that_meet_great_inputs_become_greater() -> None:
    chance = torch.Generator().manual_seed(0)
    weight, given = torch.randn(32, 128, generator=chance) * 0.1, torch.randn(200, 128, generator=chance)
    given[:, [7, 90]] *= 30
    seen = Inputs(["layer"], torch.zeros(128, 128), torch.zeros(128))
    seen.add(given)
    scales = best_scales([weight], seen)
    assert set(scales.topk(2).indices.tolist()) == {7, 90}
    assert cost(weight, scales, seen.products) < 0.5 * cost(weight, torch.ones(128), seen.products)
