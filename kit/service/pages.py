"""What the service answers to: OpenAI's paths, health and numbers; nothing without the token."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
from typing import Any

import httpx
from tornado.iostream import StreamClosedError
from tornado.web import HTTPError, RequestHandler

from kit.errors import KitError, ModelNotFoundError
from kit.i18n import _
from kit.service.line import Refused
from kit.service.numbers import Numbers
from kit.service.relay import Asked, ModelGone, Relay, error_body
from kit.service.shelf import Shelf

VISITOR = "X-Tunebook-Visitor"
_LONGEST_NAME = 128
_DEEPEST = 32


class Page(RequestHandler):
    """The base of every page: asks for the token, and tells errors as OpenAI does."""

    def initialize(self, service: Any) -> None:
        self.service = service
        self.shelf: Shelf = service.shelf
        self.relay: Relay = service.relay
        self.numbers: Numbers = service.numbers

    def prepare(self) -> None:
        said = self.request.headers.get("Authorization", "")
        kind, _space, token = said.partition(" ")
        same = hmac.compare_digest(token.strip().encode("utf-8", "replace"), self.service.token.encode())
        if kind.lower() != "bearer" or not same:
            self.numbers.refused.labels("token").inc()
            raise HTTPError(401, "token")

    def set_default_headers(self) -> None:
        self.clear_header("Server")
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Content-Type-Options", "nosniff")

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        words = {401: _("This needs the service's token."), 404: _("There is no such page."), 405: _("Not so.")}
        self._fail(status_code, words.get(status_code, _("This request cannot be answered.")), "invalid_request_error")

    def _fail(self, status: int, message: str, kind: str) -> None:
        self.set_status(status)
        self.set_header("Content-Type", "application/json")
        self.finish(error_body(message, kind, status))

    def on_finish(self) -> None:
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
        """Tell it."""
        self.write({"status": "ok", "version": self.service.version, "models": [each.name for each in self.shelf.held]})


class Models(Page):
    """The models that may be asked for."""

    def get(self) -> None:
        """List them."""
        names = self.shelf.known()
        self.write({"object": "list", "data": [{"id": n, "object": "model", "owned_by": "tunebook"} for n in names]})


class Metrics(Page):
    """What was counted."""

    def get(self) -> None:
        """Tell it in Prometheus' format."""
        for held in self.shelf.held:
            self.numbers.waiting.labels(held.name).set(held.line.waiting)
            self.numbers.answering.labels(held.name).set(held.line.busy)
        self.set_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        self.write(self.numbers.page())


class Answer(Page):
    """A question, passed on to the model that it names."""

    _task: asyncio.Task[None] | None = None

    async def post(self) -> None:
        """Answer it; the work ends when the visitor leaves."""
        asked = self._read()
        self.service.touch()
        self._task = asyncio.create_task(self._answer(asked))
        try:
            await self._task
        except asyncio.CancelledError:
            self.numbers.left.inc()
        finally:
            self.service.touch()

    def on_connection_close(self) -> None:
        """End the work: nobody waits for it."""
        if self._task is not None:
            self._task.cancel()

    def _read(self) -> Asked:
        try:
            body = json.loads(self.request.body)
        except (ValueError, RecursionError) as exc:
            raise HTTPError(400) from exc
        if not isinstance(body, dict) or not isinstance(body.get("model"), str) or _depth(body) > _DEEPEST:
            raise HTTPError(400)
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
            self._fail(404, exc.problem, "invalid_request_error")  # how to get it is for whoever owns the machine
        except KitError as exc:
            self._fail(400, str(exc), "invalid_request_error")
        except StreamClosedError:
            self.numbers.left.inc()
        except (ModelGone, httpx.HTTPError):
            self._broken()

    async def _pass_on(self, asked: Asked) -> None:
        held = await self.shelf.get(asked.body["model"])
        kind = "text/event-stream" if asked.streams else "application/json"
        async with contextlib.aclosing(self.relay.answer(held, asked)) as pieces:
            async for status, piece in pieces:
                if not self._headers_written:
                    self.set_status(status)
                    self.set_header("Content-Type", kind if status == 200 else "application/json")
                self.write(piece)
                await self.flush()
        await self.finish()

    def _broken(self) -> None:
        """Tell that the model's process ended: as an error, or where words have been sent as the last event."""
        self.numbers.restarts.inc()
        message = _("The model stopped in the middle of this answer. It is being started again: ask once more.")
        if not self._headers_written:
            self.set_header("Retry-After", "2")
            self._fail(503, message, "server_error")
            return
        if self.get_status() == 200:
            self.write(b"data: " + error_body(message, "server_error", 503) + b"\n\n")
        self.finish()


def _depth(value: Any) -> int:
    """Return how deeply lists and objects are nested."""
    depth, level = 0, [value]
    while level and depth <= _DEEPEST:
        depth += 1
        inside = (
            v
            for each in level
            if isinstance(each, dict | list)
            for v in (each.values() if isinstance(each, dict) else each)
        )
        level = [each for each in inside if isinstance(each, dict | list)]
    return depth
