"""One question to the service, asked in a thread: found or started, waited for, asked again where it stopped."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import dataclasses
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from kit.engines.openai.address import place
from kit.errors import KitError, ServerError
from kit.i18n import _
from kit.service.found import Found
from kit.widgets.asking.events import Events, end_of, text_of, tokens_of
from kit.widgets.asking.loop import begin
from kit.widgets.asking.names import name_there
from kit.widgets.asking.reach import reach, watch
from kit.widgets.asking.request import KEPT, Busy, Gone, amended, asked, broken, client
from kit.widgets.asking.told import Told
from kit.widgets.desk import Problem

CHAT, TEXT = "/chat/completions", "/completions"
_TRIES = 3
_BUSY_S = 120.0  # so long a question is put again where too many are asking
_PAUSE_S = 1.0


class Question:
    """A question, and how far its answer is; nothing here blocks but `wait`, and nothing raises.

    Parameters
    ----------
    body : mapping
        The request as OpenAI's protocol has it: model, messages or prompt, and parameters.
    path : str, default "/chat/completions"
        `CHAT` or `TEXT`.
    streams : bool, default True
        Word by word; else the whole answer at once, as `Told.value`.
    after : Question, optional
        Is asked first.
    """

    def __init__(
        self, body: Mapping[str, Any], *, path: str = CHAT, streams: bool = True, after: Question | None = None
    ) -> None:
        self.body, self.path, self.streams = dict(body), path, streams
        self._after = after
        self._told = Told(model=str(body.get("model", "")))
        self._pieces: list[str] = []
        self._future: concurrent.futures.Future[None] | None = None

    def start(self) -> Question:
        """Ask; what comes of it is told by `told`."""
        if self._future is None:
            self._future = begin(self._carry_out())
        return self

    @property
    def told(self) -> Told:
        """How it stands."""
        told = self._told
        if not told.over and self._future is not None and self._future.cancelled():
            told = dataclasses.replace(told, state="cut short")
        return dataclasses.replace(told, text="".join(self._pieces))

    def cancel(self) -> None:
        """Ask no further: the connection is closed, and the service stops."""
        if self._future is not None:
            self._future.cancel()

    def wait(self, timeout_s: float | None = None) -> Told:
        """Wait until it is over, or so long, and return how it stands."""
        if self._future is not None:
            concurrent.futures.wait([self._future], timeout_s)
        return self.told

    def _tell(self, **changes: Any) -> None:
        self._told = dataclasses.replace(self._told, **changes)

    async def _carry_out(self) -> None:
        try:
            await self._in_turn()
        except asyncio.CancelledError:
            self._tell(state="cut short")
            raise
        except Exception as exc:  # what nobody foresaw is told, too
            self._tell(state="failed", problem=Problem.of(exc))

    async def _in_turn(self) -> None:
        if self._after is not None and self._after._future is not None:
            with contextlib.suppress(concurrent.futures.CancelledError):
                await asyncio.wait([asyncio.wrap_future(self._after._future)])
        lost, until = 0, time.monotonic() + _BUSY_S
        self._tell(state="finding")
        while True:
            found: Found | None = None
            try:
                found = await reach(self._starting)
                await self._once(found)
                return
            except Busy as busy:
                if time.monotonic() > until:
                    raise KitError(busy.problem, fix=_("Ask again in a minute.")) from busy
                self._tell(state="busy", before=None)
                await asyncio.sleep(busy.after_s)
            except ServerError as exc:
                body = amended(exc, self.body)
                if body is None:
                    raise
                self.body = body
            except Gone as gone:
                lost += 1
                ours = found is None or found.ours
                if lost == _TRIES:
                    raise _given_up(found, gone) from gone
                self._tell(state="restarting" if ours else "reaching", before=None)
                if not ours or lost > 1:
                    await asyncio.sleep(_PAUSE_S)

    def _starting(self) -> None:
        if self._told.state != "restarting":
            self._tell(state="starting")

    async def _once(self, found: Found) -> None:
        """Ask once."""
        async with client(found) as http:
            name = await name_there(http, found, str(self.body.get("model", "")))
            again = self._told.state in ("restarting", "reaching")
            told = {} if again else {"state": "asking"}
            self._tell(**told, model=name, place="" if found.ours else place(found.url), tries=self._told.tries + 1)
            watching = asyncio.create_task(watch(http, found, name, self._watched))
            try:
                body = {**self.body, "model": name, **({"stream": True} if self.streams else {})}
                began = time.perf_counter()
                async with asked(http, found, self.path, body) as answer:
                    await self._read(answer, began, watching)
            finally:
                watching.cancel()

    def _watched(self, state: str, before: int | None) -> None:
        if state == "asking" and self._told.state == "restarting":
            return
        self._tell(state=state, before=before)

    async def _read(self, answer: httpx.Response, began: float, watching: asyncio.Task[None]) -> None:
        kept = "hit" in answer.headers.get(KEPT, "")
        if self.streams and "event-stream" in answer.headers.get("content-type", ""):
            await self._stream(answer, began, watching, kept)
            return
        content = await answer.aread()
        try:
            value = json.loads(content)
        except ValueError:
            value = None
        if not isinstance(value, dict):
            raise _strange(answer)
        self._pieces = [text for choice in value.get("choices") or [] if (text := _whole_text(choice))][:1]
        self._tell(state="done", value=value, kept=kept, tokens=tokens_of(value))

    async def _stream(self, answer: httpx.Response, began: float, watching: asyncio.Task[None], kept: bool) -> None:
        events, speed, ended = Events(), _Speed(began), ""
        async for content in answer.aiter_raw():
            try:
                found = events.feed(content)
            except ValueError as exc:
                raise _strange(answer) from exc
            for event in found:
                if event.get("error"):
                    raise broken(event["error"])
                speed.tokens = tokens_of(event) or speed.tokens
                ended = end_of(event) or ended
                text = text_of(event)
                if text:
                    watching.cancel()
                    if not speed.pieces:
                        self._pieces = []  # of an attempt that broke
                    self._pieces.append(text)
                    speed.piece()
                    self._tell(state="writing", before=None, ttft_s=speed.ttft_s)
        if not events.done and not ended:
            raise Gone
        if not speed.pieces:
            self._pieces = []
        quick: dict[str, Any] = {} if kept else {"ttft_s": speed.ttft_s, "tokens_per_s": speed.tokens_per_s}
        self._tell(state="done", before=None, kept=kept, ended=ended, tokens=speed.count, **quick)


def chat(model: str, said: Sequence[Mapping[str, str]], settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the request for an answer to messages.

    Parameters
    ----------
    model : str
        As the service calls it.
    said : sequence of mapping
        The messages: role and content.
    settings : mapping
        ``max_new_tokens`` and ``temperature``, as an `AnswerSpec` has them.
    """
    return {
        "model": model,
        "messages": [dict(each) for each in said],
        "max_tokens": settings["max_new_tokens"],
        "temperature": settings["temperature"],
        "stream_options": {"include_usage": True},
    }


class _Speed:
    """How quick an answer comes."""

    def __init__(self, began: float) -> None:
        self._began, self._first, self._last = began, 0.0, 0.0
        self.pieces = 0
        self.tokens: int | None = None

    def piece(self) -> None:
        """Note that a piece has come."""
        self._last = time.perf_counter()
        self._first = self._first or self._last
        self.pieces += 1

    @property
    def count(self) -> int:
        """Tokens: those that the service counted, or pieces where it did not."""
        return self.tokens or self.pieces

    @property
    def ttft_s(self) -> float | None:
        return self._first - self._began if self.pieces else None

    @property
    def tokens_per_s(self) -> float | None:
        """The tokens after the first, by the time that they took."""
        took = self._last - self._first
        return (self.count - 1) / took if self.count > 1 and took > 0 else None


def _whole_text(choice: Any) -> str:
    if not isinstance(choice, dict):
        return ""
    message = choice.get("message")
    return str((message.get("content") if isinstance(message, dict) else choice.get("text")) or "")


def _given_up(found: Found | None, gone: Gone) -> ServerError:
    url = found.url if found is not None else ""
    if found is not None and not found.ours:
        problem = _("{place} cannot be reached, or breaks its answers off.").format(place=place(url))
        return ServerError(problem, fix=_("See whether that service runs, then ask again."), url=url)
    problem = _("The model service stopped {n} times in the middle of this answer.").format(n=_TRIES)
    return ServerError(problem, fix=_("Ask again; whoever serves it finds its last words in its log."), url=url)


def _strange(answer: httpx.Response) -> ServerError:
    url = str(answer.url)
    problem = _("{place} does not answer as OpenAI's protocol has it.").format(place=place(url))
    return ServerError(problem, fix=_("Check the address of the service."), url=url)
