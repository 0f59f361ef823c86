"""A decoder of OpenVINO over a graph that remembers keys and values itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy

from kit.engines.openvino.quiet import openvino
from kit.machine.facts import this_machine


class OpenVinoDecoder:
    """Reads one text with a compiled model (see `Decoder`).

    Parameters
    ----------
    graph : Path
        An .xml file with inputs ``input_ids``, ``attention_mask``, ``position_ids``, ``places`` and ``beam_idx`` and
        the output ``logits``, at those places.
    precision : str
        "f32" or "bf16": what is computed with, and what keys and values are kept as.
    context : int or None
        Tokens that can be read at once.
    footprint, file_size : int
        Bytes of the weights in memory and on the disk.
    """

    def __init__(
        self, graph: Path, *, precision: str, context: int | None, footprint: int = 0, file_size: int = 0
    ) -> None:
        compiled = openvino().Core().compile_model(graph, "CPU", settings(precision))
        self._request: Any = compiled.create_infer_request()
        self._nothing = numpy.zeros(1, dtype=numpy.int32)
        self.vocabulary = compiled.output("logits").get_partial_shape()[2].get_length()
        self.context = context
        self._length = 0
        self._sizes = footprint, file_size

    def read(self, tokens: Sequence[int], *, keep: int) -> numpy.ndarray:
        """Read on and return the logits after the last `keep` tokens (see `Decoder.read`)."""
        total = self._length + len(tokens)
        self._request.infer(
            {
                "input_ids": numpy.array([tokens], dtype=numpy.int64),
                "attention_mask": numpy.ones((1, total), dtype=numpy.int64),
                "position_ids": numpy.arange(self._length, total, dtype=numpy.int64)[None],
                "places": numpy.arange(len(tokens) - keep, len(tokens), dtype=numpy.int64),
                "beam_idx": self._nothing,
            },
            share_inputs=True,
            share_outputs=True,
        )
        self._length = total
        found: numpy.ndarray = self._request.get_tensor("logits").data[0].copy()  # the next answer is written there
        return found

    def forget(self, length: int) -> None:
        """Remember the first `length` tokens only."""
        if length == 0:
            self._request.reset_state()
        elif length < self._length:
            tensor = openvino().Tensor
            for state in self._request.query_state():
                state.state = tensor(numpy.ascontiguousarray(state.state.data[:, :, :length]))
        self._length = length

    def footprint(self) -> int:
        """Return the bytes that the weights take in memory."""
        return self._sizes[0]

    def file_size(self) -> int:
        """Return the bytes that the weights take on disk."""
        return self._sizes[1]

    def close(self) -> None:
        """Give the memory back."""
        self._request = None


def settings(precision: str) -> dict[str, Any]:
    """Return how a model is compiled for one text at a time on all cores of this process.

    Left alone, OpenVINO would choose bf16 where the processor has it, and keep keys and values in 8 bits.
    """
    return {
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_NUM_THREADS": this_machine().cores,
        "INFERENCE_PRECISION_HINT": precision,
        "KV_CACHE_PRECISION": precision,
    }
