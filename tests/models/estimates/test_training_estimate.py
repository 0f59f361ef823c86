"""What tuning is predicted to keep is what autograd keeps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from peft import IA3Config, LoraConfig, PeftConfig, PromptTuningConfig, get_peft_model
from tinymodel import SHAPE
from torch import nn
from transformers import LlamaConfig, LlamaForCausalLM

from kit.errors import ParameterError
from kit.models import ModelCard, card_of, catalogue, estimate_tuning
from kit.models.estimates.adapted import ALL_LINEAR, adapted_layers, adapter_weights
from kit.models.estimates.kept_layer import Kept, kept_of
from kit.models.estimates.training import Divided

ROWS, TOKENS = 4, 50
VIRTUAL = 5


@pytest.fixture(scope="module")
def card(tiny_model: Path) -> ModelCard:
    """Return the card of the model that is trained here."""
    return card_of(str(tiny_model))


def _model(how: str, precision: str, targets: tuple[str, ...]) -> Any:
    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    model: Any = LlamaForCausalLM(LlamaConfig(**SHAPE)).to(dtype)
    return model if how == "full" else get_peft_model(model, _config(how, targets))


def _config(how: str, targets: tuple[str, ...]) -> PeftConfig:
    asked: dict[str, Any] = {"target_modules": list(targets), "task_type": "CAUSAL_LM"}
    if how == "ia3":
        return IA3Config(feedforward_modules=[name for name in targets if name == "down_proj"], **asked)
    if how == "prompt":
        return PromptTuningConfig(num_virtual_tokens=VIRTUAL, task_type="CAUSAL_LM")
    return LoraConfig(r=8, use_dora=how == "dora", **asked)


def _kept(card: ModelCard, how: str, precision: str, targets: tuple[str, ...], *, mixed: bool = False) -> Kept:
    return kept_of(card, how, precision, adapted_layers(card, targets, 8)[1], mixed=mixed)


def _kept_in_layers(model: Any, *, mixed: bool = False) -> float:
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
    hooks = torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor)
    with hooks, torch.autocast("cpu", torch.bfloat16, enabled=mixed):
        model(input_ids=torch.arange(ROWS * TOKENS).view(ROWS, TOKENS) % 400)
    return sum(found.values())


@pytest.mark.parametrize("precision", ["bf16", "fp32"])
@pytest.mark.parametrize(
    ("how", "targets"),
    [
        ("lora", ("q_proj", "v_proj")),
        ("lora", ALL_LINEAR),
        ("lora", ("down_proj",)),
        ("dora", ("q_proj", "v_proj")),
        ("dora", ALL_LINEAR),
        ("ia3", ("k_proj", "v_proj", "down_proj")),
        ("prompt", ()),
        ("full", ()),
    ],
)
def test_it_is_what_autograd_keeps(card: ModelCard, how: str, targets: tuple[str, ...], precision: str) -> None:
    kept = _kept_in_layers(_model(how, precision, targets))
    predicted = _kept(card, how, precision, targets).bytes(ROWS * (TOKENS + (VIRTUAL if how == "prompt" else 0)))
    assert predicted == pytest.approx(kept, rel=0.06)


@pytest.mark.parametrize(("how", "targets"), [("lora", ("q_proj", "v_proj")), ("lora", ALL_LINEAR), ("full", ())])
def test_mixed_precision_keeps_bf16_copies_of_the_weights(card: ModelCard, how: str, targets: tuple[str, ...]) -> None:
    kept = _kept_in_layers(_model(how, "fp32", targets), mixed=True)
    assert _kept(card, how, "fp32", targets, mixed=True).bytes(ROWS * TOKENS) == pytest.approx(kept, rel=0.08)


@pytest.mark.parametrize("how", ["lora", "dora", "ia3", "prompt", "full"])
@pytest.mark.parametrize("targets", [("q_proj", "v_proj"), ALL_LINEAR, ("k_proj", "down_proj")])
def test_an_adapter_has_the_weights_that_peft_gives_it(card: ModelCard, how: str, targets: tuple[str, ...]) -> None:
    model = _model(how, "fp32", targets)
    layers = adapted_layers(card, targets, 8)
    trained = sum(w.numel() for w in model.parameters() if w.requires_grad)
    assert adapter_weights(card, how, layers, virtual_tokens=VIRTUAL) == trained


@pytest.mark.parametrize(
    ("targets", "names"),
    [
        (("all-linear",), ALL_LINEAR),
        (("*.mlp.*",), ("gate_proj", "up_proj", "down_proj")),
        (("self_attn.q_proj",), ("q_proj",)),
        (("mlp.*", "v_proj"), ("v_proj", "gate_proj", "up_proj", "down_proj")),
    ],
    ids=str,
)
def test_targets_mean_what_they_mean_in_a_tuning(
    card: ModelCard, targets: tuple[str, ...], names: tuple[str, ...]
) -> None:
    for layer in adapted_layers(card, targets, 8):
        assert {each.matrix.short for each in layer} == set(names)


def test_layers_and_ranks_of_their_own(card: ModelCard) -> None:
    first, second = adapted_layers(card, ("*.layers.1.*",), 8, rank_pattern=("down_proj=4", "mlp.*=2"))
    assert first == ()
    ranks = {each.matrix.short: each.rank for each in second}
    assert (ranks["down_proj"], ranks["up_proj"], ranks["q_proj"]) == (4, 2, 8)
    assert adapted_layers(card, ("q_proj",), 8, first_layer=1)[0] == ()


def test_experts_are_asked_for_by_name() -> None:
    card = catalogue()["mixtral-8x7b-instruct-v0.1"]
    assert {each.matrix.short for each in adapted_layers(card, ("all-linear",), 8)[0]} == set(ALL_LINEAR[:4])
    experts = adapted_layers(card, ("experts",), 8)
    width, hidden = card.intermediate_size, card.hidden_size
    assert adapter_weights(card, "lora", experts) == card.layers * 8 * 8 * (hidden + 2 * width + width + hidden)


def test_nothing_is_kept_below_the_first_layer() -> None:
    card = catalogue()["llama-3.1-8b-instruct"]
    whole, half = (estimate_tuning(card, tokens=4096, answers=8, first_layer=n) for n in (0, card.layers // 2))
    layer = kept_of(card, "lora", "bf16", adapted_layers(card, ("q_proj", "v_proj"), 16)[0]).bytes(4096)
    assert whole.activation_bytes - half.activation_bytes == pytest.approx(1.15 * layer * card.layers / 2)
    assert half.trained == whole.trained / 2


@pytest.mark.parametrize("divided", [Divided(shards=2), Divided(matrices=2), Divided(stages=2)], ids=str)
def test_a_layout_divides_weights(divided: Divided) -> None:
    card = catalogue()["llama-3.1-8b-instruct"]
    asked: dict[str, Any] = {"how": "full", "tokens": 512, "answers": 8}
    one, of_two = estimate_tuning(card, **asked), estimate_tuning(card, **asked, divided=divided)
    assert 0.5 * one.weights_bytes <= of_two.weights_bytes < 0.6 * one.weights_bytes
    assert of_two.state_bytes == one.state_bytes / 2
    assert of_two.activation_bytes <= one.activation_bytes


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
    layer = kept_of(card, "lora", "bf16", adapted_layers(card, ("q_proj", "v_proj"), 16)[0]).bytes(4096)
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
    ("name", "value"), [("how", "pissa"), ("precision", "int8"), ("tokens", -1), ("answers", -1)], ids=str
)
def test_what_cannot_be_asked(name: str, value: Any) -> None:
    asked: dict[str, Any] = {"tokens": 1, "answers": 1} | {name: value}
    with pytest.raises(ParameterError, match=name):
        estimate_tuning(catalogue()["smollm2-135m-instruct"], **asked)
