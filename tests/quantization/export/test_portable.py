"""Settings as Transformers 4 looks for them: the names are those of its configuration classes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kit.quantization.export.portable import make_portable


def _made(folder: Path, config: dict[str, Any], tokenizer: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (folder / "tokenizer_config.json").write_text(json.dumps(tokenizer), encoding="utf-8")
    make_portable(folder)
    found = [
        json.loads((folder / name).read_text(encoding="utf-8")) for name in ("config.json", "tokenizer_config.json")
    ]
    return found[0], found[1]


@pytest.mark.parametrize(
    ("rope", "old"),
    [
        ({"rope_type": "default", "rope_theta": 1e5}, {"rope_theta": 1e5}),
        (
            {"rope_type": "linear", "factor": 4.0, "rope_theta": 1e4},
            {"rope_theta": 1e4, "rope_scaling": {"rope_type": "linear", "factor": 4.0}},
        ),
        (
            {"rope_type": "default", "rope_theta": 1e4, "partial_rotary_factor": 0.5},
            {"rope_theta": 1e4, "partial_rotary_factor": 0.5},
        ),
        (
            {
                "full_attention": {"rope_type": "linear", "factor": 8.0, "rope_theta": 1e6},
                "sliding_attention": {"rope_type": "default", "rope_theta": 1e4},
            },
            {"rope_theta": 1e6, "rope_local_base_freq": 1e4, "rope_scaling": {"rope_type": "linear", "factor": 8.0}},
        ),
    ],
)
def test_positions_are_told_in_both_forms(rope: dict[str, Any], old: dict[str, Any], tmp_path: Path) -> None:
    config, _tokenizer = _made(tmp_path, {"model_type": "llama", "rope_parameters": rope}, {})
    assert config == {"model_type": "llama", "rope_parameters": rope, **old}


def test_a_tokenizer_is_called_as_older_versions_call_it(tmp_path: Path) -> None:
    told = {"tokenizer_class": "TokenizersBackend", "backend": "tokenizers", "extra_special_tokens": ["<a>"]}
    _config, tokenizer = _made(tmp_path, {}, {**told, "eos_token": "</s>"})
    assert tokenizer == {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "additional_special_tokens": ["<a>"],
        "eos_token": "</s>",
    }


def test_what_older_versions_know_stays(tmp_path: Path) -> None:
    written = {"tokenizer_class": "LlamaTokenizer", "extra_special_tokens": {"image_token": "<i>"}}
    config, tokenizer = _made(tmp_path, {"model_type": "gpt2"}, written)
    assert (config, tokenizer) == ({"model_type": "gpt2"}, written)
