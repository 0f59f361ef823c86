"""A model that has learnt a little, by any method, and what it then answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM

from kit.tuning import TuneSpec
from kit.tuning.adapters.prepare import prepare_model
from kit.tuning.adapters.prompt import prompt_of

IDS = torch.tensor([[1, 40, 300, 7, 12, 350, 9]])
CPU = torch.device("cpu")

Way = Callable[..., TuneSpec]


def prepared(spec: TuneSpec, folder: Path | None = None, *, dtype: torch.dtype = torch.float32) -> Any:
    """Make the model of `spec` ready, always with the same random numbers."""
    torch.manual_seed(0)
    return prepare_model(spec, folder or Path(spec.model), dtype=dtype, device=CPU)


def read_by(model: Any) -> torch.Tensor:
    """Return the tokens that `model` reads: those of the test after its learned prompt."""
    learned = prompt_of(model)
    return IDS if learned is None or learned.off else torch.cat([torch.tensor([learned.ids]), IDS], dim=1)


def gradients(model: Any) -> dict[str, torch.Tensor]:
    """Return the gradient of every weight that trains, of a loss on the test's tokens."""
    logits = model(read_by(model)).logits[:, -IDS.shape[1] :].float()
    torch.nn.functional.cross_entropy(logits.flatten(0, 1), IDS.flatten()).backward()
    found = {name: weight.grad for name, weight in model.named_parameters() if weight.requires_grad}
    assert all(gradient is not None for gradient in found.values())
    model.zero_grad()
    return found


def learn(model: Any, *, steps: int = 3, rate: float = 0.3) -> Any:
    """Let every weight of `model` that trains go some steps down its gradient, and return the model."""
    weights = dict(model.named_parameters())
    for _ in range(steps):
        with torch.no_grad():
            found = gradients_of(model)
            for name, gradient in found.items():
                weights[name] -= rate * gradient
    return model


def gradients_of(model: Any) -> dict[str, torch.Tensor]:
    """Return `gradients` wherever gradients are switched off around it."""
    with torch.enable_grad():
        return gradients(model.train())


@torch.no_grad()
def logits(model: Any) -> torch.Tensor:
    """Return what `model` answers to the test's tokens, its learned prompt left out."""
    found: torch.Tensor = model.eval()(read_by(model)).logits[:, -IDS.shape[1] :]
    return found


def plain(folder: Path) -> Any:
    """Open the model in `folder` with Transformers alone."""
    return AutoModelForCausalLM.from_pretrained(str(folder), dtype=torch.float32)
