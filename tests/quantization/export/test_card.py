"""The README.md of an export: numbers only where a run measured them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

import kit
from kit.errors import ParameterError, RunNotFoundError, UnknownNameError
from kit.models import card_here
from kit.place import runs_folder
from kit.quantization.export.card import write_card
from kit.quantization.export.formats import FORMATS, check_format, format_of
from kit.quantization.export.measured import measured_of

NOTE: dict[str, Any] = {
    "title": "smollm2-135m-instruct, gguf-q4_k_m",
    "name": "smollm2-135m-instruct-gguf-q4_k_m",
    "model": "smollm2-135m-instruct",
    "adapter": False,
    "format": "gguf",
    "method": "gguf-q4_k_m",
    "bits": 4,
    "calibration": "",
    "origin_note": "The weights were 4-bit (Q4_1) once.",
    "bytes": 100 * 2**20,
    "files": {"model.gguf": {"bytes": 100 * 2**20, "sha256": "ab" * 32}},
    "notes": ["It keeps blanks."],
    "proof": {
        "engine": "llama.cpp",
        "reading": {"chats": 8, "texts": 14, "tokens": 667},
        "answers": {
            "places": 144,
            "same_top": 0.8125,
            "near_top": 0.9,
            "near_nats": 0.5,
            "kld_mean": 0.04,
            "floor": 0.15,
        },
    },
}
METRICS = {"acc": 0.851, "acc_stderr": 0.01, "perplexity": 17.04, "decode_tokens_per_s": 61.25, "kld_mean": 0.0421}


def _card(folder: Path, measured: Any = None) -> str:
    write_card(folder, NOTE, card_here("smollm2-135m-instruct"), measured)
    return (folder / "README.md").read_text(encoding="utf-8")


def test_it_tells_what_it_is_and_how_it_was_proven(tmp_path: Path) -> None:
    text = _card(tmp_path)
    head = yaml.safe_load(text.split("---")[1])
    assert head["license"] == "apache-2.0"
    assert head["base_model"] == "HuggingFaceTB/SmolLM2-135M-Instruct"
    assert head["base_model_relation"] == "quantized"
    for told in ("100.0 MiB", "81.2%", "144 places", "667 tokens", "4-bit (Q4_1) once", "It keeps blanks.", "abababab"):
        assert told in text
    assert "## Measured" not in text
    assert "were not measured" in text


def _run(run_id: str, variants: list[dict[str, str]], metrics: dict[str, float]) -> None:
    data = {"source": "/somewhere/test.jsonl"}
    parts = [
        kit.Result(spec={"variant": variant, "data": data}, metrics=metrics, facts={"rows": 500})
        for variant in variants
    ]
    machine = {"cores": 2, "cpu": "Some CPU", "gpus": []}
    whole = kit.Result(spec={}, parts=tuple(parts), facts={"reference": "fp32"}, provenance={"machine": machine})
    folder = runs_folder() / run_id
    folder.mkdir(parents=True)
    (folder / "result.json").write_text(json.dumps(whole.to_dict()), encoding="utf-8")


VARIANT = kit.Variant(model="smollm2-135m-instruct", method="gguf-q4_k_m")


def test_what_a_run_measured_stands_there_and_nothing_else(tmp_path: Path) -> None:
    of = {"model": VARIANT.model, "method": VARIANT.method}
    _run("20261123-101010-sweep-abcd", [{**of, "method": "bf16"}, of], METRICS)
    text = _card(tmp_path, measured_of("run:20261123-101010-sweep-abcd", VARIANT))
    measured = text.split("## Measured")[1].split("## Limits")[0]
    rows = dict(re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", measured, re.MULTILINE))
    assert rows["Accuracy"] == "0.851 ± 0.020"  # 1.96 standard errors
    assert rows["Perplexity"] == "17.04"
    assert rows["Decoding, tokens/s"] == "61.2"
    assert len(rows) == len(METRICS) - 1 + 2  # the standard error is no row; head and line are
    assert "500 rows of test.jsonl" in measured
    assert "Some CPU, 2 cores" in measured
    assert "/somewhere" not in text


def test_a_run_that_measured_something_else_is_refused() -> None:
    _run("20261123-101010-sweep-abcd", [{"model": VARIANT.model, "method": "bf16"}], METRICS)
    with pytest.raises(UnknownNameError, match="smollm2-135m-instruct as bf16"):
        measured_of("20261123-101010-sweep-abcd", VARIANT)
    with pytest.raises(RunNotFoundError) as caught:
        measured_of("20261123-101010-sweep-abce", VARIANT)
    assert "20261123-101010-sweep-abcd" in caught.value.fix


def test_the_format_follows_from_the_method() -> None:
    found = {method: format_of(method) for method in kit.methods()}
    assert {found[method] for method in ("fp32", "bf16", "fp16")} == {"safetensors"}
    assert not any(
        format for method, format in found.items() if method.startswith(("bnb-", "torchao-", "torch-", "hqq-"))
    )
    assert all(format_of(f"{name}-x") == name for name in FORMATS[1:])
    with pytest.raises(ParameterError, match="method='bnb-nf4'") as caught:
        check_format("", "bnb-nf4")
    assert "export bf16" in caught.value.fix
    with pytest.raises(ParameterError, match="format='onnx'") as caught:
        kit.ExportSpec(variant=VARIANT, format="onnx")
    assert "onnx-int4" in caught.value.fix
