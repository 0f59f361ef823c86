"""In the worker: checkpoints give the same gradients, choices are told and kept, and what is predicted is what is."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from tinymodel import SHAPE
from torch import nn
from transformers import LlamaConfig, LlamaForCausalLM

from kit.models import ModelCard, card_of
from kit.models.estimates.adapted import ALL_LINEAR, adapted_layers
from kit.models.estimates.kept_layer import attention_bytes, kept_of
from kit.report import ListReport
from kit.tuning import TuneSpec
from kit.tuning.estimate import peak_of
from kit.tuning.example import Example
from kit.tuning.fitting.checkpointing import makes_checkpoints, with_checkpoints
from kit.tuning.fitting.kept import kept_decision
from kit.tuning.fitting.settling import Settled, counted_rows
from kit.tuning.lengths import SHORT, Rows, Ways, load_of
from kit.tuning.loss import AnswerLoss
from kit.tuning.speed import attention
from kit.tuning.tune import tune


def _model(precision: str = "fp32", targets: tuple[str, ...] = ("q_proj", "v_proj"), first_layer: int = 0) -> Any:
    torch.manual_seed(0)
    model = LlamaForCausalLM(LlamaConfig(**SHAPE)).to(torch.bfloat16 if precision == "bf16" else torch.float32)
    layers = list(range(first_layer, SHAPE["num_hidden_layers"]))  # type: ignore[call-overload]
    config = LoraConfig(r=8, target_modules=list(targets), layers_to_transform=layers, task_type="CAUSAL_LM")
    adapted = get_peft_model(model, config)
    for name, weight in adapted.named_parameters():
        if "lora_B" in name:
            nn.init.normal_(weight, std=0.1)
    return adapted


def _examples(count: int, shared: int, own: int, longer: int = 0) -> list[Example]:
    draw = random.Random(0)
    start = tuple(range(5, 5 + shared))
    lengths = [own - 2 + i * longer for i in range(count)]
    return [Example(start + tuple(draw.randrange(100, 390) for _ in range(n)), (7, 8)) for n in lengths]


def _gradients(spec: TuneSpec, examples: list[Example]) -> dict[str, torch.Tensor]:
    model = with_checkpoints(_model(first_layer=spec.first_layer), spec)
    assert makes_checkpoints(model) == bool(spec.gradient_checkpointing)
    loss = AnswerLoss(model, spec, pad=0)
    model.train()
    for _ in range(2):  # the second time from what was kept of frozen layers
        model.zero_grad()
        loss(examples).backward()
    return {name: p.grad for name, p in model.named_parameters() if p.grad is not None}


@pytest.mark.parametrize(
    "how",
    [{}, {"fused": False}, {"share_prefix": False}, {"packing": False}, {"answer_logits": False}, {"first_layer": 1}],
    ids=str,
)
def test_gradients_are_the_same_with_checkpoints(spec: TuneSpec, how: dict[str, Any]) -> None:
    examples = _examples(4, 12, 10, 3)
    plain = _gradients(spec.replace(**how), examples)
    found = _gradients(spec.replace(**how, gradient_checkpointing=True), examples)
    assert set(found) == set(plain)
    for name, gradient in plain.items():
        torch.testing.assert_close(found[name], gradient, rtol=1e-5, atol=1e-6)


def test_checkpoints_keep_less(spec: TuneSpec) -> None:
    kept = []
    for checkpointing in (False, True):
        model = with_checkpoints(_model(), spec.replace(gradient_checkpointing=checkpointing))
        loss = AnswerLoss(model, spec, pad=0)
        model.train()
        kept.append(_kept(model, loss, _examples(4, 0, 50), layer=None))
    assert kept[1] < kept[0] / 4


def _kept(model: Any, loss: AnswerLoss, examples: list[Example], *, layer: int | None) -> int:
    """Return the bytes that autograd keeps in one layer, or in all of them, each storage once."""
    own = {weight.untyped_storage().data_ptr() for weight in [*model.parameters(), *model.buffers()]}
    found: dict[int, int] = {}
    alive = []
    watching = layer is None

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        if watching and storage.data_ptr() not in own:
            found[storage.data_ptr()] = storage.nbytes()
        alive.append(tensor)  # so that no place is used twice
        return tensor

    def watch(on: bool) -> None:
        nonlocal watching
        watching = on

    if layer is not None:
        layers = next(part for part in model.modules() if isinstance(part, nn.ModuleList))
        layers[layer].register_forward_pre_hook(lambda *_: watch(True))
        layers[layer].register_forward_hook(lambda *_: watch(False))
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        loss(examples)
    return sum(found.values())


@pytest.fixture(scope="module")
def card(tiny_model: Path) -> ModelCard:
    """Return the card of the model that is trained here."""
    return card_of(str(tiny_model))


@pytest.mark.parametrize("targets", [("q_proj", "v_proj"), ALL_LINEAR], ids=len)
@pytest.mark.parametrize("fused", [True, False], ids=["fused", "plain"])
@pytest.mark.parametrize("precision", ["bf16", "fp32"])
@pytest.mark.parametrize(
    "examples", [_examples(4, 0, 50), _examples(4, 40, 20, 3), _examples(4, 0, 300), _examples(4, 100, 150)], ids=len
)
def test_what_packed_rows_keep_is_predicted(
    card: ModelCard, spec: TuneSpec, examples: list[Example], precision: str, fused: bool, targets: tuple[str, ...]
) -> None:
    model = _model(precision, targets)
    loss = AnswerLoss(model, spec.replace(fused=fused), pad=0)
    model.train()
    kept = _kept(model, loss, examples, layer=1)
    rows = counted_rows(examples)
    lengths = [(len(example.question), len(example.answer) - 1) for example in examples]  # the last one is not read
    load = load_of(lengths, rows.shared, Ways(shares=True, packs=True))
    adapted = adapted_layers(card, targets, 8)[1]
    of_tokens = kept_of(card, "lora", precision, adapted, fused=fused, fused_adapters=fused).bytes(load.tokens)
    beside = attention_bytes(card, 2 if precision == "bf16" else 4, load.attending, adapted)
    assert of_tokens + beside == pytest.approx(kept, rel=0.13)


def test_both_know_what_a_short_row_is() -> None:
    assert attention._SHORT == SHORT


def test_a_choice_is_told_and_kept_for_a_resume(
    spec: TuneSpec, card: ModelCard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = Rows((300,) * 60, (2,) * 60)
    least = peak_of(spec.replace(micro_batch_size=1), card, rows)
    monkeypatch.setattr("kit.tuning.fitting.settling.room_of_process", lambda spec: least - 1)
    report = ListReport(tmp_path)
    settled = Settled(spec, report, rows)
    assert settled.spec.gradient_checkpointing
    (said,) = [event["data"] for event in report.events if event["kind"] == "record"]
    assert said == settled.facts
    assert [choice["field"] for choice in said["choices"]] == ["gradient_checkpointing", "micro_batch_size"]
    assert any(event["kind"] == "message" and "gradient_checkpointing=True" in event["text"] for event in report.events)
    monkeypatch.setattr("kit.tuning.fitting.settling.room_of_process", lambda spec: 1e12)
    again = ListReport(tmp_path)
    assert Settled(spec, again, rows).decision == settled.decision
    assert again.events == [], "it was told when it was chosen"
    assert kept_decision(tmp_path / "checkpoint", spec.replace(seed=1)) is None, "of another spec"


def test_where_others_use_the_machine_rows_give_way_and_weights_do_not(
    spec: TuneSpec, card: ModelCard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = Rows((300,) * 60, (2,) * 60)
    monkeypatch.setattr("kit.tuning.fitting.settling.free_for_process", lambda spec: 1.0)
    found = Settled(spec, ListReport(tmp_path), rows).spec
    assert (found.micro_batch_size, found.gradient_checkpointing, found.quantization) == (1, True, None)


def test_the_fastest_micro_batch_is_found_while_it_trains(
    spec: TuneSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kit.tuning.fitting.trial._SHARE", 1.0)
    asked = spec.replace(batch_size=4, steps=12, evaluations=1, sample_answers=0)
    result = tune(asked, ListReport(tmp_path))
    (choice,) = result.facts["choices"]
    assert choice["field"] == "micro_batch_size"
    assert choice["value"] in (4, 2, 1)
    kept = kept_decision(tmp_path / "checkpoint", asked)
    assert kept is not None
    assert kept.sizes == (choice["value"],)
    assert result.spec == asked.to_dict(), "a record holds the spec that was given"
    fixed = tune(asked.replace(micro_batch_size=4), ListReport(tmp_path / "fixed"))
    assert fixed.facts["choices"] == []
    assert fixed.metrics["validation_loss"] == pytest.approx(result.metrics["validation_loss"], rel=1e-3)
