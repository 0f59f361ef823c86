"""Whole, partial, damaged and pickled folders are told apart without reading weights."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from kit.errors import UnsupportedError
from kit.models.folder import adapter_problem, is_adapter, model_problem, safetensors_whole

Make = Callable[..., Path]


@pytest.mark.parametrize("shards", [1, 3])
def test_a_whole_model(tmp_path: Path, make_model: Make, shards: int) -> None:
    assert model_problem(make_model(tmp_path / "m", shards=shards)) is None


def test_no_config(tmp_path: Path, make_model: Make) -> None:
    folder = make_model(tmp_path / "m")
    (folder / "config.json").unlink()
    assert "no config.json" in str(model_problem(folder))


def test_no_config_but_a_gguf_file(tmp_path: Path) -> None:
    (tmp_path / "x.gguf").write_bytes(b"GGUF")
    assert str(tmp_path / "x.gguf") in str(model_problem(tmp_path))


def test_a_config_that_is_no_json(tmp_path: Path, make_model: Make) -> None:
    folder = make_model(tmp_path / "m")
    (folder / "config.json").write_text("<html>log in first</html>")
    assert "config.json is damaged" in str(model_problem(folder))


def test_a_missing_shard_is_named(tmp_path: Path, make_model: Make) -> None:
    folder = make_model(tmp_path / "m", shards=3)
    (folder / "model-00002-of-00003.safetensors").unlink()
    assert "model-00002-of-00003.safetensors" in str(model_problem(folder))


@pytest.mark.parametrize("lost", [1, 20, 30, 60])
def test_a_file_that_breaks_off(tmp_path: Path, make_model: Make, lost: int) -> None:
    folder = make_model(tmp_path / "m")
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-lost])
    assert not safetensors_whole(path)
    assert "damaged" in str(model_problem(folder))


@pytest.mark.parametrize("content", [b"", b"\x00" * 64, b"<html>" * 20, (5).to_bytes(8, "little") + b"[1,2]"])
def test_no_safetensors_at_all(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(content)
    assert not safetensors_whole(path)


def test_an_index_cannot_lead_out_of_its_folder(tmp_path: Path, make_model: Make) -> None:
    make_model(tmp_path)
    folder = make_model(tmp_path / "m", shards=2)
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {"w": "../model.safetensors"}}))
    assert "missing" in str(model_problem(folder))


def test_an_index_that_names_nothing(tmp_path: Path, make_model: Make) -> None:
    folder = make_model(tmp_path / "m", shards=2)
    (folder / "model.safetensors.index.json").write_text("{}")
    assert "index.json is damaged" in str(model_problem(folder))


def test_pickles_are_refused_with_the_reason(tmp_path: Path, make_model: Make) -> None:
    folder = make_model(tmp_path / "m")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    problem = model_problem(folder)
    assert isinstance(problem, UnsupportedError)
    assert "pytorch_model.bin" in problem.problem
    assert "run any code" in problem.problem
    assert "safetensors" in problem.fix


def test_pickles_beside_safetensors_do_no_harm(tmp_path: Path, make_model: Make) -> None:
    folder = make_model(tmp_path / "m")
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x04")
    assert model_problem(folder) is None


def test_arguments_of_a_trainer_are_no_weights(tmp_path: Path, make_model: Make) -> None:
    folder = make_model(tmp_path / "m")
    (folder / "model.safetensors").rename(folder / "training_args.bin")
    assert "holds no weights" in str(model_problem(folder))


def test_adapters(tmp_path: Path, make_adapter: Make, make_model: Make) -> None:
    adapter, model = make_adapter(tmp_path / "a", "base"), make_model(tmp_path / "m")
    assert is_adapter(adapter)
    assert not is_adapter(model)
    assert adapter_problem(adapter) is None
    assert "adapter_config.json" in str(adapter_problem(model))
    (adapter / "adapter_model.safetensors").rename(adapter / "adapter_model.bin")
    assert isinstance(adapter_problem(adapter), UnsupportedError)
