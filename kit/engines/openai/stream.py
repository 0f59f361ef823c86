"""An answer as it comes from a server."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import Any

from kit.engines.openai import fault
from kit.engines.openai.client import Client
from kit.engines.openai.sse import events
from kit.engines.protocol import Token
from kit.engines.usage import Usage
from kit.errors import ServerError

Amend = Callable[[ServerError, dict[str, Any]], bool]

UNKNOWN_ID = -1  # servers stream text, not the ids of tokens
_TEXTS = ("content", "reasoning_content", "reasoning")  # of a chat's delta; thinking is written too


class Stream:
    """An iterator over the pieces of an answer; a piece is mostly one token, and some servers put several into one.

    The request is sent when the first piece is asked for. At the end `usage` holds the server's own count of tokens,
    or None where it gave none.

    Parameters
    ----------
    path : str
        "/chat/completions" or "/completions".
    body : callable
        Returns the request; called again after `amend` said that it would be another.
    amend : callable
        Given an error and the request, says whether to ask again.
    """

    def __init__(self, client: Client, path: str, body: Callable[[], dict[str, Any]], amend: Amend) -> None:
        self.usage: Usage | None = None
        self._url = f"{client.url}{path}"
        self._pieces = self._sent(client, path, body, amend)

    def __iter__(self) -> Iterator[Token]:
        return self

    def __next__(self) -> Token:
        return next(self._pieces)

    def close(self) -> None:
        """End the answer; the server is told by the end of the connection."""
        self._pieces.close()

    def _sent(
        self, client: Client, path: str, body: Callable[[], dict[str, Any]], amend: Amend
    ) -> Generator[Token, None, None]:
        while True:
            asked = body()
            try:
                with client.stream(path, asked) as chunks:
                    yield from self._read(chunks)
                return
            except ServerError as exc:
                if not amend(exc, asked):
                    raise

    def _read(self, chunks: Iterator[bytes]) -> Iterator[Token]:
        pieces, complete = 0, False
        for event in events(chunks, url=self._url):
            self._count(event)
            choice = (event.get("choices") or [{}])[0]
            text = _text(choice)
            if text:
                pieces += 1
                yield Token(UNKNOWN_ID, text)
            complete = complete or not event or choice.get("finish_reason") is not None
        if not complete:
            raise fault.cut_short(self._url, pieces)

    def _count(self, event: dict[str, Any]) -> None:
        usage = event.get("usage")
        if isinstance(usage, dict) and isinstance(usage.get("completion_tokens"), int):
            read = usage.get("prompt_tokens")
            self.usage = Usage(read if isinstance(read, int) else None, usage["completion_tokens"])


def _text(choice: dict[str, Any]) -> str:
    if "text" in choice:
        return choice["text"] or ""
    delta = choice.get("delta") or {}
    return next((delta[name] for name in _TEXTS if delta.get(name)), "")
