"""What all routes share: who may ask, what a request may look like, how work and its errors become answers.

A body is taken in pieces and never held beyond its limit. Work runs on threads, so that a slow disk stops no one else's
request.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar

from jupyter_server.base.handlers import APIHandler
from tornado.web import HTTPError, authenticated, stream_request_body

from kit.errors import KitError, ParameterError
from kit.i18n import _
from kit.lab.body import LARGEST, Kind, read_body
from kit.lab.plain import as_json
from kit.lab.refusal import Refused, body_of, status_of
from kit.lab.root import Root
from kit.lab.runs import RunBook

QUICK = ThreadPoolExecutor(4, "tunebook")
SLOW = ThreadPoolExecutor(2, "tunebook-slow")  # reading large files must not keep the list of runs waiting

_WHOLE = re.compile(r"-?[0-9]{1,16}")

BOOK = "tunebook_runs"  # among the settings of the server


@stream_request_body
class Handler(APIHandler):  # type: ignore[misc]
    """The base of every route."""

    tagged: ClassVar[bool] = True  # does an answer have an ETag, by which an unchanged one is not sent again?

    @property
    def root(self) -> Root:
        """The folder that the server serves."""
        return self.book.root

    @property
    def book(self) -> RunBook:
        """The runs on this machine, kept for the whole server."""
        book: RunBook = self.settings[BOOK]
        return book

    @property
    def _track_activity(self) -> bool:  # type: ignore[override]
        return self.request.method != "GET"  # a panel that looks must not keep an idle server alive

    def set_default_headers(self) -> None:
        """Add the time of the server, by which clients tell elapsed and remaining time."""
        super().set_default_headers()
        self.set_header("Cache-Control", "no-cache")
        self.set_header("X-Tunebook-Now", f"{time.time():.3f}")

    async def prepare(self) -> None:  # type: ignore[override]
        """Refuse whoever is not signed in, whatever the verb, and requests that are not as they must be."""
        self._body = bytearray()
        self._too_large = False
        await super().prepare()
        if not self.current_user:
            raise HTTPError(403)
        if self.request.method not in self._verbs():
            raise HTTPError(405)
        if int(self.request.headers.get("Content-Length") or 0) > LARGEST:
            raise _too_large()
        kind = self.request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if self.request.method == "POST" and kind != "application/json":
            raise Refused(
                415,
                _("The body is {kind!r}, not JSON.").format(kind=kind or "?"),
                fix=_("Send it with the header Content-Type: application/json."),
            )

    def data_received(self, chunk: bytes) -> None:
        """Take in a piece of the body, as far as it may be long."""
        self._too_large = self._too_large or len(self._body) + len(chunk) > LARGEST
        if not self._too_large:
            self._body.extend(chunk)

    def _verbs(self) -> list[str]:
        own = {name for kind in type(self).__mro__ if issubclass(kind, Handler) for name in vars(kind)}
        return [verb for verb in ("GET", "POST", "DELETE") if verb.lower() in own]

    @authenticated
    def options(self, *arguments: str) -> None:  # type: ignore[override]
        """Say nothing of a route to strangers; to others, that this verb is none of its own."""
        raise HTTPError(405)

    def fields(self, **fields: Kind) -> dict[str, Any]:
        """Return the values in the body; see `read_body`."""
        if self._too_large:
            raise _too_large()
        return read_body(bytes(self._body), fields)

    def no_body(self) -> None:
        """Refuse a request that brings a body where none is expected."""
        if self._body or self._too_large:
            raise Refused(400, _("This request takes no body."), fix=_("Send it without one."))

    async def reply(
        self, work: Callable[[], dict[str, Any]], *, status: int = 200, on: ThreadPoolExecutor = QUICK
    ) -> None:
        """Do `work` on a thread and answer with what it returns."""
        await self.reply_json(lambda: as_json(work()), status=status, on=on)

    async def reply_json(self, work: Callable[[], str], *, status: int = 200, on: ThreadPoolExecutor = QUICK) -> None:
        """Do `work` on a thread and answer with the JSON that it returns."""
        answer = await asyncio.get_running_loop().run_in_executor(on, work)
        self.set_status(status)
        await self.finish(answer)

    def whole(self, name: str, default: int, *, low: int, high: int) -> int:
        """Return the whole number that the address gives under `name`.

        Raises
        ------
        ParameterError
            It is none, or out of range.
        """
        given = self.get_argument(name, str(default))
        if not _WHOLE.fullmatch(given) or not low <= int(given) <= high:
            allowed = _("a whole number from {low} to {high}").format(low=low, high=high)
            raise ParameterError(name, given, allowed=allowed)
        return int(given)

    def compute_etag(self) -> str | None:
        """Return a tag of the answer, where it has one."""
        etag: str | None = super().compute_etag() if self.tagged else None
        return etag

    def write_error(self, status_code: int, **details: Any) -> None:
        """Answer with what is wrong, as JSON."""
        exc = details.get("exc_info", (None, None, None))[1]
        if exc is not None:
            status_code = status_of(exc)
            self.set_status(status_code)
        if status_code == 405:
            self.set_header("Allow", ", ".join(self._verbs()))
        self.finish(json.dumps(body_of(exc, status_code), ensure_ascii=False))

    def log_exception(self, kind: Any, value: Any, trace: Any) -> None:
        """Log faults of ours with where they arose, and refusals as one line."""
        if isinstance(value, KitError):
            self.log.info("%s: %s", self._request_summary(), value.problem)
        else:
            super().log_exception(kind, value, trace)


def _too_large() -> Refused:
    return Refused(
        413,
        _("The body is longer than {n} bytes.").format(n=LARGEST),
        fix=_("Nothing that is asked for here needs so much."),
    )
