"""The model service in a thread, in front of a server that a test runs, or of processes of `tinyheld`."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
from tornado.netutil import bind_sockets

from kit.service.held import Held
from kit.service.line import Line
from kit.service.server import Service
from kit.service.spec import ServiceSpec

TOKEN = "the-token-of-a-test"
QUESTION = {"model": "tiny", "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 5, "temperature": 0}
CHAT, TEXT = "/v1/chat/completions", "/v1/completions"


@dataclass
class Gateway:
    """The service: where it is, and how it is asked."""

    url: str
    service: Service
    port: int
    headers: dict[str, str] = field(default_factory=lambda: {"Authorization": f"Bearer {TOKEN}"})

    def ask(self, body: Any = QUESTION, path: str = CHAT, **headers: str) -> httpx.Response:
        """Ask one question."""
        return httpx.post(self.url + path, json=body, headers={**self.headers, **headers}, timeout=20)

    @contextlib.contextmanager
    def stream(self, body: Any = QUESTION, path: str = CHAT, **headers: str) -> Iterator[httpx.Response]:
        """Ask for an answer piece by piece."""
        asked = {**body, "stream": True}
        everything = {**self.headers, **headers}
        with httpx.stream("POST", self.url + path, json=asked, headers=everything, timeout=20) as response:
            yield response

    def get(self, path: str) -> httpx.Response:
        """Get a page."""
        return httpx.get(self.url + path, headers=self.headers, timeout=20)

    @property
    def line(self) -> Line:
        """The line in front of the only model."""
        (held,) = self.service.shelf.held
        return held.line


@contextlib.contextmanager
def tiny_gateway(behind: str = "", *, spec: ServiceSpec | None = None, loading_s: float = 0.0) -> Iterator[Gateway]:
    """Run the service in a thread.

    Parameters
    ----------
    behind : str
        The address of the server that answers for every model; "": a process of its own is started for each.
    loading_s : float
        How long a model takes to load.
    """
    spec = spec or ServiceSpec()
    spec = spec if spec.method or spec.engine != "auto" else spec.replace(method="gguf-q8_0")  # whatever is here

    async def ready(model: str, _method: str) -> Path:
        await asyncio.sleep(loading_s)
        return Path(f"{model}.gguf")

    async def held(name: str, path: Path, method: str, spec: ServiceSpec) -> Held:
        line = Line(spec.slots or 8, per_visitor=spec.per_visitor, waiting=spec.waiting)
        return Held(name, behind, "", f"{path}:{method}", line)

    with contextlib.ExitStack() as stack:
        stack.enter_context(patch("kit.service.shelf.make_ready", ready))
        if behind:
            stack.enter_context(patch("kit.service.shelf.hold", held))
        else:
            stack.enter_context(patch("kit.service.held.server_of", lambda _method: "tinyheld"))
            stack.enter_context(patch("kit.service.held.identity_of", lambda path, method, _spec: f"{path}:{method}"))
            stack.enter_context(patch.dict(os.environ, {"PYTHONPATH": str(Path(__file__).parent)}))
        yield from _in_a_thread(spec)


@contextlib.contextmanager
def whole_gateway(spec: ServiceSpec) -> Iterator[Gateway]:
    """Run the service in a thread as it is, its models held by real processes."""
    yield from _in_a_thread(spec)


def _in_a_thread(spec: ServiceSpec) -> Iterator[Gateway]:
    sock = bind_sockets(0, "127.0.0.1")[0]
    port = sock.getsockname()[1]
    made: list[tuple[Service, asyncio.AbstractEventLoop, asyncio.Event]] = []
    ready = threading.Event()

    async def serve() -> None:
        service, ended = Service(spec, TOKEN), asyncio.Event()
        service.door.add_socket(sock)
        made.append((service, asyncio.get_running_loop(), ended))
        ready.set()
        await ended.wait()
        await service.close()

    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    ready.wait(10)
    service, loop, ended = made[0]
    try:
        yield Gateway(f"http://127.0.0.1:{port}", service, port)
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(20)
        assert not thread.is_alive(), "the service does not end"


def until(true: Callable[[], Any], *, within_s: float = 5.0) -> float:
    """Wait until something is true, and return how long that took; fail where it does not become true."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < within_s, "it did not come true"
        time.sleep(0.01)
    return time.monotonic() - began
