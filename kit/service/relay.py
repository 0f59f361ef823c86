"""Pass a question on to the process that answers it, and its answer back as it comes."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx

from kit.service.answers import Answers, key_of
from kit.service.held import Held
from kit.service.numbers import Numbers

_CONNECT_S = 5.0
_SILENCE_S = 300.0
_LARGEST = 4 * 2**20  # bytes of an answer that may be kept


@dataclass
class Asked:
    """A question: where it goes, what it says, and who asks."""

    path: str
    body: dict[str, Any]
    visitor: str
    fresh: bool = False  # must not come from the cache

    @property
    def streams(self) -> bool:
        """Does the visitor want it word by word?"""
        return bool(self.body.get("stream"))


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
            for piece in found:
                yield 200, piece
            return
        began = time.perf_counter()
        async with held.line.turn(asked.visitor):
            self._numbers.queued_s.observe(time.perf_counter() - began)
            pieces: list[bytes] = []
            size, status = 0, 200
            async for status, piece in self._ask(held, asked):
                if not size:
                    self._numbers.ttft_s.observe(time.perf_counter() - began)
                size += len(piece)
                if size <= _LARGEST:
                    pieces.append(piece)
                yield status, piece
            self._numbers.e2el_s.observe(time.perf_counter() - began)
            if status == 200 and size <= _LARGEST and (not asked.streams or b"[DONE]" in b"".join(pieces[-2:])):
                self._answers.keep(key, tuple(pieces))

    async def _ask(self, held: Held, asked: Asked) -> AsyncIterator[tuple[int, bytes]]:
        headers = {"Authorization": f"Bearer {held.key}"} if held.key else {}
        path = asked.path.removeprefix("/v1")
        body = {**asked.body, "model": held.name}
        whole = False
        try:
            async with self._http.stream("POST", held.url + path, json=body, headers=headers) as response:
                async for piece in response.aiter_bytes():
                    whole = True
                    yield response.status_code, piece
                if not whole:
                    yield response.status_code, b""
        except httpx.HTTPError as exc:
            if isinstance(exc, httpx.TimeoutException) and not held.gone:
                raise
            await _settle(held)
            raise ModelGone(str(exc)) from exc

    async def close(self) -> None:
        """Close all connections."""
        await self._http.aclose()


async def _settle(held: Held) -> None:
    """Wait a moment for the end of a process whose connection broke: it is told a little later."""
    if held.process is not None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(held.process.wait(), 1.0)


def error_body(message: str, kind: str, code: int) -> bytes:
    """Return an error as clients of OpenAI's protocol read it."""
    return json.dumps({"error": {"message": message, "type": kind, "code": code}}).encode()
