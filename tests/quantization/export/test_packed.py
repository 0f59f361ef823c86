"""The words of GPTQ and AWQ checkpoints, against the formulas by which their readers take them apart."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

from kit.quantization.export.packed import Tensors, awq_groups, awq_tensors, gptq_groups, gptq_tensors
from kit.quantization.int4.groups import Groups

ROWS, COLUMNS, GROUP = 16, 128, 64


@pytest.fixture
def groups() -> Groups:
    generator = torch.Generator().manual_seed(0)
    codes = torch.randint(0, 16, (ROWS, COLUMNS), generator=generator, dtype=torch.uint8)
    scales = (torch.rand(ROWS, COLUMNS // GROUP, generator=generator) + 0.01).bfloat16()
    zeros = torch.randint(1, 16, (ROWS, COLUMNS // GROUP), generator=generator, dtype=torch.uint8)
    return Groups(codes, scales, zeros)


def _nibble(words: torch.Tensor, row: int, column: int, shift: int) -> int:
    return (int(words[row, column]) & 0xFFFFFFFF) >> 4 * shift & 15


def gptq_weight(tensors: Tensors, row: int, column: int) -> float:
    """As AutoGPTQ dequantizes: (code - (zero + 1)) · scale, eight columns of a row in a word, in order."""
    group = int(tensors["g_idx"][column])
    code = _nibble(tensors["qweight"], column // 8, row, column % 8)
    zero = _nibble(tensors["qzeros"], group, row // 8, row % 8) + 1
    return (code - zero) * float(tensors["scales"][group, row])


def awq_weight(tensors: Tensors, row: int, column: int) -> float:
    """As AutoAWQ dequantizes: (code - zero) · scale, eight rows in a word, in an order of its own."""
    group, shift = column // GROUP, (0, 4, 1, 5, 2, 6, 3, 7)[row % 8]
    code = _nibble(tensors["qweight"], column, row // 8, shift)
    return (code - _nibble(tensors["qzeros"], group, row // 8, shift)) * float(tensors["scales"][group, row])


KINDS = [(gptq_tensors, gptq_groups, gptq_weight), (awq_tensors, awq_groups, awq_weight)]
each_kind = pytest.mark.parametrize(("write", "read", "weight"), KINDS, ids=["gptq", "awq"])


@each_kind
def test_readers_find_the_same_weights(
    groups: Groups, write: Callable[..., Tensors], read: Callable[..., Groups], weight: Callable[..., float]
) -> None:
    tensors = write(groups)
    found = np.array([[weight(tensors, row, column) for column in range(COLUMNS)] for row in range(ROWS)])
    assert np.allclose(found, groups.written_out().numpy(), rtol=1e-6)
    assert tensors["qweight"].dtype == tensors["qzeros"].dtype == torch.int32
    assert tensors["scales"].dtype == torch.float16


@each_kind
def test_there_and_back(
    groups: Groups, write: Callable[..., Tensors], read: Callable[..., Groups], weight: Callable[..., float]
) -> None:
    found = read(write(groups))
    assert torch.equal(found.codes, groups.codes)
    assert torch.equal(found.zeros, groups.zeros)
    assert torch.equal(found.scales, groups.scales)
