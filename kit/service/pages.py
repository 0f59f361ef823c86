"""What the service answers to: OpenAI's paths, health and numbers; nothing without the token."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import os
from typing import Any
from urllib.parse import unquote

import httpx
from tornado.iostream import StreamClosedError
from tornado.web import HTTPError, RequestHandler, stream_request_body

from kit.errors import KitError, ModelNotFoundError
from kit.i18n import _
from kit.service.door import largest_body
from kit.service.held import NotServed
from kit.service.line import Refused
from kit.service.numbers import Numbers
from kit.service.question import Asked, Improper, read_body
from kit.service.relay import ModelGone, Relay, error_body
from kit.service.shelf import Shelf

VISITOR = "X-Tunebook-Visitor"
_INVALID = "invalid_request_error"
_LONGEST_NAME = 128
_READING_S = 30.0  # a visitor who does not read on for so long has left


@stream_request_body  # so that the token is asked for before the body is read
class Page(RequestHandler):
    """The base of every page: asks for the token, and tells errors as OpenAI does."""

    def initialize(self, service: Any) -> None:
        self.service = service
        self.shelf: Shelf = service.shelf
        self.relay: Relay = service.relay
        self.numbers: Numbers = service.numbers
        self.body = bytearray()

    def prepare(self) -> None:
        said = self.request.headers.get("Authorization", "")
        kind, _space, token = said.partition(" ")
        same = hmac.compare_digest(token.strip().encode("utf-8", "replace"), self.service.token.encode())
        if kind.lower() != "bearer" or not same:
            self.numbers.refused.labels("token").inc()
            raise HTTPError(401, "token")
        length = self.request.headers.get("Content-Length", "0")
        if length.isdigit() and (len(length) > 12 or int(length) > largest_body(self.service.spec.context)):
            raise HTTPError(413)
        self.service.door.let_in(self.request)

    def data_received(self, chunk: bytes) -> None:
        if not self._finished:
            self.body += chunk

    def set_default_headers(self) -> None:
        self.clear_header("Server")
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Content-Type-Options", "nosniff")

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        words = {
            401: _("This needs the service's token."),
            404: _("There is no such page."),
            405: _("Not so."),
            413: _("The question is too long."),
        }
        self.set_header("Connection", "close")  # the rest of such a request is not read
        self._fail(status_code, words.get(status_code, _("This request cannot be answered.")), _INVALID)

    def log_exception(self, *args: Any) -> None:
        """Say nothing: requests hold what people ask."""
        if args[0] is not None and not issubclass(args[0], HTTPError):
            self.numbers.failures.labels(args[0].__name__).inc()

    def _fail(self, status: int, message: str, kind: str, parameter: str = "") -> None:
        self.set_status(status)
        self.set_header("Content-Type", "application/json")
        if status == 401:
            self.set_header("WWW-Authenticate", "Bearer")
        self.finish(error_body(message, kind, status, parameter))

    def on_finish(self) -> None:
        self.service.door.answered(self.request)
        known = self.request.path if self.request.path in self.service.paths else "other"
        self.numbers.requests.labels(known, str(self.get_status())).inc()


class Nothing(Page):
    """Any other path."""

    def prepare(self) -> None:
        super().prepare()
        raise HTTPError(404)


class Health(Page):
    """Is it there, and which version."""

    def get(self) -> None:
        """Tell it, and to a visitor who waits, how many are answered before."""
        loading, held = self.shelf.loading, [each.name for each in self.shelf.held]
        about = {"service": "tunebook", "pid": os.getpid(), "version": self.service.version}
        visitor = self.request.headers.get(VISITOR, "")[:_LONGEST_NAME]
        places = {each.name: each.line.before(visitor) for each in self.shelf.held} if visitor else {}
        before = {name: place for name, place in places.items() if place is not None}
        self.write({"status": "ok", **about, "models": held, "loading": loading, "before": before})


class Models(Page):
    """The models that may be asked for."""

    def get(self) -> None:
        """List them."""
        self.write({"object": "list", "data": [_model(name) for name in self.shelf.known()]})


class Model(Page):
    """One of the models that may be asked for."""

    def get(self) -> None:
        """Tell of it."""
        name = unquote(self.request.path.removeprefix("/v1/models/"))
        if name not in self.shelf.known():
            raise HTTPError(404)
        self.write(_model(name))


class Metrics(Page):
    """What was counted."""

    def get(self) -> None:
        """Tell it in Prometheus' format."""
        self.numbers.tell(self.shelf)
        self.set_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        self.write(self.numbers.page())


class Answer(Page):
    """A question, passed on to the model that it names."""

    _task: asyncio.Task[None] | None = None

    async def post(self) -> None:
        """Answer it; the work ends when the visitor leaves."""
        try:
            asked = self._read()
        except Improper as exc:
            self.numbers.refused.labels("body").inc()
            self._fail(400, exc.message, _INVALID, exc.parameter)
            return
        with self.service.asked():
            self._task = asyncio.create_task(self._answer(asked))
            try:
                await self._task
            except asyncio.CancelledError:
                self.numbers.left.inc()

    def on_connection_close(self) -> None:
        """End the work: nobody waits for it."""
        if self._task is not None:
            self._task.cancel()

    def _read(self) -> Asked:
        body = read_body(bytes(self.body), self.request.path, context=self.service.spec.context)
        self.body.clear()
        visitor = self.request.headers.get(VISITOR) or str(body.get("user") or self.request.remote_ip)
        fresh = "no-store" in self.request.headers.get("Cache-Control", "")
        return Asked(self.request.path, body, visitor[:_LONGEST_NAME], fresh)

    async def _answer(self, asked: Asked) -> None:
        try:
            await self._pass_on(asked)
        except Refused as exc:
            self.numbers.refused.labels(exc.busy).inc()
            self.set_header("Retry-After", "2")
            words = _("You have {n} questions open; wait for an answer first.").format(n=self.service.spec.per_visitor)
            busy = _("Many people are asking just now. Ask again in a moment.")
            self._fail(429, words if exc.busy == "visitor" else busy, "rate_limit_error")
        except ModelNotFoundError as exc:
            words = str(exc) if isinstance(exc, NotServed) else exc.problem  # how to get it is for the owner to know
            self._fail(404, words, _INVALID, "model")
        except KitError as exc:
            self._fail(400, str(exc), _INVALID)
        except StreamClosedError:
            self.numbers.left.inc()
        except (ModelGone, httpx.HTTPError):
            self._broken()

    async def _pass_on(self, asked: Asked) -> None:
        held = await self.shelf.get(asked.body["model"])
        if asked.body.get("echo") and not held.echoes:
            self._fail(400, _("Unrecognized request argument: {name}").format(name="echo"), _INVALID, "echo")
            return
        kind = "text/event-stream" if asked.streams else "application/json"
        async with contextlib.aclosing(self.relay.answer(held, asked)) as pieces:
            async for status, piece in pieces:
                if not self._headers_written:
                    self.set_status(status)
                    self.set_header("Content-Type", kind if status == 200 else "application/json")
                    if asked.kept:
                        self.set_header("Cache-Status", "Tunebook; hit")  # RFC 9211
                self.write(piece)
                await self._send()
        await self.finish()

    async def _send(self) -> None:
        try:
            await asyncio.wait_for(self.flush(), _READING_S)
        except TimeoutError:
            self.request.connection.stream.close()  # type: ignore[union-attr]
            raise StreamClosedError from None

    def _broken(self) -> None:
        """Tell that the model's process ended: as an error, or where words have been sent as the last event."""
        self.numbers.broken.inc()
        message = _("The model stopped in the middle of this answer. It is being started again: ask once more.")
        if not self._headers_written:
            self.set_header("Retry-After", "2")
            self._fail(503, message, "server_error")
            return
        if self.get_status() == 200:
            self.write(b"data: " + error_body(message, "server_error", 503) + b"\n\n")
        self.finish()


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "tunebook"}
