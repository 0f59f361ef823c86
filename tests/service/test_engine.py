"""Which server holds a model: the one its method belongs to, and by itself the quickest that can."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import pytest
from tinymodel import SHAPE, save_model

from kit.engines.spec import Variant
from kit.errors import MissingPackageError, UnsupportedError
from kit.service import engine
from kit.service.engine import check_method, engine_of, holds, method_of, slots_of
from kit.service.held import server_of
from kit.service.spec import ServiceSpec
from kit.widgets.asking.names import served_name


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """A model that OpenVINO reads many texts of, one whose attention has a window, a large one, and a GGUF file."""
    from transformers import LlamaConfig, MistralConfig

    shape: dict[str, Any] = SHAPE
    monkeypatch.setattr(engine, "computing", lambda _method: "bf16")
    found = {
        "small": save_model(tmp_path / "small", LlamaConfig(**shape)),
        "window": save_model(tmp_path / "window", MistralConfig(**shape, sliding_window=8)),
        "large": save_model(tmp_path / "large", LlamaConfig(**shape)),
        "file": tmp_path / "model.gguf",
    }
    with (found["large"] / "more.safetensors").open("wb") as file:
        file.truncate(2**30)
    found["file"].write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, 0))
    return found


def test_each_model_is_held_as_suits_it(models: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def methods(spec: ServiceSpec) -> list[str]:
        return [method_of(spec, str(path)) for path in models.values()]

    assert methods(ServiceSpec()) == ["openvino-bf16", "gguf-q8_0", "openvino-int8", "gguf-q8_0"]
    assert methods(ServiceSpec(engine="llama.cpp")) == ["gguf-q8_0"] * 4
    assert methods(ServiceSpec(method="gguf-f16")) == ["gguf-f16"] * 4
    assert method_of(ServiceSpec(), "not-here") == method_of(ServiceSpec()) == "openvino-int8"
    monkeypatch.setattr(engine, "computing", lambda _method: "f32")  # a processor without bf16
    assert methods(ServiceSpec())[0] == "openvino-int8"


def test_without_openvino_llama_cpp_holds_all(models: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_PACKAGES", ("openvino", "no_such_package"))
    assert engine_of(ServiceSpec()) == "llama.cpp"
    assert method_of(ServiceSpec(), str(models["small"])) == "gguf-q8_0"
    with pytest.raises(MissingPackageError, match=r"no_such_package.*\n?.*tunebook\[engines\]"):
        engine_of(ServiceSpec(engine="openvino"))
    assert not holds(ServiceSpec(), str(models["small"]), "openvino-int8")


def test_a_method_belongs_to_its_server(models: dict[str, Path]) -> None:
    assert server_of("gguf-q4_k_m") == "kit.service.llama_server"
    assert server_of("openvino-int4") == "kit.service.batching"
    assert server_of("bf16") == "kit.service.vllm_server"
    check_method(ServiceSpec(engine="llama.cpp"), str(models["small"]), "openvino-int4")  # asked for by its name
    with pytest.raises(UnsupportedError, match=r"@gguf-q8_0"):
        check_method(ServiceSpec(), str(models["window"]), "openvino-int8")
    with pytest.raises(UnsupportedError, match="none of their methods"):
        check_method(ServiceSpec(), str(models["small"]), "onnx-int8")


def test_how_many_are_answered_at_once() -> None:
    assert [slots_of(ServiceSpec(), method) for method in ("gguf-q8_0", "openvino-int8", "bf16")] == [8, 16, 64]
    assert [slots_of(ServiceSpec(slots=3), method) for method in ("gguf-q8_0", "openvino-int8", "bf16")] == [3] * 3


def test_what_was_measured_is_asked_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_about", lambda _model: ({"model_type": "llama"}, 1))
    for method in ("openvino-int8", "gguf-q4_k_m"):
        assert served_name(Variant(model="smollm2-135m", method=method)) == f"smollm2-135m@{method}"
    assert served_name(Variant(model="smollm2-135m", method="bnb-nf4")) is None
    monkeypatch.setattr(engine, "_about", lambda _model: (json.loads('{"model_type": "gemma2"}'), 1))
    assert served_name(Variant(model="gemma", method="openvino-int8")) is None
