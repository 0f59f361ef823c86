"""Which server holds a model, and by which method one is held whose name tells none.

Each method belongs to a server, as each belongs to an engine: llama.cpp's holds GGUF files, ours over OpenVINO graphs,
vLLM's what Transformers reads.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

from kit.engines.homes import home
from kit.engines.openvino.precision import computing
from kit.engines.openvino.together import reads_together
from kit.errors import KitError, MissingPackageError, UnsupportedError
from kit.i18n import _
from kit.machine import this_machine
from kit.models import locate
from kit.service.spec import ServiceSpec

LLAMA, OPENVINO, VLLM = "llama.cpp", "openvino", "vllm"
DTYPES = {"bf16": "bfloat16", "fp16": "float16", "fp32": "float32"}  # the methods that vLLM holds, as it calls them
_USUAL = {LLAMA: "gguf-q8_0", OPENVINO: "openvino-int8", VLLM: "bf16"}
_EXACT = "openvino-bf16"
_SMALL = (
    2**30
)  # bytes of weights that a processor reads so soon that fewer bits save little, and cost small models most
_PACKAGES = ("openvino", "nncf")
_SLOTS = {LLAMA: 8, OPENVINO: 16}  # llama.cpp's takes the memory of all of them when it starts
_MANY = 64


def vllm_command() -> str | None:
    """Return the program ``vllm``, of this environment or on the path, or None where there is none."""
    beside = Path(sys.executable).with_name("vllm")
    return os.fspath(beside) if os.access(beside, os.X_OK) else shutil.which("vllm")


def engine_of(spec: ServiceSpec) -> str:
    """Return the server that is usual here: `LLAMA`, `OPENVINO` or `VLLM`; without a GPU it is never vLLM.

    Raises
    ------
    UnsupportedError, MissingPackageError
        One is asked for by name, and cannot run here.
    """
    if spec.engine == "auto":
        if this_machine().gpus and vllm_command():
            return VLLM
        return LLAMA if _missing() else OPENVINO
    if spec.engine == OPENVINO and _missing():
        raise MissingPackageError(_missing(), extra="engines", needed_for=_("the engine OpenVINO"))
    if spec.engine == VLLM:
        _check_vllm()
    return spec.engine


def method_of(spec: ServiceSpec, model: str = "") -> str:
    """Return how `model` is held where it is asked for by its bare name.

    On OpenVINO small models keep 16 bits where the processor computes with them: SmolLM2-135M then says the likeliest
    token of fp32 at 90 of 100 places, not at 84, and diverges from it a fifth as much, at nine tenths of the speed
    (``benchmarks/candidates``).
    """
    engine = engine_of(spec)
    if spec.method or engine != OPENVINO:
        return spec.method or _USUAL[engine]
    config, size = _about(model)
    if config is not None and not reads_together(config):
        return _USUAL[LLAMA]
    return _EXACT if 0 < size <= _SMALL and computing(_EXACT) == "bf16" else _USUAL[OPENVINO]


def slots_of(spec: ServiceSpec, method: str) -> int:
    """Return how many answers a model held by `method` gives at once."""
    return spec.slots or _SLOTS.get(home(method), _MANY)


def check_method(spec: ServiceSpec, model: str, method: str) -> None:
    """Raise `UnsupportedError` where no server behind the service holds `model` by `method`."""
    if holds(spec, model, method):
        return
    if home(method) == OPENVINO:
        problem = _("OpenVINO answers one at a time with {model} here, or cannot hold it by {method}.")
        problem = problem.format(model=model, method=method)
    else:
        problem = _("The service holds models with OpenVINO and llama.cpp, and {method!r} is none of their methods.")
        problem = problem.format(method=method)
    fix = _("Ask for a method whose name begins with gguf-, such as {name}@gguf-q8_0.").format(name=model)
    raise UnsupportedError(problem, fix=fix)


def holds(spec: ServiceSpec, model: str, method: str) -> bool:
    """Does a server behind the service hold `model` by `method`?"""
    where = home(method)
    if where == OPENVINO:
        return not _missing() and (not model or _together(model))
    return where == LLAMA or (method in DTYPES and engine_of(spec) == VLLM)


def _missing() -> str:
    """Return a package that OpenVINO's server needs and that is not here."""
    return next((name for name in _PACKAGES if importlib.util.find_spec(name) is None), "")


def _check_vllm() -> None:
    if not this_machine().gpus:
        problem = _("vLLM needs a GPU, and this machine has none.")
        raise UnsupportedError(problem, fix=_("Leave the engine to Tunebook: others answer on a CPU."))
    if not vllm_command():
        raise MissingPackageError("vllm", needed_for=_("the engine vLLM"))


def _together(model: str) -> bool:
    """Does OpenVINO answer many at once with `model`? Of one that is not here, whoever loads it is told so."""
    config, _size = _about(model)
    return config is None or reads_together(config)


def _about(model: str) -> tuple[dict[str, Any] | None, int]:
    """Return the config.json of `model`, {} of a GGUF file, None of one that is not here; and the bytes of weights."""
    try:
        location = locate(model)
        if location.kind == "gguf":
            return {}, 0
        config: dict[str, Any] = json.loads((location.path / "config.json").read_text(encoding="utf-8"))
        return config, sum(file.stat().st_size for file in location.path.glob("*.safetensors"))
    except (KitError, OSError, ValueError):
        return None, 0
