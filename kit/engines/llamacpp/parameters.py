"""Structures that llama.cpp takes and returns by value.

Their sizes grow from version to version, but a caller may hand over more bytes than are read: both common calling
conventions (System V on x86-64, AAPCS64 on arm64) pass a structure this large in memory, and what stands behind it is
not looked at. So they are blocks of bytes, filled by llama.cpp's own functions for defaults; only a few fields at the
beginning are changed, after their defaults have shown that they stand where they are expected.
"""

from __future__ import annotations

import ctypes
from ctypes import POINTER, c_float, c_int8, c_int32, c_uint8, c_uint32
from typing import Any

from kit.errors import UnsupportedError
from kit.i18n import _


class Block(ctypes.Structure):
    """Bytes of a structure of parameters; more than any of them has."""

    _fields_ = (("bytes", c_uint8 * 512),)

    def number(self, place: int) -> int:
        """Return the 32-bit number at byte `place`."""
        return c_uint32.from_buffer(self, place).value

    def put(self, place: int, number: int) -> None:
        """Write a 32-bit number at byte `place`."""
        c_uint32.from_buffer(self, place).value = number


class Batch(ctypes.Structure):
    """Tokens to be read: llama_batch."""

    _fields_ = (
        ("n_tokens", c_int32),
        ("token", POINTER(c_int32)),
        ("embd", POINTER(c_float)),
        ("pos", POINTER(c_int32)),
        ("n_seq_id", POINTER(c_int32)),
        ("seq_id", POINTER(POINTER(c_int32))),
        ("logits", POINTER(c_int8)),
    )


# llama_context_params begins with these, in bytes from its start, and the defaults that show it.
_CONTEXT, _BATCH, _PART, _TEXTS = 0, 4, 8, 12
_CONTEXT_DEFAULTS = {_CONTEXT: 512, _BATCH: 2048, _PART: 512, _TEXTS: 1}

# llama_model_params: layers on a GPU (-1: all) and how they are split, later the switches vocab_only,
# check_tensors, use_extra_bufts, no_host and no_alloc, a byte each.
_MODEL_DEFAULTS = {16: 0xFFFFFFFF, 20: 1}
_SWITCHES, _SWITCH_DEFAULTS = 72, bytes([0, 0, 1, 0, 0])
_VOCABULARY_ONLY, _REPACK = _SWITCHES, _SWITCHES + 2


def check_defaults(library: Any, fix: str) -> None:
    """Raise `UnsupportedError` unless the fields that are changed stand where they are expected."""
    context, model = library.llama_context_default_params(), library.llama_model_default_params()
    known = all(context.number(place) == number for place, number in _CONTEXT_DEFAULTS.items())
    known = known and all(model.number(place) == number for place, number in _MODEL_DEFAULTS.items())
    switches = bytes(model.bytes[_SWITCHES : _SWITCHES + len(_SWITCH_DEFAULTS)])
    if not known or switches != _SWITCH_DEFAULTS:
        problem = _("The llama.cpp in this version of xllamacpp is another than those that are known.")
        raise UnsupportedError(problem, fix=fix)


def model_block(library: Any, *, vocabulary_only: bool = False, repack: bool = True) -> Block:
    """Return the parameters with which a file is opened.

    Parameters
    ----------
    vocabulary_only : bool, default False
        Read no weights.
    repack : bool, default True
        Lay weights out anew in memory where this processor multiplies them faster so.
    """
    block: Block = library.llama_model_default_params()
    block.bytes[_VOCABULARY_ONLY] = int(vocabulary_only)
    block.bytes[_REPACK] = int(repack)
    return block


def context_block(library: Any, *, context: int, batch: int) -> Block:
    """Return the parameters of a memory for one text of `context` tokens, `batch` of which are read at once."""
    block: Block = library.llama_context_default_params()
    block.put(_CONTEXT, context)
    block.put(_BATCH, batch)
    block.put(_PART, batch)
    return block
