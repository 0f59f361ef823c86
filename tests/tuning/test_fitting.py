"""What a tuning leaves open about memory follows from what it is predicted to need."""

from __future__ import annotations

from typing import Any

import pytest

from kit.data import DataSpec
from kit.models import ModelCard, catalogue
from kit.tuning import TuneSpec
from kit.tuning.estimate import peak_of
from kit.tuning.fitting import decide
from kit.tuning.fitting.deciding import may_be_quantized, sizes_of
from kit.tuning.lengths import Rows

NAME = "qwen2.5-7b-instruct"
ROWS = Rows((510,) * 64, (2,) * 64)
GB = 1e9


@pytest.fixture
def card() -> ModelCard:
    """Return the card of a model of seven billion weights."""
    return catalogue()[NAME]


def _spec(**changes: Any) -> TuneSpec:
    asked: dict[str, Any] = {"model": NAME, "data": DataSpec(source="finance-alerts"), "precision": "bf16"}
    return TuneSpec(**asked | {"batch_size": 16} | changes)


def _smallest(card: ModelCard, **changes: Any) -> float:
    return peak_of(_spec(micro_batch_size=1, **changes), card, ROWS)


def test_with_plenty_nothing_is_chosen(card: ModelCard) -> None:
    found = decide(_spec(), card, 1000 * GB, ROWS)
    assert found.choices == ()
    assert (found.spec.micro_batch_size, found.spec.gradient_checkpointing, found.spec.quantization) == (
        16,
        False,
        None,
    )
    assert found.sizes == (16, 8, 4)
    assert found.fits


def test_with_less_fewer_rows_are_read_at_a_time(card: ModelCard) -> None:
    room = peak_of(_spec(micro_batch_size=4), card, ROWS) / 0.75 + 1
    found = decide(_spec(), card, room, ROWS)
    assert (found.spec.micro_batch_size, found.spec.gradient_checkpointing) == (4, False)
    assert found.sizes == (4, 2, 1)
    (choice,) = found.choices
    assert (choice.field, choice.value) == ("micro_batch_size", 4)
    assert "16 rows" in choice.why
    assert found.peak_bytes == peak_of(found.spec, card, ROWS)


def test_checkpoints_come_where_one_row_at_a_time_does_not_fit(card: ModelCard) -> None:
    least = _smallest(card)
    fits, too_little = (decide(_spec(), card, room, ROWS) for room in (least + 1, least - 1))
    assert not fits.spec.gradient_checkpointing
    assert too_little.spec.gradient_checkpointing
    assert too_little.spec.quantization is None
    assert "gradient_checkpointing" in [choice.field for choice in too_little.choices]
    assert too_little.fits


def test_weights_are_quantized_last(card: ModelCard) -> None:
    least = _smallest(card, gradient_checkpointing=True)
    plain, quantized = (decide(_spec(), card, room, ROWS) for room in (least + 1, least - 1))
    assert plain.spec.quantization is None
    assert quantized.spec.quantization == "bnb-nf4"
    assert not quantized.spec.gradient_checkpointing, "with small weights there is room for activations"
    first = quantized.choices[0]
    assert (first.field, first.value) == ("quantization", "bnb-nf4")
    assert quantized.fits


@pytest.mark.parametrize("room", [1000 * GB, 30 * GB, 18 * GB, 8 * GB, 1 * GB])
@pytest.mark.parametrize(
    "fixed",
    [
        {"micro_batch_size": 8},
        {"gradient_accumulation_steps": 2},
        {"gradient_checkpointing": False},
        {"gradient_checkpointing": True},
        {"quantization": "bnb-int8"},
        {"method": "full"},
    ],
    ids=str,
)
def test_what_was_asked_for_is_never_changed(card: ModelCard, fixed: dict[str, Any], room: float) -> None:
    spec = _spec(**fixed)
    found = decide(spec, card, room, ROWS)
    for name, value in fixed.items():
        assert getattr(found.spec, name) == value
        assert name not in [choice.field for choice in found.choices]
    open_fields = {"micro_batch_size", "gradient_checkpointing", "quantization"}
    before, after = spec.to_dict(), found.spec.to_dict()
    assert {name for name in before if before[name] != after[name]} <= open_fields
    assert found.fits == (found.peak_bytes <= room)


def test_what_fits_nowhere_is_said_to(card: ModelCard) -> None:
    found = decide(_spec(), card, 1 * GB, ROWS)
    assert not found.fits
    assert (found.spec.micro_batch_size, found.spec.quantization) == (1, "bnb-nf4")


@pytest.mark.parametrize(
    ("changes", "possible"),
    [
        ({}, True),
        ({"method": "dora"}, True),
        ({"method": "ia3"}, False),
        ({"method": "full"}, False),
        ({"init_lora_weights": "pissa"}, False),
        ({"quantization": "bnb-int8"}, False),
        ({"processes": 2, "layout": "fsdp"}, False),
        ({"processes": 2}, True),
    ],
    ids=str,
)
def test_only_adapters_on_plain_weights_can_be_quantized(changes: dict[str, Any], possible: bool) -> None:
    assert may_be_quantized(_spec(**changes)) == possible


def test_without_bitsandbytes_nothing_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kit.tuning.fitting.deciding.find_spec", lambda name: None)
    assert not may_be_quantized(_spec())


@pytest.mark.parametrize(
    ("changes", "sizes"),
    [
        ({"batch_size": 12}, [12, 6, 4, 3, 2, 1]),
        ({"batch_size": 12, "processes": 2}, [12, 6, 4, 2]),
        ({"batch_size": 12, "processes": 2, "layout": "tp"}, [12, 6, 4, 3, 2, 1]),
        ({"batch_size": 12, "processes": 4, "layout": "ddp+tp"}, [12, 6, 4, 2]),
        ({"batch_size": 3, "processes": 2}, [3]),
        ({"micro_batch_size": 4}, [4]),
        ({"gradient_accumulation_steps": 8}, [2]),
    ],
    ids=str,
)
def test_micro_batches_divide_a_batch_and_the_processes(changes: dict[str, Any], sizes: list[int]) -> None:
    assert sizes_of(_spec(**changes)) == sizes
