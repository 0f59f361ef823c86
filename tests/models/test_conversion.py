"""A conversion is found by the content of its GGUF file, and only when it is complete."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from kit.models import converted_folder, is_converted
from kit.models.conversion import converted

Make = Callable[..., Path]


def convert(gguf: Path, make_model: Make) -> Path:
    folder = make_model(converted_folder(gguf))
    (folder / "tunebook.json").write_text('{"note": "x"}')
    return folder


def test_the_folder_is_named_by_content(tmp_path: Path, make_gguf: Make) -> None:
    path = make_gguf(tmp_path / "m.Q4_1.gguf")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert converted_folder(path) == Path(os.environ["TUNEBOOK_CACHE"]) / "models" / f"{digest[:16]}-m.Q4_1"


def test_nothing_is_hashed_to_look(tmp_path: Path, make_gguf: Make) -> None:
    path = make_gguf(tmp_path / "m.gguf")
    assert converted(path) is None
    assert not (Path(os.environ["TUNEBOOK_CACHE"]) / "hashes").exists()


@pytest.mark.parametrize("lacking", ["tunebook.json", "config.json", "model.safetensors"])
def test_only_a_complete_conversion_counts(tmp_path: Path, make_gguf: Make, make_model: Make, lacking: str) -> None:
    path = make_gguf(tmp_path / "m.gguf")
    folder = convert(path, make_model)
    assert converted(path) == folder
    (folder / lacking).unlink()
    assert not is_converted(folder)
    assert converted(path) is None
