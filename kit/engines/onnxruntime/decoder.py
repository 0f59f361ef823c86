"""A decoder of ONNX Runtime over a graph with keys and values."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy

from kit.engines.onnxruntime.buffers import Buffers
from kit.machine.facts import this_machine

_ERRORS_ONLY = 3


class OnnxDecoder:
    """Reads one text with a session (see `Decoder`).

    Parameters
    ----------
    graph : Path
        An ONNX file with inputs ``input_ids``, ``attention_mask``, ``places`` and ``past_key_values.*``, and outputs
        ``logits``, at those places, and ``present.*``.
    head_size : int
        Numbers in a key.
    context : int or None
        Tokens that can be read at once.
    footprint, file_size : int
        Bytes of the weights in memory and on the disk.
    """

    def __init__(
        self, graph: Path, *, head_size: int, context: int | None, footprint: int = 0, file_size: int = 0
    ) -> None:
        session = _session(graph)
        self._session: Any = session
        self._binding: Any = session.io_binding()
        past = [each for each in session.get_inputs() if each.name.startswith("past_key_values")]
        self._buffers: Any = Buffers(self._binding, [each.name for each in past], int(past[0].shape[1]), head_size)
        self._logits = [each.name for each in session.get_outputs()].index("logits")
        self.vocabulary = int(session.get_outputs()[self._logits].shape[-1])
        self.context = context
        self._length = 0
        self._sizes = footprint, file_size

    def read(self, tokens: Sequence[int], *, keep: int) -> numpy.ndarray:
        """Read on and return the logits after the last `keep` tokens (see `Decoder.read`)."""
        total = self._length + len(tokens)
        self._buffers.make_room(total, self._length)
        binding = self._binding
        binding.bind_cpu_input("input_ids", numpy.array([tokens], dtype=numpy.int64))
        binding.bind_cpu_input("attention_mask", numpy.ones((1, total), dtype=numpy.int64))
        binding.bind_cpu_input("places", numpy.arange(len(tokens) - keep, len(tokens), dtype=numpy.int64))
        binding.bind_output("logits")
        self._session.run_with_iobinding(binding)
        self._length = total
        found: numpy.ndarray = binding.get_outputs()[-1].numpy()[0]
        return found

    def forget(self, length: int) -> None:
        """Remember the first `length` tokens only."""
        self._length = length

    def footprint(self) -> int:
        """Return the bytes that the weights take in memory."""
        return self._sizes[0]

    def file_size(self) -> int:
        """Return the bytes that the weights take on disk."""
        return self._sizes[1]

    def close(self) -> None:
        """Give the memory back."""
        self._session = self._binding = self._buffers = None


def _session(graph: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = this_machine().cores
    options.log_severity_level = _ERRORS_ONLY
    # Between two tokens somebody else works; threads that spin would take the cores from them.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    return onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
