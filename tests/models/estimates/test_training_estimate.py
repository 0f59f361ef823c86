"""What tuning is predicted to keep is what autograd keeps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from tinymodel import SHAPE
from torch import nn
from transformers import LlamaConfig, LlamaForCausalLM

from kit.errors import ParameterError
from kit.models import ModelCard, card_of, catalogue, estimate_tuning
from kit.models.estimates.training import ALL_LINEAR, adapter_weights, kept_bytes

ROWS, TOKENS = 4, 50


@pytest.fixture(scope="module")
def card(tiny_model: Path) -> ModelCard:
    """Return the card of the model that is trained here."""
    return card_of(str(tiny_model))


def _model(how: str, precision: str, targets: tuple[str, ...]) -> Any:
    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    model: Any = LlamaForCausalLM(LlamaConfig(**SHAPE)).to(dtype)
    if how == "full":
        return model
    return get_peft_model(model, LoraConfig(r=8, target_modules=list(targets), task_type="CAUSAL_LM"))


def _kept_in_layers(model: Any) -> float:
    """Return the bytes that autograd keeps of all layers but the first, each storage once."""
    own = {weight.untyped_storage().data_ptr() for weight in [*model.parameters(), *model.buffers()]}
    found: dict[int, int] = {}
    alive = []
    watching = False

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        if watching and storage.data_ptr() not in own:
            found[storage.data_ptr()] = storage.nbytes()
        alive.append(tensor)  # so that no place is used twice
        return tensor

    def begin(*_: Any) -> None:
        nonlocal watching
        watching = True

    def end(*_: Any) -> None:
        nonlocal watching
        watching = False

    layers = next(part for part in model.modules() if isinstance(part, nn.ModuleList))
    layers[1].register_forward_pre_hook(begin)
    layers[1].register_forward_hook(end)
    model.train()
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        model(input_ids=torch.arange(ROWS * TOKENS).view(ROWS, TOKENS) % 400)
    return sum(found.values())


@pytest.mark.parametrize("precision", ["bf16", "fp32"])
@pytest.mark.parametrize(
    ("how", "targets"), [("lora", ("q_proj", "v_proj")), ("lora", ALL_LINEAR), ("lora", ("down_proj",)), ("full", ())]
)
def test_it_is_what_autograd_keeps(card: ModelCard, how: str, targets: tuple[str, ...], precision: str) -> None:
    kept = _kept_in_layers(_model(how, precision, targets))
    predicted = ROWS * TOKENS * kept_bytes(card, how, precision, 8, targets)
    assert predicted == pytest.approx(kept, rel=0.06)


@pytest.mark.parametrize("targets", [("q_proj", "v_proj"), ALL_LINEAR, ("k_proj", "down_proj")])
def test_an_adapter_has_the_weights_that_peft_gives_it(card: ModelCard, targets: tuple[str, ...]) -> None:
    model = _model("lora", "fp32", targets)
    assert adapter_weights(card, 8, targets) == sum(w.numel() for w in model.parameters() if w.requires_grad)


def test_the_parts_make_the_whole() -> None:
    card = catalogue()["smollm2-135m-instruct"]
    found = estimate_tuning(card, "full", tokens=10, answers=3, precision="fp32")
    assert found.trained == card.parameters
    assert found.state_bytes == 4 * (2 * card.parameters + card.embedding_parameters)
    assert found.logits_bytes == 12 * 3 * card.vocabulary
    parts = (found.weights_bytes, found.state_bytes, found.activation_bytes, found.logits_bytes, found.runtime_bytes)
    assert found.total_bytes == sum(parts)


def test_checkpointing_keeps_one_number_a_layer_and_unit() -> None:
    card = catalogue()["llama-3.1-8b-instruct"]
    plain = estimate_tuning(card, tokens=4096, answers=8)
    checkpointed = estimate_tuning(card, tokens=4096, answers=8, checkpointing=True)
    layer = 4096 * kept_bytes(card, "lora", "bf16", 16, ("q_proj", "v_proj"))
    between = (card.layers - 1) * layer - card.layers * 4096 * card.hidden_size * 2
    assert plain.activation_bytes - checkpointed.activation_bytes == pytest.approx(1.15 * between)
    assert checkpointed.total_bytes < plain.total_bytes


def test_less_is_less() -> None:
    card = catalogue()["llama-3.1-8b-instruct"]
    asked: dict[str, Any] = {"tokens": 512, "answers": 8}
    totals = [
        estimate_tuning(card, how, precision=precision, **asked).total_bytes
        for how, precision in (("full", "fp32"), ("full", "bf16"), ("lora", "bf16"), ("qlora", "bf16"))
    ]
    assert totals == sorted(totals, reverse=True)


@pytest.mark.parametrize(
    ("name", "value"), [("how", "dora"), ("precision", "int8"), ("tokens", -1), ("answers", -1)], ids=str
)
def test_what_cannot_be_asked(name: str, value: Any) -> None:
    asked: dict[str, Any] = {"tokens": 1, "answers": 1} | {name: value}
    with pytest.raises(ParameterError, match=name):
        estimate_tuning(catalogue()["smollm2-135m-instruct"], **asked)
