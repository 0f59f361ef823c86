"""A rank for some of the layers."""

from __future__ import annotations

import pytest
from tinyadapters import Way, prepared

from kit.errors import ParameterError, UnknownNameError
from kit.tuning.adapters.rank_pattern import ranks


def _ranks(way: Way, *items: str) -> dict[str, int]:
    model = prepared(way(rank_pattern=items, target_modules=("all-linear",)))
    layers = {name: module for name, module in model.base_model.model.named_modules() if hasattr(module, "lora_A")}
    return {name.removeprefix("model.layers."): len(layer.lora_A["default"].weight) for name, layer in layers.items()}


def test_names_and_patterns(way: Way) -> None:
    found = _ranks(way, "down_proj=8", "layers.1.*=2", "self_attn.[qk]_proj = 3")
    assert found.pop("0.mlp.down_proj") == found.pop("1.mlp.down_proj") == 8, "the first item counts"
    assert found.pop("0.self_attn.q_proj") == found.pop("0.self_attn.k_proj") == 3
    assert {rank for name, rank in found.items() if name.startswith("1.")} == {2}
    assert {rank for name, rank in found.items() if name.startswith("0.")} == {4}, "others have the rank of the spec"


@pytest.mark.parametrize("item", ["down_proj", "down_proj=", "=8", "down_proj=0", "down_proj=2000", "a=b", "q=1=2", ""])
def test_a_malformed_item_is_named(way: Way, item: str) -> None:
    with pytest.raises(ParameterError) as caught:
        way(rank_pattern=("q_proj=2", item))
    assert (caught.value.parameter, caught.value.value) == ("rank_pattern[1]", item)


def test_a_name_twice_is_refused() -> None:
    with pytest.raises(ParameterError, match="has a rank already"):
        ranks(["q_proj=2", "q_proj=3"])


def test_a_name_without_an_adapter_is_refused_with_the_nearest(way: Way) -> None:
    with pytest.raises(UnknownNameError) as caught:
        prepared(way(rank_pattern=("q_porj=2",)))
    assert (caught.value.parameter, caught.value.near) == ("rank_pattern", "q_proj")
    with pytest.raises(UnknownNameError):
        prepared(
            way(rank_pattern=("down_proj=2",), target_modules=("q_proj", "v_proj"))
        )  # in the model, and not among target_modules
