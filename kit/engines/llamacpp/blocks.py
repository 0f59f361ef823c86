"""Weights in the blocks of llama.cpp's types, rounded by its own code."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy

from kit.engines.llamacpp.library import llama
from kit.machine import this_machine

# Numbers of ggml's types, weights that a block holds, and bits for each weight, constants included.
TYPES = {
    "f32": (0, 1, 32.0),
    "f16": (1, 1, 16.0),
    "q4_0": (2, 32, 4.5),
    "q5_0": (6, 32, 5.5),
    "q5_1": (7, 32, 6.0),
    "q8_0": (8, 32, 8.5),
    "q3_k": (11, 256, 3.4375),
    "q4_k": (12, 256, 4.5),
    "q5_k": (13, 256, 5.5),
    "q6_k": (14, 256, 6.5625),
    "iq4_nl": (20, 32, 4.5),
    "bf16": (30, 1, 16.0),
}
_LEAST_ROWS = 32  # of a piece that a thread takes


def number_of(kind: str) -> int:
    """Return ggml's number of the type `kind`."""
    return TYPES[kind][0]


def block_of(kind: str) -> int:
    """Return how many weights share a block; the length of a row must be a multiple of it."""
    return TYPES[kind][1]


def bytes_of(kind: str, rows: int, columns: int) -> int:
    """Return the bytes of a matrix held as `kind`."""
    return round(rows * columns * TYPES[kind][2] / 8)


def rounded(weights: numpy.ndarray, kind: str, importance: numpy.ndarray | None = None) -> numpy.ndarray:
    """Return `weights` in the blocks of `kind`.

    Parameters
    ----------
    weights : ndarray [rows, columns], float32
    kind : str
        One of `TYPES`, of blocks that divide a row.
    importance : ndarray [columns], float32, optional
        How much an error in each column weighs: the mean of the squared input there.

    Returns
    -------
    ndarray [rows, bytes of a row], uint8
    """
    library, number = llama(), number_of(kind)
    rows, columns = weights.shape
    source = numpy.ascontiguousarray(weights, dtype=numpy.float32)
    weighed = None if importance is None else numpy.ascontiguousarray(importance, dtype=numpy.float32)
    made = numpy.empty((rows, library.ggml_row_size(number, columns)), dtype=numpy.uint8)
    library.ggml_quantize_init(number)

    def round_piece(piece: range) -> None:
        library.ggml_quantize_chunk(
            number,
            source.ctypes.data,
            made.ctypes.data,
            piece.start * columns,
            len(piece),
            columns,
            None if weighed is None else weighed.ctypes.data,
        )

    cores = this_machine().cores
    step = max(-(-rows // (4 * cores)), _LEAST_ROWS)
    with ThreadPoolExecutor(cores) as threads:  # ctypes lets go of the interpreter while llama.cpp works
        list(threads.map(round_piece, [range(start, min(start + step, rows)) for start in range(0, rows, step)]))
    return made


def unrounded(blocks: numpy.ndarray, kind: str) -> numpy.ndarray:
    """Return the numbers that `blocks` stand for, as float32."""
    from gguf import GGMLQuantizationType
    from gguf.quants import dequantize

    found: numpy.ndarray = dequantize(blocks, GGMLQuantizationType(number_of(kind)))
    return found
