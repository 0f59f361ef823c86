"""Which server stands behind the service: llama.cpp's, or vLLM's where a GPU and vLLM are there."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from kit.engines.homes import home
from kit.errors import MissingPackageError, UnsupportedError
from kit.i18n import _
from kit.machine import this_machine
from kit.service.spec import ServiceSpec

LLAMA, VLLM = "llama.cpp", "vllm"
DTYPES = {"bf16": "bfloat16", "fp16": "float16", "fp32": "float32"}  # the methods that vLLM holds, as it calls them


def vllm_command() -> str | None:
    """Return the program ``vllm``, of this environment or on the path, or None where there is none."""
    beside = Path(sys.executable).with_name("vllm")
    return os.fspath(beside) if os.access(beside, os.X_OK) else shutil.which("vllm")


def engine_of(spec: ServiceSpec) -> str:
    """Return the server behind the service, `LLAMA` or `VLLM`; without a GPU it is never vLLM.

    Raises
    ------
    UnsupportedError, MissingPackageError
        vLLM is asked for by name, and cannot run here.
    """
    if spec.engine == LLAMA:
        return LLAMA
    gpu, command = bool(this_machine().gpus), vllm_command()
    if spec.engine == "auto":
        return VLLM if gpu and command else LLAMA
    if not gpu:
        problem = _("vLLM needs a GPU, and this machine has none.")
        raise UnsupportedError(problem, fix=_("Leave the engine to Tunebook: llama.cpp answers on a CPU."))
    if not command:
        raise MissingPackageError("vllm", needed_for=_("the engine vLLM"))
    return VLLM


def method_of(spec: ServiceSpec) -> str:
    """Return how a model is held that is asked for by its bare name."""
    return spec.method or ("bf16" if engine_of(spec) == VLLM else "gguf-q8_0")


def check_method(spec: ServiceSpec, model: str, method: str) -> None:
    """Raise `UnsupportedError` where no server behind the service holds weights by `method`."""
    if home(method) == LLAMA or (method in DTYPES and engine_of(spec) == VLLM):
        return
    raise UnsupportedError(
        _("The service holds models with llama.cpp, and {method!r} is none of its methods.").format(method=method),
        fix=_("Ask for a method whose name begins with gguf-, such as {name}@gguf-q8_0.").format(name=model),
    )
