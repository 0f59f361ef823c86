"""Listen to what a Jupyter server tells every page."""

from __future__ import annotations

import asyncio
import contextlib
import json
import queue
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from tornado.websocket import websocket_connect

Heard = Callable[..., dict[str, Any]]


@contextlib.contextmanager
def listen(server: Any) -> Iterator[Heard]:
    """Yield a function that waits for the event of one run."""
    events: queue.Queue[dict[str, Any]] = queue.Queue()
    ready, over = threading.Event(), threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(_hear(server, events, ready, over)))
    thread.start()
    assert ready.wait(20)

    def heard(id: str, *, seconds: float) -> dict[str, Any]:
        until = time.monotonic() + seconds
        others = []
        while True:
            event = events.get(timeout=max(until - time.monotonic(), 0.01))
            if event.get("id") == id:
                assert not others, others
                return event
            others.append(event)

    try:
        yield heard
    finally:
        over.set()
        thread.join(20)


async def _hear(
    server: Any, events: queue.Queue[dict[str, Any]], ready: threading.Event, over: threading.Event
) -> None:
    def take(message: str | bytes | None) -> None:
        event = json.loads(message or "{}")
        if event.get("schema_id", "").startswith("urn:tunebook"):
            events.put(event)

    url = f"ws://127.0.0.1:{server.port}/user/anna/api/events/subscribe?token=let-me-in"
    connection = await websocket_connect(url, on_message_callback=take)
    ready.set()
    while not over.is_set():
        await asyncio.sleep(0.1)
    connection.close()
