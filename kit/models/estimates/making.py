"""The memory and time that making an artefact takes: what a method writes before its engine can read it.

Each family has a formula of the same form, filled in by what its maker does:

- memory: so many bytes for each weight that are held at once, so many copies of the largest matrix in 32 bits beside
  them, what is collected of calibration rows, and a runtime;
- time: so many nanoseconds for each weight (reading, rounding, writing), and so many passes of each calibration token
  through the model, two operations for each weight and token, at the rate of large products.

Where an error of such a prediction was kept on this machine, later ones are corrected by it, as all others are.
"""

from __future__ import annotations

from dataclasses import dataclass

from kit.machine.speed import Speed
from kit.models.card import ModelCard
from kit.models.estimates.answering import RUNTIME_BYTES, largest_matrix
from kit.models.estimates.kept import correction
from kit.models.estimates.weights import METHOD_BITS, weights_bytes

_TFLOPS = 0.1  # of a machine that was never measured: two cores without matrix units
_ROWS, _TOKENS = 128, 200  # of calibration, where nothing is known of its rows


@dataclass(frozen=True)
class Way:
    """What the maker of a family does.

    Parameters
    ----------
    held : float, bytes
        For each weight, at once in memory.
    matrices : float
        Copies of the largest matrix in 32 bits beside.
    nanoseconds : float
        For each weight: reading, rounding, writing.
    passes : float, default 0
        Of each calibration token through the whole model.
    squares : float, default 0
        Matrices of the width of a layer, squared, in 32 bits, that are collected of calibration rows.
    """

    held: float
    matrices: float
    nanoseconds: float
    passes: float = 0.0
    squares: float = 0.0


# By the beginning of a method's name, the longest first that fits.
WAYS = {
    # The file is written one tensor after another: read in 16 bits, as 32-bit floats, and packed.
    "gguf-": Way(held=0, matrices=3, nanoseconds=60),
    # An importance matrix sums squares of what goes into each layer: one pass (llama.cpp's tool imatrix), 16 bits held.
    "gguf-imatrix": Way(held=2, matrices=3, nanoseconds=60, passes=1),
    # A scan holds each group of layers in fewer bits once and reads the rows again: a pass for each, in 32 bits.
    "gguf-mixed": Way(held=4, matrices=3, nanoseconds=60, passes=40),
    # The graph is built from 32-bit weights and written with a second copy of them.
    "onnx-": Way(held=8, matrices=2, nanoseconds=60),
    # The model is traced in 32 bits, and its constants are copied into the graph; NNCF rounds one after another.
    "openvino-": Way(held=8, matrices=3, nanoseconds=60),
    # Activation-aware scales are chosen among twenty for each group of layers (Lin et al. 2023, arXiv:2306.00978).
    "openvino-int4-awq": Way(held=8, matrices=4, nanoseconds=120, passes=2),
    # A Hessian for each input (Frantar et al. 2022, arXiv:2210.17323), rows read before and after each layer.
    "openvino-int4-gptq": Way(held=8, matrices=4, nanoseconds=200, passes=2, squares=2),
    "gptq-": Way(held=4, matrices=4, nanoseconds=400, passes=2, squares=2),
    "awq-": Way(held=4, matrices=4, nanoseconds=120, passes=21),
    "hqq-": Way(held=4, matrices=6, nanoseconds=200),
}


@dataclass(frozen=True)
class MakingEstimate:
    """What making one artefact is predicted to take.

    Parameters
    ----------
    model, method : str
        What it is for.
    memory_bytes : float
        Main memory at its peak, the process included.
    seconds : float
        From the model in a folder to the artefact in another.
    disk_bytes : float
        Of the artefact.
    learned_from : int
        Measurements on this machine that corrected the time; 0: none.
    """

    model: str
    method: str
    memory_bytes: float
    seconds: float
    disk_bytes: float
    learned_from: int = 0


def estimate_making(
    card: ModelCard,
    method: str,
    speed: Speed | None = None,
    *,
    rows: int = _ROWS,
    tokens: int = _TOKENS,
    learned: bool = True,
) -> MakingEstimate | None:
    """Predict what making `method` of a model takes; None for a method that rounds while a model loads.

    Parameters
    ----------
    card : ModelCard
        The model.
    method : str
        Any name; those of unknown families take nothing.
    speed : Speed, optional
        Of this machine; left out, that of two plain cores.
    rows : int, default 128
        Of calibration, for methods that look at some.
    tokens : int, default 200
        Of each such row.
    learned : bool, default True
        Correct by what was measured on this machine?
    """
    way = way_of(method)
    if way is None:
        return None
    flops = 1e12 * (max(speed.tflops.values()) if speed is not None and speed.tflops else _TFLOPS)
    linear = card.parameters - card.embedding_parameters
    seconds = card.parameters * way.nanoseconds * 1e-9 + way.passes * 2 * linear * rows * tokens / flops
    held = card.parameters * way.held + 4 * way.matrices * max(largest_matrix(card), _table(card))
    squares = 4 * way.squares * max(card.hidden_size, card.intermediate_size) ** 2
    collected = 4 * rows * tokens * card.hidden_size if way.passes else 0
    factor, count = correction("making_s", method, seconds) if learned else (1.0, 0)
    disk = weights_bytes(card, METHOD_BITS.get(method, 16.0))
    return MakingEstimate(
        model=card.name,
        method=method,
        memory_bytes=RUNTIME_BYTES + held + squares + collected,
        seconds=seconds * factor,
        disk_bytes=disk,
        learned_from=count,
    )


def way_of(method: str) -> Way | None:
    """Return what the maker of `method` does, None where nothing is made."""
    if method.startswith("gguf-") and method.endswith("-imatrix"):
        return WAYS["gguf-imatrix"]
    fits = [beginning for beginning in WAYS if method.startswith(beginning)]
    return WAYS[max(fits, key=len)] if fits else None


def _table(card: ModelCard) -> int:
    """Return the weights of the embeddings, which are one matrix."""
    return card.vocabulary * card.hidden_size
