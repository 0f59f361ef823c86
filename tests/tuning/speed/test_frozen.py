"""Frozen layers that are computed once, against a model that computes them every time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from kit.data import DataSpec
from kit.engines.hf.load import load_model
from kit.tuning.adapters.config import with_adapter
from kit.tuning.example import Example
from kit.tuning.loss import AnswerLoss
from kit.tuning.spec import TuneSpec
from kit.tuning.speed.body import Body
from kit.tuning.speed.frozen import FrozenLayers, layers_of
from kit.tuning.speed.packed import pack

START = tuple(range(20, 32))
ROWS = [Example((*START, 3, 4), (5, 6)), Example((*START, 7), (8,)), Example((*START, 9, 10, 11), (12,))]
SPEC = TuneSpec(model="m", data=DataSpec(source="d.csv"), rank=4, first_layer=1, target_modules=("q_proj", "v_proj"))


def _model(folder: Path, spec: TuneSpec = SPEC) -> Any:
    torch.manual_seed(1)
    model = with_adapter(load_model(folder, dtype=torch.float32), spec)
    for name, weight in model.named_parameters():
        if "lora_B" in name:
            nn.init.normal_(weight, std=0.1)
    return model.double().train()


def _gradients(model: Any, loss: torch.Tensor) -> list[torch.Tensor]:
    model.zero_grad()
    loss.backward()
    return [weight.grad.clone() for weight in model.parameters() if weight.requires_grad]


def test_gradients_are_the_same_the_first_time_and_from_what_was_kept(tiny_model: Path) -> None:
    plain, kept = (AnswerLoss(_model(tiny_model), SPEC.replace(cache_frozen=each), pad=0) for each in (False, True))
    wanted = _gradients(plain.model, plain(ROWS))
    assert len(wanted) == 4  # A and B of two targets in the second of two layers
    for _ in range(2):
        for found, right in zip(_gradients(kept.model, kept(ROWS[::-1])), wanted, strict=True):
            torch.testing.assert_close(found, right)


def test_rows_are_computed_once_in_whatever_batch_they_come(tiny_model: Path) -> None:
    model = _model(tiny_model)
    loss = AnswerLoss(model, SPEC, pad=0)
    calls: list[int] = []
    first = layers_of(model.get_base_model().model)[0]
    first.self_attn.register_forward_hook(lambda *_: calls.append(1))
    loss(ROWS[:2])
    loss(ROWS[:2])
    assert len(calls) == 1
    loss(ROWS)
    loss(ROWS[::2])
    assert len(calls) == 2


def test_there_is_a_bound(tiny_model: Path) -> None:
    model = load_model(tiny_model, dtype=torch.float32)
    inner = model.model
    one_token = 64 * 4
    frozen = FrozenLayers(inner, 1, most_bytes=4 * one_token)
    body = Body(model, SPEC.replace(cache_frozen=False))
    packed = pack([Example((1, 2, 3), (4,)), Example((5, 6, 7), (8,))], shared=0, device=torch.device("cpu"))
    how = {"position_ids": packed.positions, "use_cache": False, **body._masking(packed)}
    with torch.no_grad():
        for _ in range(2):
            torch.testing.assert_close(frozen.finish(frozen(packed, **how), **how)[0], body(packed))
    assert len(frozen._kept) == 1


@pytest.mark.parametrize("changes", [{"first_layer": 0}, {"neftune_noise_alpha": 5.0}, {"cache_frozen": False}])
def test_what_changes_from_step_to_step_is_not_kept(tiny_model: Path, changes: dict[str, Any]) -> None:
    spec = SPEC.replace(**changes)
    assert not Body(_model(tiny_model, spec), spec).keeps
    assert Body(_model(tiny_model), SPEC).keeps


def test_layers_that_train_are_not_kept(tiny_model: Path) -> None:
    assert not Body(_model(tiny_model, SPEC.replace(first_layer=0)), SPEC).keeps
