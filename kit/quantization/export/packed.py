"""Integers of 4 bits as GPTQ and AWQ checkpoints hold them, eight to a 32-bit word. Pure arithmetic.

GPTQ (AutoGPTQ's format "gptq", https://github.com/AutoGPTQ/AutoGPTQ, which GPTQModel, vLLM and Transformers read):
``qweight`` int32 [columns / 8, rows], ``qzeros`` int32 [groups, rows / 8] with one less than each zero, ``scales`` fp16
[groups, rows], ``g_idx`` int32 [columns], the group of each column.

AWQ (version "gemm", https://github.com/casper-hansen/AutoAWQ): ``qweight`` int32 [columns, rows / 8], ``qzeros`` int32
[groups, rows / 8], ``scales`` as above; the eight numbers of a word stand in another order.
"""

from __future__ import annotations

import torch

from kit.quantization.int4.groups import GROUP, Groups

_BITS, _WORD, _MASK = 4, 8, 15
_IN_ORDER = tuple(range(_WORD))
_AWQ_ORDER = (0, 2, 4, 6, 1, 3, 5, 7)  # which of eight numbers the first, second, ... four bits of a word hold

Tensors = dict[str, torch.Tensor]


def gptq_tensors(groups: Groups) -> Tensors:
    """Return the tensors of a layer of a GPTQ checkpoint, by the last part of their names."""
    columns = groups.codes.shape[1]
    return {
        "qweight": _packed(groups.codes, _IN_ORDER).T.contiguous(),
        "qzeros": _packed(groups.zeros.T - 1, _IN_ORDER),
        "scales": groups.scales.T.half().contiguous(),
        "g_idx": (torch.arange(columns) // GROUP).int(),
    }


def gptq_groups(tensors: Tensors) -> Groups:
    """Return the layer that `gptq_tensors` wrote."""
    codes = _unpacked(tensors["qweight"].T, _IN_ORDER)
    zeros = (_unpacked(tensors["qzeros"], _IN_ORDER) + 1).T
    return Groups(codes.contiguous(), tensors["scales"].T.bfloat16().contiguous(), zeros.contiguous())


def awq_tensors(groups: Groups) -> Tensors:
    """Return the tensors of a layer of an AWQ checkpoint, by the last part of their names."""
    return {
        "qweight": _packed(groups.codes.T, _AWQ_ORDER),
        "qzeros": _packed(groups.zeros.T, _AWQ_ORDER),
        "scales": groups.scales.T.half().contiguous(),
    }


def awq_groups(tensors: Tensors) -> Groups:
    """Return the layer that `awq_tensors` wrote."""
    codes, zeros = (_unpacked(tensors[name], _AWQ_ORDER).T.contiguous() for name in ("qweight", "qzeros"))
    return Groups(codes, tensors["scales"].T.bfloat16().contiguous(), zeros)


def _packed(numbers: torch.Tensor, order: tuple[int, ...]) -> torch.Tensor:
    """Return numbers from 0 to 15 [n, 8 m] as words, int32 [n, m]."""
    eights = numbers.to(torch.int64).reshape(numbers.shape[0], -1, _WORD)
    words = sum(eights[:, :, place] << _BITS * shift for shift, place in enumerate(order))
    assert isinstance(words, torch.Tensor)
    # The highest bit of a word is its sign.
    return torch.where(words >= 2**31, words - 2**32, words).to(torch.int32).contiguous()


def _unpacked(words: torch.Tensor, order: tuple[int, ...]) -> torch.Tensor:
    """Return the numbers that `_packed` packed, uint8 [n, 8 m]."""
    found = torch.empty((*words.shape, _WORD), dtype=torch.uint8)
    for shift, place in enumerate(order):
        found[:, :, place] = (words >> _BITS * shift & _MASK).to(torch.uint8)
    return found.reshape(words.shape[0], -1)
