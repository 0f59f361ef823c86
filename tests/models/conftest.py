"""Small real models, GGUF files, wheels and a Hugging Face cache, made anew for each test."""

from __future__ import annotations

import base64
import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest


@pytest.fixture(autouse=True)
def hub_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test an empty Hugging Face cache."""
    folder = tmp_path / "hf-cache"
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(folder))
    return folder


@pytest.fixture
def make_model() -> Callable[..., Path]:
    """Write a folder as save_pretrained does, in one or several files of weights."""

    def make(folder: Path, *, shards: int = 1) -> Path:
        from safetensors.numpy import save_file

        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.json").write_text('{"model_type": "llama"}')
        (folder / "tokenizer.json").write_text("{}")
        if shards == 1:
            save_file({"w": np.arange(8, dtype=np.float32)}, folder / "model.safetensors")
            return folder
        names = [f"model-{i + 1:05}-of-{shards:05}.safetensors" for i in range(shards)]
        for i, name in enumerate(names):
            save_file({f"w{i}": np.full(8, i, dtype=np.float32)}, folder / name)
        index = {"weight_map": {f"w{i}": name for i, name in enumerate(names)}}
        (folder / "model.safetensors.index.json").write_text(json.dumps(index))
        return folder

    return make


@pytest.fixture
def make_adapter() -> Callable[..., Path]:
    """Write a folder as peft saves an adapter."""

    def make(folder: Path, base: str | None, *, marker: dict[str, Any] | None = None) -> Path:
        from safetensors.numpy import save_file

        folder.mkdir(parents=True, exist_ok=True)
        config = {"peft_type": "LORA", "base_model_name_or_path": base}
        (folder / "adapter_config.json").write_text(json.dumps(config))
        save_file({"a": np.zeros(4, dtype=np.float32)}, folder / "adapter_model.safetensors")
        if marker is not None:
            (folder / "tunebook.json").write_text(json.dumps(marker))
        return folder

    return make


@pytest.fixture
def make_gguf() -> Callable[..., Path]:
    """Write a GGUF file with the gguf package."""

    def make(path: Path, *, file_type: int = 3, seed: int = 0) -> Path:
        from gguf import GGUFWriter

        path.parent.mkdir(parents=True, exist_ok=True)
        writer = GGUFWriter(path, "llama")
        writer.add_name("tiny")
        writer.add_file_type(file_type)
        writer.add_token_list([f"token{i}" for i in range(50)])
        writer.add_token_scores([float(i) for i in range(50)])
        writer.add_tensor("a.weight", np.random.default_rng(seed).normal(size=(4, 32)).astype(np.float32))
        writer.add_tensor("b.weight", np.ones((64, 32), dtype=np.float32))
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        return path

    return make


@pytest.fixture
def cache_hub_model(hub_cache: Path, make_model: Callable[..., Path]) -> Callable[..., Path]:
    """Put a model into the Hugging Face cache as a download would and return its snapshot folder."""

    def put(hub_id: str, **options: Any) -> Path:
        place = hub_cache / ("models--" + hub_id.replace("/", "--"))
        commit = "0123456789abcdef0123456789abcdef01234567"
        (place / "refs").mkdir(parents=True)
        (place / "refs" / "main").write_text(commit)
        return make_model(place / "snapshots" / commit, **options)

    return put


def _record_row(name: str, content: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
    return f"{name},sha256={digest},{len(content)}\n"


@pytest.fixture
def make_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Write a wheel into a folder that pip will look into, and nowhere else."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))

    def make(package: str, files: dict[str, bytes], *, record: str | None = None) -> Path:
        module = package.replace("-", "_")
        info = f"{module}-1.0.dist-info"
        everything = {
            **files,
            f"{module}/__init__.py": b"raise RuntimeError('a model package must never be imported')",
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n".encode(),
            f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        }
        told = "".join(_record_row(name, content) for name, content in everything.items())
        path = folder / f"{module}-1.0-py3-none-any.whl"
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in everything.items():
                archive.writestr(name, content)
            archive.writestr(f"{info}/RECORD", told if record is None else record)
        return path

    return make
