"""``tunebook models``: lists by need, and everything that is known of one."""

from __future__ import annotations

import json

import pytest

from kit.cli import main


def names(told: str) -> list[str]:
    return [line.split()[0] for line in told.splitlines()[1:]]


def test_a_list_keeps_what_the_person_needs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "list", "qwen2.5", "--licence", "free", "--language", "de", "--task", "answer"]) == 0
    found = names(capsys.readouterr().out)
    assert "qwen2.5-7b-instruct" in found
    assert not {"qwen2.5-7b", "qwen2.5-3b-instruct", "qwen2.5-vl-7b-instruct"} & set(found)


def test_a_list_keeps_what_fits(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "list", "llama", "--fits"]) == 0
    found = names(capsys.readouterr().out)
    assert "llama-3.2-1b-instruct" in found
    assert "llama-3.1-405b-instruct" not in found


def test_nothing_left_says_what_was_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "list", "phi", "--language", "xx", "--fits"]) == 1
    assert "phi --language xx --fits --method bf16" in capsys.readouterr().err


def test_a_list_for_a_program(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "list", "smollm2", "--json"]) == 0
    (first, *_others) = json.loads(capsys.readouterr().out)
    assert first["hub_id"] == "HuggingFaceTB/SmolLM2-135M-Instruct"
    assert first["scores"][0]["reporter"] == "Hugging Face"


def test_one_model_is_told_whole(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "show", "gemma-2-9b-it"]) == 0
    told = capsys.readouterr().out
    assert "Parameters         9,241,705,984" in told
    assert "Not verified" in told
    assert max(map(len, told.splitlines())) <= 100
    assert main(["models", "show", "gemma-2-9b-it", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["context"] == 8192
