"""The process that holds a model with OpenVINO, started as `kit.service.held` does and asked by ``openai``'s client."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import openai

from kit.warm import worker_environment

KEY = "the key of a test"
PROMPT = "The price of the share goes"
MESSAGES: Any = [{"role": "system", "content": "Answer briefly."}, {"role": "user", "content": "Up or down? 😀"}]
ON_AND_ON: dict[str, Any] = {"extra_body": {"ignore_eos": True}}


@dataclass
class Served:
    """A process that holds a model, and what it said when it was there."""

    process: subprocess.Popen[bytes]
    said: dict[str, str]

    @cached_property
    def client(self) -> openai.OpenAI:
        """A client that knows the key."""
        return openai.OpenAI(base_url=f"{self.said['url']}/v1", api_key=KEY, max_retries=0, timeout=30)

    def chat(self, **how: Any) -> Any:
        """Ask in a chat, greedily unless told otherwise."""
        asked = {"messages": MESSAGES, "temperature": 0, "max_tokens": 24, **how}
        return self.client.chat.completions.create(model="tiny", **asked)

    def text(self, **how: Any) -> Any:
        """Ask for a text to be gone on with, greedily unless told otherwise."""
        asked = {"prompt": PROMPT, "temperature": 0, "max_tokens": 24, **how}
        return self.client.completions.create(model="tiny", **asked)


@contextlib.contextmanager
def served_from(folder: Path, *, slots: int, context: int) -> Iterator[Served]:
    """Start the process with the graph in `folder`, and end it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "kit.service.batching"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=worker_environment(),
        start_new_session=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    asked = {"path": str(folder), "slots": slots, "context": context, "threads": 2, "key": KEY}
    asked |= {"name": "tiny", "method": "openvino-fp32", "dtype": ""}
    with process:
        try:
            process.stdin.write((json.dumps(asked) + "\n").encode())
            process.stdin.flush()
            yield Served(process, json.loads(process.stdout.readline()))
        finally:
            process.kill()


def at_once(ask: Callable[[int], Any], number: int) -> list[Any]:
    """Ask from as many threads, which begin together."""
    starts = threading.Barrier(number)

    def begin(place: int) -> Any:
        starts.wait()
        return ask(place)

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(begin, range(number)))
