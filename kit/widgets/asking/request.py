"""One request to the service, and what can come of it."""

from __future__ import annotations

import functools
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx

from kit.engines.openai.address import on_this_machine, place
from kit.engines.openai.fault import said_by
from kit.errors import KitError, ServerError
from kit.i18n import _
from kit.service.found import KEY, Found

VISITOR = "X-Tunebook-Visitor"  # by this header the service tells visitors apart
KEPT = "Cache-Status"  # says "hit" of an answer that was kept (RFC 9211)

_CONNECT_S = 5.0
_SILENCE_S = 600.0  # a model that nobody has asked before is converted first
_LOST = (httpx.NetworkError, httpx.RemoteProtocolError, httpx.ConnectTimeout)
_WAIT_S = 2.0
_OPTIONAL = ("stream_options", "seed")  # beyond the core of the protocol
_LIMIT, _NEWER_LIMIT = "max_tokens", "max_completion_tokens"


class Gone(Exception):
    """The service, or the process that holds the model, cannot be reached or ended in the middle of an answer."""


class Busy(Exception):
    """Too many are asking; `after_s` says when to ask again."""

    def __init__(self, problem: str, after_s: float) -> None:
        super().__init__(problem)
        self.problem, self.after_s = problem, after_s


@functools.cache
def visitor() -> str:
    """Return by what the service knows this kernel, and so the page before it."""
    return secrets.token_urlsafe(9)


def client(found: Found) -> httpx.AsyncClient:
    """Return what sends requests to a service."""
    return httpx.AsyncClient(
        headers={**found.headers, VISITOR: visitor(), "Accept-Encoding": "identity"},  # compressed, words come in lumps
        timeout=httpx.Timeout(_SILENCE_S, connect=_CONNECT_S),
        trust_env=not on_this_machine(found.url),  # a proxy does not know this machine's own servers
        verify=found.url.startswith("https"),  # certificates take memory in every visitor's kernel
    )


@asynccontextmanager
async def asked(
    http: httpx.AsyncClient, found: Found, path: str, body: Mapping[str, Any]
) -> AsyncIterator[httpx.Response]:
    """Ask once, and give the answer while it comes; leaving the block ends it there, too.

    Raises
    ------
    Gone, Busy
        Asking again may help.
    KitError
        It does not.
    """
    try:
        async with http.stream("POST", found.url + path, json=dict(body)) as response:
            if response.status_code != 200:
                await response.aread()
                raise refusal(found, response.status_code, response.text, response.headers.get("retry-after", ""))
            yield response
    except _LOST as exc:
        raise Gone(str(exc)) from exc
    except httpx.TimeoutException as exc:
        raise ServerError(
            _("The service has said nothing for {n:g} minutes.").format(n=_SILENCE_S / 60),
            fix=_("Ask again; if it stays silent, end it with tunebook serve --stop."),
            url=found.url,
        ) from exc
    except httpx.HTTPError as exc:
        raise ServerError(
            _("{place} cannot be asked: {why}.").format(place=place(found.url), why=str(exc) or type(exc).__name__),
            fix=_("Check the address of the service."),
            url=found.url,
        ) from exc


def refusal(found: Found, status: int, text: str, retry_after: str = "") -> Exception:
    """Return what a status other than 200 means."""
    said = said_by(text)
    if status == 429:
        return Busy(said, float(retry_after) if retry_after.isdigit() else _WAIT_S)
    if status in (502, 503, 504) or (status == 401 and found.ours):  # another service may have its place by now
        return Gone(said)
    if status in (401, 403):
        return ServerError(
            _("{place} does not take the key.").format(place=place(found.url)),
            fix=_("Put the key into the environment variable {name}, before Jupyter is started.").format(name=KEY),
            url=found.url,
            status=status,
        )
    if status == 400 and "context" in said.lower():
        return KitError(
            _("The question, with what was said before it, is longer than the model can read at once."),
            fix=_("Clear the conversation, or ask something shorter."),
        )
    problem, _dot, fix = said.partition(". ")
    return ServerError(f"{problem.rstrip('.')}.", fix=fix or _("Ask again."), url=found.url, status=status)


def broken(error: object) -> Exception:
    """Return what an error in the middle of an answer means."""
    known = error if isinstance(error, dict) else {}
    said = str(known.get("message") or error)
    if known.get("code") in (502, 503, 504) or known.get("type") == "server_error":
        return Gone(said)
    return KitError(_("The service gave the answer up: {said}.").format(said=said.rstrip(".")), fix=_("Ask again."))


def amended(exc: ServerError, body: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return a request without what a server complained of by name, or None where that is no way out."""
    if exc.status not in (400, 422):
        return None
    said, left = f"{exc.problem} {exc.fix}", dict(body)
    if _NEWER_LIMIT in said and _LIMIT in left:
        left[_NEWER_LIMIT] = left.pop(_LIMIT)
        return left
    named = [name for name in _OPTIONAL if name in left and name in said]
    return {name: value for name, value in left.items() if name not in named} if named else None
