"""Counts by formula agree with Transformers' own classes, built without weights, for every design in the catalogue."""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from kit.models import ModelCard, catalogue, count_active_parameters, count_parameters
from kit.models.config_json import design
from kit.models.counting import attention_parameters

CONFIGS: dict[str, dict[str, Any]] = yaml.load(
    (Path(__file__).parent / "configs.yaml").read_text(encoding="utf-8"),
    Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader),
)
TEXT = ("language_model", "text_model", "lm_head")
KEPT = ("layers", "hidden_size", "heads", "kv_heads", "intermediate_size", "vocabulary", "tied_embeddings", "experts")


def one_of_each_design() -> list[str]:
    """Return one model of each design (model type, kind of layers), the smallest: building large ones takes long."""
    cards, found = catalogue(), {}
    for name in sorted(CONFIGS, key=lambda name: -cards[name].parameters):
        config = CONFIGS[name]
        design = config.get("text_config", config)
        found[config["model_type"], design["model_type"], design["tie_word_embeddings"], cards[name].family] = name
    return sorted(found.values())


@cache
def built(text: str) -> tuple[int, int, int]:
    """Return all weights, those outside the text model, and those of experts, of what a config.json describes."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForImageTextToText

    values = json.loads(text)
    kind = {"internlm2": "llama"}.get(values["model_type"], values["model_type"])  # the same design
    del values["model_type"]
    sees = "vision_config" in values
    config = AutoConfig.for_model(kind, **copy.deepcopy(values))
    with torch.device("meta"):
        model = (AutoModelForImageTextToText if sees else AutoModelForCausalLM).from_config(config)
    sizes = {name: weight.numel() for name, weight in model.named_parameters()}
    beside = sum(size for name, size in sizes.items() if not any(part in name for part in TEXT)) if sees else 0
    experts = sum(size for name, size in sizes.items() if ".experts." in name)
    return sum(sizes.values()), beside, experts


@pytest.mark.parametrize("name", one_of_each_design())
def test_transformers_counts_the_same(name: str) -> None:
    card = catalogue()[name]
    total, vision, experts = built(json.dumps(CONFIGS[name]))
    assert card.parameters == total
    assert (card.vision_parameters or 0) == vision
    assert count_parameters(card) == pytest.approx(total, rel=1e-3)
    assert bool(experts) == bool(card.experts)
    working = experts * (card.experts_per_token or 0) // (card.experts or 1)
    assert count_active_parameters(card) == pytest.approx(total - vision - experts + working, rel=1e-2)


def test_every_model_has_its_config() -> None:
    assert set(CONFIGS) == set(catalogue())


@pytest.mark.parametrize("name", sorted(CONFIGS))
def test_the_card_says_what_the_config_says(name: str) -> None:
    card, facts = catalogue()[name], design(CONFIGS[name])
    for field in (*KEPT, "shared_size", "dense_layers", "dense_size", "kv_rank", "query_rank", "sliding_layers"):
        assert getattr(card, field) == facts.get(field), field
    assert card.head_size == facts.get("head_dim", card.hidden_size // card.heads)
    assert card.context == facts["context"]
    assert card.modality.startswith(facts["modality"])


def test_latent_attention_by_hand() -> None:
    card = catalogue()["deepseek-v2-lite-chat"]
    query, down = 2048 * 16 * 192, 2048 * (512 + 64)
    up, out = 512 * 16 * (128 + 128), 16 * 128 * 2048
    assert attention_parameters(card) == query + down + up + out
    assert attention_parameters(catalogue()["deepseek-v3"]) == (
        7168 * 1536 + 1536 * 128 * 192 + 7168 * 576 + 512 * 128 * 256 + 128 * 128 * 7168
    )


def test_a_mixture_by_hand() -> None:
    facts = {
        **{"name": "x", "title": "x", "hub_id": "x/x", "family": "x", "parameters": 1, "licence": "MIT", "source": "x"},
        **{"licence_commercial": "yes", "gated": False, "tasks": ["chat"], "tied_embeddings": True, "context": 8},
        **{"layers": 3, "hidden_size": 4, "heads": 2, "kv_heads": 1, "intermediate_size": 5, "vocabulary": 7},
        **{"experts": 6, "experts_per_token": 2, "shared_size": 3, "dense_layers": 1, "dense_size": 9},
    }
    card = ModelCard.from_dict({**facts, "vision_parameters": 1, "active_parameters": 1})
    attention = 2 * 4 * 2 * (2 + 1) + 2 * 4
    mixed = 6 * 3 * 4 * 5 + 3 * 4 * 3 + 4 * 6
    assert count_parameters(card) == 7 * 4 + 3 * attention + 3 * 4 * 9 + 2 * mixed + 4 + 1
    assert count_parameters(card) - count_active_parameters(card) == 2 * 4 * 3 * 4 * 5 + 1
