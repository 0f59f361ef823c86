"""Keys and values of what was read, in buffers that ONNX Runtime writes on in place.

A graph takes the keys and values so far and returns those with one token more. Given the same memory for both, it adds
the new ones where they belong and copies nothing; forgetting tokens is then only a smaller count.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy

_FIRST_ROOM = 256  # tokens; doubled when more are read


class Buffers:
    """Memory for keys and values, bound as inputs and outputs of one session.

    Parameters
    ----------
    binding : onnxruntime.IOBinding
    names : sequence of str
        Of the inputs, such as "past_key_values.0.key".
    heads, head_size : int
        What one token has in each.
    """

    def __init__(self, binding: Any, names: Sequence[str], heads: int, head_size: int) -> None:
        self._binding = binding
        self._heads, self._head_size = heads, head_size
        self._arrays = {name: self._empty(0) for name in names}
        self._values: list[Any] = []
        self._room = 0

    def make_room(self, length: int, held: int) -> None:
        """See to it that `length` tokens fit; the first `held` of those that are there stay."""
        if length <= self._room:
            return
        while self._room < length:
            self._room = max(self._room * 2, _FIRST_ROOM)
        self._values.clear()
        for name, old in self._arrays.items():
            new = self._empty(self._room)
            new[:, :, :held] = old[:, :, :held]
            self._arrays[name] = new
            self._bind(name, new)

    def _bind(self, name: str, array: numpy.ndarray) -> None:
        from onnxruntime import OrtValue

        value = OrtValue.ortvalue_from_numpy(array)
        self._values.append(value)  # neither the binding nor the value keeps the memory
        self._binding.bind_ortvalue_input(name, value)
        self._binding.bind_ortvalue_output(name.replace("past_key_values", "present"), value)

    def _empty(self, room: int) -> numpy.ndarray:
        return numpy.zeros((1, self._heads, room, self._head_size), dtype=numpy.float32)
