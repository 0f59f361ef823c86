"""What cannot be divided is refused, with what can be."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM, LlamaConfig, Phi3Config

from kit.data import DataSpec
from kit.errors import ParameterError, UnsupportedError
from kit.tuning import TuneSpec
from kit.tuning.example import Example
from kit.tuning.layouts.cut import stage_layers
from kit.tuning.layouts.decoder import decoder_layers
from kit.tuning.layouts.matrices import check_heads, cuts_of
from kit.tuning.layouts.pipeline import even_packs

SMOLLM = LlamaConfig(hidden_size=576, num_attention_heads=9, num_key_value_heads=3, intermediate_size=1536)


def _spec(**fields: Any) -> TuneSpec:
    return TuneSpec(model="anything", data=DataSpec(source="rows.jsonl", instruction="Up or down?"), **fields)


def test_heads_that_do_not_divide_are_named_with_what_does() -> None:
    with pytest.raises(ParameterError) as caught:
        check_heads(SMOLLM, 2)
    told = str(caught.value)
    assert "one of 1, 3 processes for each copy of a model with 9 heads and 3 key-value heads" in told
    assert 'layout="fsdp"' in told
    check_heads(SMOLLM, 3)


def test_matrices_that_hold_several_are_not_cut() -> None:
    config = Phi3Config(
        hidden_size=32, intermediate_size=64, num_hidden_layers=1, num_attention_heads=4, vocab_size=99, pad_token_id=0
    )
    (layer,) = decoder_layers(AutoModelForCausalLM.from_config(config))
    with pytest.raises(UnsupportedError, match="Phi3"):
        cuts_of(layer)


@pytest.mark.parametrize(
    ("fields", "parameter"),
    [
        ({"processes": 3, "layout": "ddp+tp"}, "processes"),
        ({"processes": 2, "layout": "fsdp", "quantization": "bnb-nf4"}, "layout"),
        ({"processes": 2, "layout": "tp", "method": "dora"}, "method"),
        ({"processes": 4, "layout": "ddp+pp", "method": "prompt"}, "method"),
        ({"processes": 2, "layout": "pp", "method": "full", "first_layer": 1}, "layout"),
    ],
)
def test_fields_that_do_not_go_together(fields: dict[str, Any], parameter: str) -> None:
    with pytest.raises(ParameterError) as caught:
        _spec(**fields)
    assert caught.value.parameter == parameter
    _spec(**{**fields, "processes": 1})  # which has nothing to divide


def test_how_rows_and_models_are_shared() -> None:
    of = {name: _spec(processes=8, group_size=4, layout=name) for name in ("ddp", "fsdp", "tp", "pp", "ddp+tp")}
    assert {name: (each.readers, each.sharers) for name, each in of.items()} == {
        "ddp": (8, 1),
        "fsdp": (8, 1),
        "tp": (1, 8),
        "pp": (1, 8),
        "ddp+tp": (2, 4),
    }


@pytest.mark.parametrize(("layers", "stages"), [(2, 2), (7, 3), (30, 4), (5, 1)])
def test_stages_have_every_layer_once_and_the_last_never_the_most(layers: int, stages: int) -> None:
    cut = stage_layers(layers, stages)
    assert [i for stage in cut for i in stage] == list(range(layers))
    assert len(cut[-1]) == min(map(len, cut)) >= max(map(len, cut)) - 1


def test_more_stages_than_layers_are_refused() -> None:
    with pytest.raises(ParameterError, match="at most 3"):
        stage_layers(3, 4)


@pytest.mark.parametrize("share", [True, False])
@pytest.mark.parametrize("rows", [1, 2, 11])
def test_micro_batches_are_equally_long_and_learn_each_token_once(rows: int, share: bool) -> None:
    start = tuple(range(10, 22))
    examples = [Example((*start, *range(30, 31 + i)), (40 + i, 2), weight=1 + i) for i in range(rows)]
    packs = even_packs(examples, 4, share=share, device=torch.device("cpu"))
    assert len(packs) == 4
    assert len({pack.ids.shape for pack in packs}) == 1
    learnt = [
        (target, weight)
        for pack in packs
        for target, weight in zip(pack.targets.tolist(), pack.weights.tolist(), strict=True)
        if weight
    ]
    assert sorted(learnt) == sorted((token, row.weight) for row in examples for token in row.answer)
    longest = max(map(len, examples))
    assert all(int(pack.positions.max()) < longest for pack in packs), "a filler is longer than any row"
