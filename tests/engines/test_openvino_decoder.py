"""OpenVINO says of a graph what Transformers says of the model, and of fewer bits nearly that."""

from __future__ import annotations

import functools
import json
from pathlib import Path

import numpy as np
import pytest
from tinygraphs import TOKENS, agreement, check_reading, logits, tiny

from kit.engines.openvino.decoder import OpenVinoDecoder
from kit.engines.openvino.quiet import keep_quiet
from kit.quantization.openvino.compress import group_size, write_compressed
from kit.quantization.openvino.graph import DATA, FILE, write_graph, write_half


@pytest.fixture(scope="module", params=["llama", "qwen3", "gemma3"])
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny(tmp_path_factory.mktemp("tiny"), request.param)


@pytest.fixture(scope="module")
def graph(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    keep_quiet()
    into = tmp_path_factory.mktemp("graph")
    write_graph(str(model), str(into))
    return into


def test_it_reads_as_transformers_does(model: Path, graph: Path) -> None:
    decoder = OpenVinoDecoder(graph / FILE, precision="f32", context=512, footprint=3, file_size=4)
    assert (decoder.vocabulary, decoder.context) == (400, 512)
    check_reading(decoder, logits(model), functools.partial(np.testing.assert_allclose, atol=1e-4))
    assert (decoder.footprint(), decoder.file_size()) == (3, 4)
    decoder.close()


def test_attention_is_fused_with_its_memory(graph: Path) -> None:
    from kit.engines.openvino.decoder import settings
    from kit.engines.openvino.quiet import openvino

    compiled = openvino().Core().compile_model(graph / FILE, "CPU", settings("f32"))
    nodes = compiled.get_runtime_model().get_ops()
    kinds = [node.get_rt_info()["layerType"].astype(str) for node in nodes]
    assert kinds.count("ScaledDotProductAttention") == 2  # else keys and values are copied with each token


@pytest.mark.parametrize("model", ["llama"], indirect=True)
def test_half_the_bits_take_half_the_room(model: Path, graph: Path, tmp_path: Path) -> None:
    write_half(str(graph), str(tmp_path))
    assert (tmp_path / DATA).stat().st_size == pytest.approx((graph / DATA).stat().st_size / 2, rel=0.02)
    found = OpenVinoDecoder(tmp_path / FILE, precision="bf16", context=512).read(TOKENS, keep=len(TOKENS))
    assert agreement(found, logits(model)) > 0.999


@pytest.mark.parametrize("model", ["llama"], indirect=True)
@pytest.mark.parametrize(("way", "least"), [("int8", 0.999), ("int4", 0.9), ("int4-awq", 0.9), ("int4-gptq", 0.9)])
def test_fewer_bits_say_nearly_the_same(model: Path, graph: Path, tmp_path: Path, way: str, least: float) -> None:
    rows = tmp_path / "rows.json"
    rows.write_text(json.dumps([TOKENS[start : start + 40] for start in range(0, 160, 40)]), encoding="utf-8")
    write_compressed(str(graph), str(tmp_path), way, str(rows) if "-" in way else "")
    decoder = OpenVinoDecoder(tmp_path / FILE, precision="f32", context=512)
    found = decoder.read(TOKENS, keep=len(TOKENS))
    assert least < agreement(found, logits(model)) < 0.999999
    decoder.forget(150)
    # What a layer is given is rounded too, in 8 bits, and not alike for many places and for few.
    np.testing.assert_allclose(decoder.read(TOKENS[150:], keep=1), found[-1:], atol=0.3)


def test_the_largest_group_that_fits_is_taken() -> None:
    assert group_size([576, 1536]) == 64
    assert group_size([64, 96]) == 32
    assert group_size([64, 16]) == 16
    assert group_size([64, 100]) == -1
