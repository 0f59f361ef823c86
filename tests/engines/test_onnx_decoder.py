"""ONNX Runtime says of a graph what Transformers says of the model, and of fewer bits nearly that."""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
import pytest
from tinygraphs import TOKENS, agreement, check_reading, logits, tiny_kind

from kit.engines.onnxruntime.decoder import OnnxDecoder
from kit.quantization.onnx.graph import DATA, FILE, write_graph
from kit.quantization.onnx.rounding import write_rounded

__all__ = ["tiny_kind"]

SIZES = {"llama": 16, "qwen3": 32}


@pytest.fixture(scope="module")
def graph(tiny_kind: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    into = tmp_path_factory.mktemp("graph")
    write_graph(str(tiny_kind), str(into))
    return into


def test_it_reads_as_transformers_does(tiny_kind: Path, graph: Path) -> None:
    decoder = OnnxDecoder(graph / FILE, head_size=SIZES[tiny_kind.name], context=512, footprint=3, file_size=4)
    assert (decoder.vocabulary, decoder.context) == (400, 512)
    check_reading(decoder, logits(tiny_kind), functools.partial(np.testing.assert_allclose, atol=1e-4))
    assert (decoder.footprint(), decoder.file_size()) == (3, 4)
    decoder.close()


def test_nothing_but_the_graph_is_left(graph: Path) -> None:
    assert {path.name for path in graph.iterdir()} == {FILE, DATA}


@pytest.mark.parametrize(("bits", "least"), [(8, 0.999), (4, 0.9)])
def test_fewer_bits_say_nearly_the_same(tiny_kind: Path, graph: Path, tmp_path: Path, bits: int, least: float) -> None:
    write_rounded(str(graph), str(tmp_path), bits)
    decoder = OnnxDecoder(tmp_path / FILE, head_size=SIZES[tiny_kind.name], context=512)
    found = decoder.read(TOKENS, keep=len(TOKENS))
    assert least < agreement(found, logits(tiny_kind)) < 0.999999
    decoder.forget(150)
    np.testing.assert_allclose(decoder.read(TOKENS[150:], keep=1), found[-1:], atol=1e-4)
    tables = 1 if tiny_kind.name == "llama" else 2  # tied: rows are looked up in the numbers of the output layer
    linear = (graph / DATA).stat().st_size / 4 - tables * 400 * 64
    room = 1 + 4 / 32  # a 32-bit scale for each block
    assert (tmp_path / DATA).stat().st_size < 1.4 * (linear * (bits / 8 + room - 1) + tables * 400 * 64 * room) + 2**17
