"""NEFTune's noise: its size for each row, and only while learning."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from kit.engines.hf.load import load_model
from kit.report import ListReport
from kit.tuning import TuneSpec
from kit.tuning.noise import Noise, row_lengths
from kit.tuning.tune import tune

ALPHA = 8.0


@pytest.fixture
def model(tiny_model: Path) -> Iterator[Any]:
    """A model that learns with noise."""
    model = load_model(tiny_model, dtype=torch.float32).train()
    noise = Noise(model, ALPHA)
    yield model
    noise.remove()


def _vectors(model: Any, **inputs: torch.Tensor) -> torch.Tensor:
    """Return what the first layer reads."""
    found: list[torch.Tensor] = []
    layer = model.model.layers[0]
    handle = layer.register_forward_pre_hook(
        lambda _m, a, o: found.append(a[0] if a else o["hidden_states"]), with_kwargs=True
    )
    model(use_cache=False, **inputs)
    handle.remove()
    return found[0].detach()


@pytest.mark.parametrize(
    ("positions", "lengths"),
    [
        ([[0, 1, 2, 3]], [[4, 4, 4, 4]]),
        ([[0, 1, 0, 1, 2]], [[2, 2, 3, 3, 3]]),
        ([[0, 1, 2, 3, 2, 3, 4]], [[4, 4, 4, 4, 5, 5, 5]]),  # two tokens shared by both rows
        ([[0, 0, 0, 1], [0, 1, 2, 3]], [[1, 1, 2, 2], [4, 4, 4, 4]]),  # padded on the left
        ([[0, 0]], [[1, 1]]),
    ],
)
def test_a_row_is_as_long_as_its_positions_say(positions: list[list[int]], lengths: list[list[float]]) -> None:
    vectors = torch.zeros(len(positions), len(positions[0]), 3)
    assert row_lengths(torch.tensor(positions), vectors).tolist() == lengths


def test_without_positions_the_whole_is_one_row() -> None:
    assert row_lengths(None, torch.zeros(2, 3, 5)).tolist() == [[3.0] * 3] * 2


def test_the_noise_has_the_size_of_the_paper(model: Any) -> None:
    ids = torch.randint(3, 300, (1, 300))
    positions = torch.cat([torch.arange(50), torch.arange(250)])[None]
    plain = model.model.embed_tokens.weight[ids].detach()
    added = _vectors(model, input_ids=ids, position_ids=positions) - plain
    for rows, length in ((added[0, :50], 50), (added[0, 50:], 250)):
        scale = ALPHA / math.sqrt(length * 64)
        assert scale * 0.98 < float(rows.abs().max()) <= scale
        assert float(rows.abs().mean()) == pytest.approx(scale / 2, rel=0.05)


def test_noise_is_for_learning_only(model: Any) -> None:
    ids = torch.randint(3, 300, (1, 20))
    plain = model.model.embed_tokens.weight[ids].detach()
    model.eval()
    assert torch.equal(_vectors(model, input_ids=ids), plain)
    model.train()
    with torch.no_grad():
        assert torch.equal(_vectors(model, input_ids=ids), plain)
    assert not torch.equal(_vectors(model, input_ids=ids), plain)


def test_a_tuning_learns_with_noise(spec: TuneSpec, tmp_path: Path) -> None:
    without, once, again = (ListReport(tmp_path / name) for name in ("without", "once", "again"))
    tune(spec.replace(steps=2), without)
    for report in (once, again):
        tune(spec.replace(steps=2, neftune_noise_alpha=10.0), report)
    assert once.values("loss") == again.values("loss") != without.values("loss")
    assert once.values("validation_loss")[0] == without.values("validation_loss")[0]
