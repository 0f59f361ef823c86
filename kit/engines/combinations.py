"""Which family of methods goes with which engine: it runs, it cannot and why, or nobody has tried. Data, light.

A format belongs to the engine that reads it, so a method names its engine. What is written here tells people who ask
for another one why not, and what to ask for instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kit.engines.homes import ENGINES, TRANSFORMERS, home
from kit.i18n import N_, _

State = Literal["runs", "cannot", "never tried"]

LLAMA, ONNX, OPENVINO = ENGINES[1:]

# By the beginning of a method's name.
FAMILIES = {
    "fp32": "floats",
    "bf16": "floats",
    "fp16": "floats",
    "bnb-": "bitsandbytes",
    "torchao-": "torchao",
    "torch-": "PyTorch",
    "gptq-": "GPTQ",
    "awq-": "AWQ",
    "hqq-": "HQQ",
    "gguf-": "GGUF",
    "onnx-": "ONNX",
    "openvino-": "OpenVINO",
}

_FILES = N_("{engine} reads files of its own; the same numbers are {instead}")
_KERNELS = N_("its packed weights are read by kernels of PyTorch, which {engine} does not have")
_GGUF = N_(
    "Transformers unpacks GGUF files into floats, which then are no smaller; name the file as the model for that"
)
_OWN = N_("{engine} does not read the files of {home}")
_PACKED = N_("{engine} has kernels for such weights, but nothing here writes them for it yet")

# What else than its own engine a family meets: state, reason, and what to ask for instead.
_OTHERS: dict[tuple[str, str], tuple[State, str, str]] = {
    ("floats", LLAMA): ("cannot", _FILES, "gguf-bf16, gguf-f16"),
    ("floats", ONNX): ("cannot", _FILES, "onnx-fp32"),
    ("floats", OPENVINO): ("cannot", _FILES, "openvino-fp32, openvino-bf16"),
    **{
        (family, engine): ("cannot", _KERNELS, "")
        for family in ("bitsandbytes", "torchao", "PyTorch")
        for engine in (LLAMA, ONNX, OPENVINO)
    },
    ("GPTQ", LLAMA): ("cannot", _FILES, "gguf-q4_0, gguf-q4_k_m"),
    ("GPTQ", ONNX): ("never tried", _PACKED, "onnx-int4"),
    ("GPTQ", OPENVINO): ("never tried", _PACKED, "openvino-int4-gptq"),
    ("AWQ", LLAMA): ("cannot", _FILES, "gguf-q4_0, gguf-q4_k_m"),
    ("AWQ", ONNX): ("never tried", _PACKED, "onnx-int4"),
    ("AWQ", OPENVINO): ("never tried", _PACKED, "openvino-int4-awq"),
    ("HQQ", LLAMA): ("cannot", _FILES, "gguf-q4_0, gguf-q4_k_m"),
    ("HQQ", ONNX): ("never tried", _PACKED, "onnx-int4"),
    ("HQQ", OPENVINO): ("never tried", _PACKED, "openvino-int4"),
    ("GGUF", TRANSFORMERS): ("cannot", _GGUF, "bf16"),
    ("GGUF", ONNX): ("cannot", _OWN, "onnx-int4"),
    ("GGUF", OPENVINO): ("never tried", _PACKED, "openvino-int4"),
    ("ONNX", TRANSFORMERS): ("cannot", _OWN, "fp32"),
    ("ONNX", LLAMA): ("cannot", _OWN, "gguf-q8_0"),
    ("ONNX", OPENVINO): ("never tried", _PACKED, "openvino-int8"),
    ("OpenVINO", TRANSFORMERS): ("cannot", _OWN, "bf16"),
    ("OpenVINO", LLAMA): ("cannot", _OWN, "gguf-q8_0"),
    ("OpenVINO", ONNX): ("cannot", _OWN, "onnx-int8"),
}


@dataclass(frozen=True)
class Combination:
    """What is known of a family of methods on an engine.

    Parameters
    ----------
    family, engine : str
        Which two.
    state : {"runs", "cannot", "never tried"}
        "runs": that engine is its own; whether it is installed here is another question.
    reason : str
        Why not, in words; "" where it runs.
    instead : str
        Methods of that engine that come nearest; "" where none does.
    """

    family: str
    engine: str
    state: State
    reason: str = ""
    instead: str = ""


def family(method: str) -> str:
    """Return the family of a method, by its name; "" where nobody knows it."""
    return next((found for start, found in FAMILIES.items() if method.startswith(start)), "")


def combination(method: str, engine: str) -> Combination:
    """Return what is known of a method, or of a family, on an engine.

    Parameters
    ----------
    method : str
        A name such as "bnb-nf4", or a family such as "bitsandbytes".
    engine : str
        One of `kit.engines.homes.ENGINES`.
    """
    known = method if method in FAMILIES.values() else family(method)
    start = next((each for each, found in FAMILIES.items() if found == known), method)
    own = home(start)
    if engine == own:
        return Combination(known, engine, "runs")
    state, reason, instead = _OTHERS.get((known, engine), ("never tried", N_("nobody has tried it"), ""))
    words = _(reason).format(engine=engine, home=own, instead=instead)
    return Combination(known, engine, state, words, instead)
