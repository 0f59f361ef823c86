"""The service with a real model: its answers are the kit's own, many at once, and it outlives its model's process."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tinygateway import CHAT, TEXT, Gateway, whole_gateway

from kit.engines.llamacpp.decoder import LlamaDecoder
from kit.engines.local.decoder import Decoder
from kit.engines.openvino.decoder import OpenVinoDecoder
from kit.engines.openvino.precision import computing
from kit.place import cache
from kit.quantization.openvino.graph import FILE
from kit.service.ready import ready_here
from kit.service.spec import ServiceSpec

MODEL = "smollm2-135m-instruct"
ASKED = {"model": MODEL, "temperature": 0}
PROMPT = "The capital of France is"

pytestmark = pytest.mark.slow


@pytest.fixture(params=["gguf-q8_0", "openvino-bf16"])
def gateway(real_cache: Path, request: pytest.FixtureRequest) -> Iterator[Gateway]:
    with whole_gateway(ServiceSpec(models=(MODEL,), method=request.param, slots=4, context=256)) as found:
        yield found


def _events(lines: Iterator[str]) -> list[dict[str, Any]]:
    told = [line.removeprefix("data: ") for line in lines if line.startswith("data: ")]
    return [json.loads(each) for each in told if each != "[DONE]"]


def test_it_answers_as_the_kit_does_alone_and_among_others(gateway: Gateway) -> None:
    body = {**ASKED, "prompt": PROMPT, "max_tokens": 3, "logprobs": 5}
    alone = gateway.ask(body, TEXT, **{"Cache-Control": "no-store"}).json()["choices"][0]
    starts = threading.Barrier(4)

    def ask(place: int) -> dict[str, Any]:
        starts.wait()
        other = {**body, "prompt": f"{PROMPT} not {place}", "max_tokens": 12}
        found: dict[str, Any] = gateway.ask(other if place else body, TEXT, **{"Cache-Control": "no-store"}).json()
        return found

    with ThreadPoolExecutor(4) as pool:
        among = next(iter(pool.map(ask, range(4))))["choices"][0]
    assert among["logprobs"]["tokens"] == alone["logprobs"]["tokens"]
    np.testing.assert_allclose(among["logprobs"]["token_logprobs"], alone["logprobs"]["token_logprobs"], atol=0.15)
    method = gateway.service.spec.method
    path = ready_here(MODEL, method)
    assert path is not None
    assert path.is_relative_to(cache())
    assert alone["logprobs"]["token_logprobs"] == pytest.approx(_by_the_kit(path, alone["text"]), abs=0.15)


def _by_the_kit(path: Path, answer: str) -> list[float]:
    """The log-probabilities of the tokens of `answer` after `PROMPT`, by a decoder of one text at a time."""
    from transformers import AutoTokenizer

    graph = path.is_dir()
    tokenizer: Any = AutoTokenizer.from_pretrained(str(path if graph else path.parent))
    start = tokenizer(PROMPT).input_ids
    ids = start + tokenizer(answer, add_special_tokens=False).input_ids
    precision = computing("openvino-bf16")
    decoder: Decoder = (
        OpenVinoDecoder(path / FILE, precision=precision, context=256) if graph else LlamaDecoder(path, threads=2)
    )
    with contextlib.closing(decoder):
        logits = decoder.read(ids, keep=len(ids)).astype(np.float64)
    values = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    return [float(values[place - 1, ids[place]]) for place in range(len(start), len(ids))]


def test_a_chat_streams_what_it_says_whole(gateway: Gateway) -> None:
    body = {**ASKED, "messages": [{"role": "user", "content": "Name a colour."}], "max_tokens": 8}
    whole = gateway.ask(body).json()
    with gateway.stream({**body, "stream_options": {"include_usage": True}}) as answer:
        events = _events(answer.iter_lines())
    words = [each["choices"][0]["delta"].get("content") for each in events if each["choices"]]
    assert "".join(word for word in words if word) == whole["choices"][0]["message"]["content"]
    assert events[-1]["usage"]["completion_tokens"] == whole["usage"]["completion_tokens"]
    assert str(cache()) not in json.dumps([whole, events])
    long = gateway.ask({**ASKED, "messages": [{"role": "user", "content": "word " * 300}]})
    assert long.status_code == 400
    told = long.json()["error"]["message"]
    assert "context" in told or "longer than the 256 tokens" in told


def test_answers_are_computed_together_and_survive_a_crash(gateway: Gateway) -> None:
    def ask(place: int) -> list[float]:
        body = {**ASKED, "prompt": f"{place}. Once upon a time", "max_tokens": 24, "ignore_eos": True}
        with gateway.stream(body, TEXT) as answer:
            return [time.monotonic() for line in answer.iter_lines() if line.startswith("data: {")]

    ask(9)
    with ThreadPoolExecutor(4) as pool:
        times = list(pool.map(ask, range(4)))
    assert max(each[0] for each in times) < min(each[-1] for each in times)  # all began before one was done
    with gateway.stream({**ASKED, "prompt": "Once", "max_tokens": 200, "ignore_eos": True}, TEXT) as answer:
        lines = answer.iter_lines()
        next(lines)
        (held,) = gateway.service.shelf.held
        assert held.process is not None
        os.kill(held.process.pid, signal.SIGKILL)
        assert _events(lines)[-1]["error"]["type"] == "server_error"
    hello = {**ASKED, "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 2}
    assert gateway.ask(hello, CHAT).status_code == 200
