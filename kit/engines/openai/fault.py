"""What can go wrong between us and a server, each as a `ServerError` with the next step."""

from __future__ import annotations

import json
from typing import Any

import httpx

from kit.errors import ServerError
from kit.i18n import _

_SHOWN = 300  # characters of what a server says


def broken(url: str, exc: httpx.HTTPError, *, silence_s: float) -> ServerError:
    """Return the error for a connection that was not made, fell silent or broke off."""
    why = str(exc) or type(exc).__name__
    if isinstance(exc, httpx.ConnectError | httpx.ConnectTimeout | httpx.ProxyError | httpx.UnsupportedProtocol):
        return ServerError(
            _("{url} cannot be reached: {why}.").format(url=url, why=why.rstrip(".")),
            fix=_("Start the server, or check host and port in `engine`."),
            url=url,
        )
    if isinstance(exc, httpx.TimeoutException):
        return ServerError(
            _("{url} said nothing for {n:g} seconds.").format(url=url, n=silence_s),
            fix=_("See whether the server is stuck or has too much to do; ask with fewer users or a lower rate."),
            url=url,
        )
    return ServerError(
        _("{url} broke the connection off: {why}.").format(url=url, why=why.rstrip(".")),
        fix=_("Look into the log of the server: it may have crashed or run out of memory."),
        url=url,
    )


def cut_short(url: str, tokens: int) -> ServerError:
    """Return the error for an answer that ended without saying that it was complete."""
    return ServerError(
        _("{url} stopped in the middle of an answer, after {n} pieces of it.").format(url=url, n=tokens),
        fix=_("Look into the log of the server: it may have crashed or run out of memory."),
        url=url,
    )


def strange(url: str, why: str) -> ServerError:
    """Return the error for an answer that is not what OpenAI's protocol says."""
    return ServerError(
        _("{url} does not answer as OpenAI's protocol has it: {why}.").format(url=url, why=why),
        fix=_("Check that `engine` is the URL of an OpenAI-compatible API, up to and including its /v1."),
        url=url,
    )


def refused(url: str, status: int, text: str, *, key_variable: str) -> ServerError:
    """Return the error for an answer with an HTTP status other than 200."""
    said = said_by(text)
    problem = _("{url} answered with HTTP {status}: {said}.").format(url=url, status=status, said=said.rstrip("."))
    return ServerError(problem, fix=_advice(status, key_variable), url=url, status=status)


def said_by(text: str) -> str:
    """Return the message inside the body of an error, however the server wraps it."""
    try:
        found: Any = json.loads(text)
    except ValueError:
        found = text
    for name in ("error", "message", "detail"):
        found = found.get(name, found) if isinstance(found, dict) else found
    words = found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)
    return " ".join(words.split())[:_SHOWN] or _("no reason given")


def _advice(status: int, key_variable: str) -> str:
    if status in (401, 403):
        if key_variable:
            return _("Check the key in the environment variable {name}.").format(name=key_variable)
        return _("Put a key into an environment variable and name that: kit.Variant(…, key_variable='…').")
    if status == 404:
        return _("Check that `model` is a name that the server lists under /models, and that `engine` ends with /v1.")
    if status == 429:
        return _("Ask with fewer users or a lower rate, or raise the limit at the server.")
    if 300 <= status < 400:
        return _("Redirects are not followed: write the address that it leads to into `engine`.")
    if status >= 500:
        return _("Look into the log of the server; 503 often means that it is still loading the model.")
    return _("Change what the server complains of: perhaps a shorter prompt or fewer new tokens.")
