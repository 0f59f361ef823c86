"""The pages of a model's process: it answers what the service passes on, which has checked it."""

from __future__ import annotations

import asyncio
import hmac
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tornado.iostream import StreamClosedError
from tornado.web import RequestHandler

from kit.service.batching.asked import Unfit, text_of
from kit.service.batching.batch import Text, Written
from kit.service.batching.shapes import END, Shape
from kit.service.batching.speech import Speech
from kit.service.batching.worker import Worker
from kit.service.relay import error_body

_EVENT_S = 0.04  # no more than one event in so long: eyes see no difference, and each costs three processes something


@dataclass(frozen=True)
class Model:
    """What answers.

    Parameters
    ----------
    name : str
        As answers call it.
    tokenizer : transformers tokenizer
    vocabulary, context : int
    ends : frozenset of int
        Tokens that end an answer.
    """

    name: str
    tokenizer: Any
    vocabulary: int
    context: int
    ends: frozenset[int]


class Mailbox:
    """What was written and not yet told, opened when there is enough of it."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._full = asyncio.Event()
        self._written: list[Written] = []
        self._over = ""
        self._opened = 0.0
        self._later: asyncio.TimerHandle | None = None

    def put(self, written: Sequence[Written], over: str) -> None:
        """Put in what was written, and why it is over, if it is."""
        self._written += written
        self._over = self._over or over
        wait = self._opened + _EVENT_S - time.monotonic()
        if over or wait <= 0:
            self._full.set()
        elif self._later is None:
            self._later = self._loop.call_later(wait, self._full.set)

    async def take(self) -> tuple[list[Written], str]:
        """Return what was put in since, once it is time."""
        await self._full.wait()
        self._full.clear()
        if self._later is not None:
            self._later.cancel()
            self._later = None
        written, self._written = self._written, []
        self._opened = time.monotonic()
        return written, self._over


class Health(RequestHandler):
    """Is it there?"""

    def get(self) -> None:
        """Say so."""
        self.write({"status": "ok"})


class Answer(RequestHandler):
    """A question."""

    _asked: tuple[Text, Mailbox] | None = None

    def initialize(self, model: Model, worker: Worker, key: str) -> None:
        self.model, self.worker, self.key = model, worker, key

    def prepare(self) -> None:
        said = self.request.headers.get("Authorization", "")
        if not hmac.compare_digest(said.encode("utf-8", "replace"), f"Bearer {self.key}".encode()):
            self._fail(401, "token", "")

    async def post(self) -> None:
        """Answer it."""
        model, body = self.model, json.loads(self.request.body)
        try:
            text = text_of(body, model.tokenizer, context=model.context, vocabulary=model.vocabulary, ends=model.ends)
        except Unfit as exc:
            self._fail(400, exc.message, exc.parameter)
            return
        shape = Shape(
            model.name,
            chat="messages" in body,
            tokenizer=model.tokenizer,
            logprobs=text.best is not None,
            question=len(text.tokens),
            as_ids=bool(body.get("return_tokens_as_token_ids")),
        )
        stops = body.get("stop", [])
        stops = [stops] if isinstance(stops, str) else stops
        speech = Speech(model.tokenizer, stops, echoed=text.question if text.echo else 0)
        mailbox = Mailbox()
        self._asked = text, mailbox
        self.worker.ask(text, mailbox.put)
        try:
            await (self._stream if body.get("stream") else self._whole)(shape, speech, mailbox, body)
        except StreamClosedError:
            return  # nobody listens any more
        finally:
            self.worker.leave(text)

    async def _stream(self, shape: Shape, speech: Speech, mailbox: Mailbox, body: dict[str, Any]) -> None:
        self.set_header("Content-Type", "text/event-stream")
        while not speech.over:
            written, over = await mailbox.take()
            if over.startswith("error"):
                self.write(b"data: " + error_body(over, "server_error", 500) + b"\n\n")
                await self.finish()
                return
            said, heard = speech.hear(written, over)
            if said or heard:
                self.write(shape.event(said, heard))
            if not speech.over:
                await self.flush()
        self.write(shape.event("", [], speech.over))
        if body.get("stream_options", {}).get("include_usage"):
            self.write(shape.usage_event(speech.tokens))
        self.write(END)
        await self.finish()

    async def _whole(self, shape: Shape, speech: Speech, mailbox: Mailbox, _body: dict[str, Any]) -> None:
        text, tokens = "", list[Written]()
        while not speech.over:
            written, over = await mailbox.take()
            if over.startswith("error"):
                self._fail(500, over, "")
                return
            said, heard = speech.hear(written, over)
            text, tokens = text + said, tokens + heard
        self.set_header("Content-Type", "application/json")
        await self.finish(shape.whole(text, tokens, speech.over, speech.tokens))

    def on_connection_close(self) -> None:
        """Stop answering: the visitor has left."""
        if self._asked is not None:
            text, mailbox = self._asked
            self.worker.leave(text)
            mailbox.put((), "left")  # else it would be waited for

    def _fail(self, status: int, message: str, parameter: str) -> None:
        kind = "invalid_request_error" if status < 500 else "server_error"
        self.set_status(status)
        self.set_header("Content-Type", "application/json")
        self.finish(error_body(message, kind, status, parameter))
