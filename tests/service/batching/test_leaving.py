"""Who leaves before the end of an answer makes room at once, and leaves nothing behind; so does the service itself."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import openai
import pytest
from tinygateway import until
from tinymodel import make_tokenizer
from tinyreader import VOCABULARY, TinyReader
from tinyserved import KEY, ON_AND_ON, served_from
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application

from kit.engines.openvino.paged import Part
from kit.service.batching.batch import Batch
from kit.service.batching.pages import Answer, Model
from kit.service.batching.worker import Worker

EVERYTHING = 2**14  # tokens of an answer that takes many seconds


def test_a_stream_that_is_closed_makes_room_for_the_next(folder: Path) -> None:
    with served_from(folder, slots=1, context=EVERYTHING) as served:

        def answered() -> bool:
            try:
                return bool(served.text(max_tokens=EVERYTHING, stop=["a", "e", " "], timeout=0.5))
            except openai.APITimeoutError:
                return False

        for _ in range(5):
            with served.text(max_tokens=EVERYTHING, stream=True, **ON_AND_ON) as pieces:
                next(iter(pieces))
                assert not answered()
            assert until(answered) < 2


class _Slow(TinyReader):
    def read(self, parts: Sequence[Part]) -> np.ndarray:
        time.sleep(0.01)
        return super().read(parts)


async def _ask(url: str, **how: Any) -> None:
    async with httpx.AsyncClient(timeout=30) as client:
        await client.post(url, **how)


@pytest.mark.parametrize("stream", [False, True])
def test_nobody_waits_on_for_who_has_left(stream: bool) -> None:
    async def leave() -> None:
        model = Model("tiny", make_tokenizer(), VOCABULARY, 250, frozenset())
        worker = Worker(Batch(_Slow()), asyncio.get_running_loop().call_soon_threadsafe)
        pages = Application([("/", Answer, {"model": model, "worker": worker, "key": KEY})], log_function=str)
        sock = bind_sockets(0, "127.0.0.1")[0]
        HTTPServer(pages).add_socket(sock)
        url = f"http://127.0.0.1:{sock.getsockname()[1]}"
        before = asyncio.all_tasks()
        for tokens in ([1], [1] * 100):
            body = {"prompt": tokens, "max_tokens": 140, "stream": stream}
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(_ask(url, json=body, headers={"Authorization": f"Bearer {KEY}"}), 0.2)
        while asyncio.all_tasks() - before:
            await asyncio.sleep(0.01)

    asyncio.run(asyncio.wait_for(leave(), 10))


def test_it_ends_with_who_started_it(folder: Path) -> None:
    with served_from(folder, slots=1, context=EVERYTHING) as served:
        assert served.process.stdin is not None
        with served.text(max_tokens=EVERYTHING, stream=True, **ON_AND_ON) as pieces:
            next(iter(pieces))
            served.process.stdin.close()
            assert served.process.wait(5) == 0
