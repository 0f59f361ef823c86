"""A model card refuses what cannot be and says which field is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from kit.errors import ParameterError
from kit.models import ModelCard

FACTS: dict[str, Any] = {
    "name": "tiny",
    "title": "Tiny",
    "hub_id": "someone/tiny",
    "family": "tiny",
    "parameters": 1000,
    "layers": 2,
    "hidden_size": 16,
    "heads": 4,
    "kv_heads": 2,
    "intermediate_size": 32,
    "vocabulary": 10,
    "context": 128,
    "tied_embeddings": True,
    "licence": "MIT",
    "licence_commercial": "yes",
    "gated": False,
    "tasks": ["chat"],
    "languages": ["en"],
    "released": "2024-11",
    "source": "made up",
}


def test_a_card_of_plain_values() -> None:
    card = ModelCard.from_dict(FACTS)
    assert card.active_parameters == 1000
    assert card.head_size == 4
    assert card.tasks == ("chat",)
    assert card.embedding_parameters == 160
    assert ModelCard.from_dict({**FACTS, "tied_embeddings": False}).embedding_parameters == 320
    assert ModelCard.from_dict({**FACTS, "head_dim": 9}).head_size == 9


def test_a_vision_tower_does_not_work_on_text() -> None:
    assert ModelCard.from_dict({**FACTS, "vision_parameters": 300}).active_parameters == 700


def test_a_folder_needs_no_hub_id_and_no_date() -> None:
    card = ModelCard.from_dict({**FACTS, "hub_id": "", "path": "/somewhere", "released": "", "languages": []})
    assert card.path == "/somewhere"


def test_there_and_back() -> None:
    card = ModelCard.from_dict({**FACTS, "experts": 8, "experts_per_token": 2, "active_parameters": 300})
    assert ModelCard.from_dict(card.to_dict()) == card


@pytest.mark.parametrize(
    ("changes", "parameter", "words"),
    [
        ({"layer": 3}, "layer", "layers"),
        ({"parameters": "many"}, "parameters", "whole number"),
        ({"parameters": 0}, "parameters", "at least 1"),
        ({"licence_commercial": True}, "licence_commercial", "conditions"),
        ({"kv_heads": 3}, "kv_heads", "divisor of heads"),
        ({"heads": 3, "kv_heads": 3}, "head_dim", "not a multiple"),
        ({"active_parameters": 2000}, "active_parameters", "at most parameters"),
        ({"experts": 8}, "experts_per_token", "exactly when"),
        ({"experts": 8, "experts_per_token": 9}, "experts_per_token", "at most experts"),
        ({"released": "2024-13"}, "released", "2024-11"),
        ({"languages": ["en", False]}, "languages[1]", "text"),
        ({"tasks": []}, "tasks", "at least one"),
        ({"hub_id": ""}, "hub_id", "or a path"),
        ({"vision_parameters": 2000}, "vision_parameters", "at most parameters"),
        ({"sliding_window": 64}, "sliding_layers", "exactly when sliding_window"),
        ({"sliding_window": 64, "sliding_layers": 3}, "sliding_layers", "at most layers"),
        ({"kv_rank": 8, "rope_head_dim": 2}, "value_head_dim", "exactly when kv_rank"),
        ({"dense_layers": 1}, "dense_size", "exactly when dense_layers"),
        ({"state_layers": 3}, "state_layers", "at most layers"),
        ({"unverified": ["licens"]}, "unverified[0]", "name of a field"),
    ],
)
def test_what_cannot_be(changes: dict[str, Any], parameter: str, words: str) -> None:
    with pytest.raises(ParameterError) as caught:
        ModelCard.from_dict({**FACTS, **changes})
    assert caught.value.parameter == parameter
    assert words in str(caught.value)


def test_a_missing_field_is_named() -> None:
    with pytest.raises(ParameterError, match="hidden_size"):
        ModelCard.from_dict({name: value for name, value in FACTS.items() if name != "hidden_size"})
