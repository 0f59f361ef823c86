"""A card for whatever a name stands for; the hub is asked for small files only."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kit.errors import ModelNotFoundError, UnknownNameError
from kit.models import DEFAULT, card_here, card_of, catalogue

CONFIG = {
    **{"model_type": "qwen2", "hidden_size": 896, "intermediate_size": 4864, "num_hidden_layers": 24},
    **{"num_attention_heads": 14, "num_key_value_heads": 2, "vocab_size": 151936, "max_position_embeddings": 32768},
}


def test_names_and_hub_ids_of_the_catalogue() -> None:
    assert card_of(DEFAULT) is catalogue()[DEFAULT]
    assert card_of("qwen/qwen3-8b") is catalogue()["qwen3-8b"]
    with pytest.raises(UnknownNameError, match="qwen3-8b"):
        card_of("qwen3-8bb")


def test_a_folder_and_an_adapter_on_it(tmp_path: Path) -> None:
    base, adapter = tmp_path / "base", tmp_path / "adapter"
    base.mkdir()
    adapter.mkdir()
    (base / "config.json").write_text(json.dumps(CONFIG))
    (adapter / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": str(base)}))
    assert card_of(str(base)).layers == 24
    assert card_of(str(adapter)) == card_of(str(base))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """Let the hub hold one model and return the names of the files that were asked of it."""
    names: list[str] = []
    texts = {"config.json": json.dumps(CONFIG), "README.md": "---\nlicense: mit\n---\n", "tokenizer_config.json": "{}"}

    def download(_id: str, name: str) -> str:
        names.append(name)
        (tmp_path / name).write_text(texts[name])
        return str(tmp_path / name)

    shapes = {"model.embed_tokens.weight": SimpleNamespace(dtype="BF16", shape=[151936, 896])}
    metadata = SimpleNamespace(files_metadata={"model.safetensors": SimpleNamespace(tensors=shapes)})
    sizes = {"config.json": 10, "tokenizer_config.json": 10, "model.safetensors": 10**9, "chat_template.jinja": 5}
    monkeypatch.setattr("kit.models.hub._ask", lambda hub_id: sizes)
    monkeypatch.setattr("huggingface_hub.hf_hub_download", download)
    monkeypatch.setattr("huggingface_hub.get_safetensors_metadata", lambda _id: metadata)
    return names


def test_a_hub_id_is_described_without_its_weights(asked: list[str]) -> None:
    card = card_of("somebody/something-new")
    assert (card.name, card.hub_id, card.layers) == ("somebody/something-new", "somebody/something-new", 24)
    assert card.parameters == 151936 * 896
    assert card.tied_embeddings
    assert (card.licence, card.licence_commercial, card.tasks) == ("MIT", "yes", ("chat", "completion"))
    assert sorted(asked) == ["README.md", "config.json", "tokenizer_config.json"]


def test_pickled_weights_are_counted_by_the_formula(asked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub.errors import NotASafetensorsRepoError

    def refuse(_id: str) -> Any:
        raise NotASafetensorsRepoError("pickles")

    monkeypatch.setattr("huggingface_hub.get_safetensors_metadata", refuse)
    card = card_of("somebody/something-new")
    assert card.parameters == pytest.approx(494_032_768 + 151936 * 896, rel=1e-3)  # untied: nothing says otherwise


def test_without_the_hub_the_reason_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr("huggingface_hub.is_offline_mode", lambda: True)
    with pytest.raises(ModelNotFoundError, match="HF_HUB_OFFLINE"):
        card_of("somebody/something-new")


def test_a_card_without_the_network(tmp_path: Path) -> None:
    assert card_here("qwen2.5-7b-instruct") == catalogue()["qwen2.5-7b-instruct"]
    assert card_here("nobody/has-this") is None
    assert card_here(str(tmp_path / "nothing")) is None
    assert card_here("smollm2-135m-instrukt") is None
