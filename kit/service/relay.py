"""Pass a question on to the process that answers it, and its answer back as it comes."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncGenerator

import httpx

from kit.service.answers import Answers, key_of
from kit.service.held import Held
from kit.service.logprobs import as_completions
from kit.service.numbers import Numbers
from kit.service.question import TEXT, Asked

_CONNECT_S = 5.0
_SILENCE_S = 300.0
_SETTLE_S = 1.0
_LARGEST = 4 * 2**20  # bytes of an answer that may be kept


class ModelGone(Exception):
    """The process that holds the model ended in the middle of an answer, or refuses connections."""


class Relay:
    """Answers questions: from the cache, or by a held model when it is the visitor's turn.

    Parameters
    ----------
    answers : Answers
        Those that were given before.
    numbers : Numbers
        Where it is counted.
    """

    def __init__(self, answers: Answers, numbers: Numbers) -> None:
        self._answers, self._numbers = answers, numbers
        self._http = httpx.AsyncClient(
            timeout=httpx.Timeout(_SILENCE_S, connect=_CONNECT_S, pool=None),
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=64),
            trust_env=False,
        )

    async def answer(self, held: Held, asked: Asked) -> AsyncGenerator[tuple[int, bytes]]:
        """Yield status and bytes of the answer, piece by piece.

        Raises
        ------
        Refused
            There are too many questions.
        ModelGone
            The model's process ended; asked again, it is loaded anew.
        """
        key = None if asked.fresh else key_of(held.identity, asked.path, asked.body)
        found = self._answers.get(key)
        if found is not None:
            self._numbers.cached.inc()
            asked.kept = True
            for piece in found:
                yield 200, piece
            return
        began = time.perf_counter()
        async with held.line.turn(asked.visitor):
            self._numbers.queued_s.observe(time.perf_counter() - began)
            pieces: list[bytes] = []
            size, status = 0, 200
            async with contextlib.aclosing(self._ask(held, asked)) as coming:
                async for status, piece in coming:
                    if not size:
                        self._numbers.ttft_s.observe(time.perf_counter() - began)
                    size += len(piece)
                    if size <= _LARGEST:
                        pieces.append(piece)
                    yield status, piece
            self._numbers.e2el_s.observe(time.perf_counter() - began)
            if status == 200 and size <= _LARGEST and _whole(asked, pieces):
                self._answers.keep(key, tuple(pieces))

    async def _ask(self, held: Held, asked: Asked) -> AsyncGenerator[tuple[int, bytes]]:
        """Yield the answer of the model's process, asked a second time where a kept connection had been closed."""
        content = json.dumps({**asked.body, "model": held.name}, allow_nan=False).encode()
        for last in (False, True):
            begun = False
            try:
                coming = self._once(held, asked.path, content)
                if asked.path == TEXT and "logprobs" in asked.body:
                    coming = as_completions(coming, asked.streams)
                async with contextlib.aclosing(coming):
                    async for status, piece in coming:
                        begun = True
                        yield status, piece
                return
            except httpx.TimeoutException:
                if not held.gone:
                    raise
                raise ModelGone from None
            except httpx.HTTPError as exc:
                await _settle(held)
                if begun or held.gone or last:
                    raise ModelGone(str(exc)) from exc

    async def _once(self, held: Held, path: str, content: bytes) -> AsyncGenerator[tuple[int, bytes]]:
        headers = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
        if held.key:
            headers["Authorization"] = f"Bearer {held.key}"
        url = held.url + path.removeprefix("/v1")
        async with self._http.stream("POST", url, content=content, headers=headers) as response:
            empty = True
            async for piece in response.aiter_bytes():
                empty = False
                yield response.status_code, piece
            if empty:
                yield response.status_code, b""

    async def close(self) -> None:
        """Close all connections."""
        await self._http.aclose()


def _whole(asked: Asked, pieces: list[bytes]) -> bool:
    """Did the answer come to its end, without an error in the middle of it?"""
    if not asked.streams:
        return True
    said = b"".join(pieces)
    return said.rstrip().endswith(b"data: [DONE]") and b'data: {"error"' not in said and b"\nerror:" not in said


async def _settle(held: Held) -> None:
    """Wait a moment for the end of a process whose connection broke: it is told a little later."""
    if held.process is not None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(held.process.wait(), _SETTLE_S)


def error_body(message: str, kind: str, code: int, parameter: str = "") -> bytes:
    """Return an error as clients of OpenAI's protocol read it."""
    return json.dumps({"error": {"message": message, "type": kind, "param": parameter or None, "code": code}}).encode()
