"""Whatever the layout, a tuning is that of one process: its losses, its validation, what it leaves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file
from tinylayouts import STEPS, Asked, Done
from transformers import AutoModelForCausalLM

from kit.tuning import TuneSpec

TWO = ("ddp", "fsdp", "tp", "pp")
FOUR = ("ddp+tp", "fsdp+tp", "ddp+pp")


@pytest.fixture(scope="module")
def one(spec: TuneSpec, alone: Callable[[TuneSpec], Done]) -> Done:
    return alone(spec)


@pytest.fixture(scope="module")
def two(spec: TuneSpec, together: Callable[..., dict[str, Done]]) -> dict[str, Done]:
    """Each layout; a tuning that is stopped under one and goes on under the next."""
    moves = [
        Asked("begun", "tp", folder="moved", stop_after=3),
        Asked("moved", "fsdp", folder="moved", stop_after=6),
        Asked("ended", "pp", folder="moved"),
    ]
    return together(spec.replace(processes=2), *(Asked(layout, layout) for layout in TWO), *moves)


@pytest.fixture(scope="module")
def four(spec: TuneSpec, together: Callable[..., dict[str, Done]]) -> dict[str, Done]:
    return together(spec.replace(processes=4, group_size=2), *(Asked(layout, layout) for layout in FOUR))


def _adapter(done: Done) -> dict[str, torch.Tensor]:
    weights: dict[str, torch.Tensor] = load_file(done.folder / "artifacts" / "adapter" / "adapter_model.safetensors")
    return weights


def _assert_alike(found: Done, one: Done) -> None:
    assert len(one.losses) == STEPS
    assert found.losses == pytest.approx(one.losses, rel=1e-4)
    for name in ("validation_loss_before", "validation_loss"):
        assert found.metrics[name] == pytest.approx(one.metrics[name], rel=1e-4)
    assert found.metrics["validation_accuracy"] == one.metrics["validation_accuracy"]
    expected = _adapter(one)
    assert set(_adapter(found)) == set(expected)
    for name, weight in _adapter(found).items():
        # Adam divides by the gradient's size, so a last bit of a tiny gradient can count.
        torch.testing.assert_close(weight, expected[name], rtol=1e-2, atol=2e-4)


@pytest.mark.parametrize("layout", TWO)
def test_two_processes_learn_as_one(two: dict[str, Done], one: Done, layout: str) -> None:
    _assert_alike(two[layout], one)
    assert two[layout].facts["processes"] == 2


@pytest.mark.slow
@pytest.mark.parametrize("layout", FOUR)
def test_layouts_can_be_combined(four: dict[str, Done], one: Done, layout: str) -> None:
    _assert_alike(four[layout], one)


def test_gradients_are_cut(one: Done, spec: TuneSpec, alone: Callable[[TuneSpec], Done]) -> None:
    """Or else equal losses would prove nothing about the length of gradients that lie in parts."""
    assert alone(spec.replace(max_grad_norm=100.0)).losses[1:] != pytest.approx(one.losses[1:], rel=1e-3)


def test_a_tuning_goes_on_under_another_layout(two: dict[str, Done], one: Done) -> None:
    losses = [loss for name in ("begun", "moved", "ended") for loss in two[name].losses]
    assert losses == pytest.approx(one.losses, rel=1e-4)
    assert two["ended"].facts["resumed_at"] == [3, 6]
    for name, weight in _adapter(two["ended"]).items():
        torch.testing.assert_close(weight, _adapter(one)[name], rtol=1e-2, atol=2e-4)


def test_each_process_holds_its_part(two: dict[str, Done]) -> None:
    whole = two["ddp"].held
    assert two["fsdp"].held == pytest.approx(whole / 2, rel=0.02)
    assert two["tp"].held < 0.75 * whole, "embeddings and norms are whole, matrices are not"
    assert two["pp"].held < 0.6 * whole


@pytest.mark.parametrize("layout", ["fsdp", "tp", "pp"])
def test_plain_peft_loads_what_several_made(two: dict[str, Done], one: Done, tiny_model: Path, layout: str) -> None:
    ids = torch.tensor([[5, 17, 33, 101, 7]])
    logits = []
    for done in (one, two[layout]):
        base = AutoModelForCausalLM.from_pretrained(str(tiny_model), dtype=torch.float32)
        model = PeftModel.from_pretrained(base, str(done.folder / "artifacts" / "adapter")).eval()
        with torch.no_grad():
            logits.append(model(input_ids=ids).logits)
    torch.testing.assert_close(logits[1], logits[0], rtol=1e-3, atol=1e-2)
