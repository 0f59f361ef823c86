"""The loss and every gradient against the plain way: one row at a time, nothing shared, nothing padded."""

from __future__ import annotations

import random
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

MODULES = ("q_proj", "v_proj", "down_proj")
ROWS = DataSpec(source="d.csv")
SWITCHES = (
    {},
    {"packing": False},
    {"share_prefix": False},
    {"packing": False, "share_prefix": False},
    {"answer_logits": False},
    {"attn_implementation": "eager"},
    {"attn_implementation": "sdpa"},
    {"packing": False, "attn_implementation": "sdpa"},
    {"fused": False},
    {"packing": False, "share_prefix": False, "answer_logits": False, "fused": False},
)


def _loss(model: Any, examples: list[Example], pad: int = 0, **switches: Any) -> torch.Tensor:
    return AnswerLoss(model, TuneSpec(model="m", data=ROWS, **switches), pad=pad)(examples)


@pytest.fixture(params=["tiny_model", "sliding_model"])
def model(request: pytest.FixtureRequest) -> Any:
    """A model in float64 with an adapter that is not at zero, so that every weight has a gradient."""
    folder: Path = request.getfixturevalue(request.param)
    spec = TuneSpec(model="m", data=ROWS, rank=4, target_modules=MODULES)
    return _adapted(folder, spec, torch.float64).double()


def _adapted(folder: Path, spec: TuneSpec, dtype: torch.dtype) -> Any:
    torch.manual_seed(1)
    adapted = with_adapter(load_model(folder, dtype=dtype), spec)
    for name, weight in adapted.named_parameters():
        if "lora_B" in name:
            nn.init.normal_(weight, std=0.1)
    return adapted.train()


def _examples(shared: int, *, n: int = 5) -> list[Example]:
    draw = random.Random(shared)

    def ids(length: int) -> tuple[int, ...]:
        return tuple(draw.randrange(400) for _ in range(length))

    start = ids(shared)
    return [Example(start + ids(draw.randrange(1, 15)), ids(draw.randrange(1, 5))) for _ in range(n)]


def _plain_loss(model: Any, examples: list[Example]) -> torch.Tensor:
    total = torch.zeros((), dtype=torch.float64)
    for example in examples:
        ids = torch.tensor([[*example.question, *example.answer]])
        logits = model(input_ids=ids, use_cache=False).logits[0, len(example.question) - 1 : -1]
        total = total + nn.functional.cross_entropy(logits, torch.tensor(example.answer), reduction="sum")
    return total


def _gradients(model: Any, loss: torch.Tensor) -> dict[str, torch.Tensor]:
    model.zero_grad()
    loss.backward()
    return {name: weight.grad.clone() for name, weight in model.named_parameters() if weight.requires_grad}


@pytest.mark.parametrize("shared", [0, 25])
@pytest.mark.parametrize("n", [1, 5])
@pytest.mark.parametrize("switches", SWITCHES, ids=str)
def test_loss_and_every_gradient_are_exact(model: Any, shared: int, n: int, switches: dict[str, Any]) -> None:
    if "eager" in switches.values():  # its softmax is in float32, and a mask of float64 does not fit in there
        model = model.float()
    examples = _examples(shared, n=n)
    wanted_loss = _plain_loss(model, examples)
    wanted = _gradients(model, wanted_loss)
    loss = _loss(model, examples, **switches)
    found = _gradients(model, loss)
    assert float(loss.detach()) == pytest.approx(float(wanted_loss.detach()), rel=1e-5)
    assert len(found) == 2 * 2 * len(MODULES)
    for name, gradient in wanted.items():
        assert gradient.norm() > 0, name
        assert (found[name] - gradient).norm() / gradient.norm() < 1e-5, name


def test_only_answer_tokens_count(model: Any) -> None:
    (example,) = _examples(0, n=1)
    loss = _loss(model, [example])
    with torch.inference_mode():
        logits = model(input_ids=torch.tensor([[*example.question, *example.answer]])).logits[0].log_softmax(-1)
    start = len(example.question) - 1
    wanted = -sum(float(logits[start + i, token]) for i, token in enumerate(example.answer))
    assert float(loss.detach()) == pytest.approx(wanted, rel=1e-5)


def test_the_padding_token_does_not_matter(model: Any) -> None:
    examples = _examples(25)
    losses = [float(_loss(model, examples, pad=pad, packing=False).detach()) for pad in (0, 399)]
    assert losses[0] == losses[1]


@pytest.mark.parametrize("switches", [each for each in SWITCHES if "eager" not in each.values()], ids=str)
def test_in_bf16_every_way_is_as_near_to_the_truth_as_the_plain_one(tiny_model: Path, switches: dict[str, Any]) -> None:
    """Errors are those of bf16 and not of the way: measured from the same weights in float64."""
    spec = TuneSpec(model="m", data=ROWS, rank=4, target_modules=MODULES)
    rough = _adapted(tiny_model, spec, torch.bfloat16)
    true = _adapted(tiny_model, spec, torch.bfloat16).double()
    true.load_state_dict(rough.state_dict())
    examples = _examples(25)
    wanted = _flat(_gradients(true, _plain_loss(true, examples)))
    plain = _flat(_gradients(rough, _plain_loss(rough, examples)))
    found = _flat(_gradients(rough, _loss(rough, examples, **switches)))
    noise = float((plain - wanted).norm() / wanted.norm())
    assert 0 < noise < 0.1
    assert float((found - wanted).norm() / wanted.norm()) < 1.5 * noise


def _flat(gradients: dict[str, torch.Tensor]) -> torch.Tensor:
    return torch.cat([gradient.double().flatten() for gradient in gradients.values()])
