"""Rounding by llama.cpp's code, beside the gguf package's own and beside what importance is for."""

from __future__ import annotations

import numpy as np
import pytest
from gguf import GGMLQuantizationType
from gguf.quants import quantize

from kit.engines.llamacpp.blocks import TYPES, block_of, bytes_of, number_of, rounded, unrounded


def weights(rows: int = 70, columns: int = 512) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(rows, columns)).astype(np.float32)


@pytest.mark.parametrize("kind", ["q4_0", "q5_0", "q5_1", "q8_0"])
def test_bytes_are_those_of_the_gguf_package(kind: str) -> None:
    wanted = quantize(weights(), GGMLQuantizationType(number_of(kind)))
    assert (rounded(weights(), kind) == wanted).mean() > 0.999  # ties may be rounded to another side


@pytest.mark.parametrize("kind", [kind for kind in TYPES if kind not in ("f32", "f16")])
def test_sizes_and_errors_follow_the_bits(kind: str) -> None:
    made = rounded(weights(), kind)
    assert made.nbytes == bytes_of(kind, 70, 512)
    assert 512 % block_of(kind) == 0
    error = float(np.sqrt(((unrounded(made, kind) - weights()) ** 2).mean()))
    assert error < 3.6 * 2.0 ** -TYPES[kind][2] if TYPES[kind][2] < 9 else error < 0.004


@pytest.mark.parametrize("kind", ["q4_0", "q4_k", "q6_k", "iq4_nl", "q3_k"])
def test_columns_that_weigh_more_are_nearer(kind: str) -> None:
    importance = np.ones(512, dtype=np.float32)
    importance[::4] = 50

    def error(blocks: np.ndarray) -> float:
        return float((((unrounded(blocks, kind) - weights()) ** 2) * importance).mean())

    assert error(rounded(weights(), kind, importance)) < 0.95 * error(rounded(weights(), kind))
