"""HTTP to one server: what it answers as plain values, what goes wrong as a `ServerError` that names the next step.

Connections are kept open and used again. One that the server has closed meanwhile looks like a server that hangs up at
once: such a request, of which it has not answered a byte, is sent a second time. Nothing else is tried again, and no
redirect is followed: a key must not go to another server than the one that was named.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from typing import Any

import httpx

from kit.engines.openai import fault
from kit.engines.openai.address import base, on_this_machine, root
from kit.errors import KitError
from kit.i18n import _

_CONNECT_S = 10.0
_SILENCE_S = 300.0  # a request may wait so long in the server's queue, or between two tokens


class Client:
    """Asks one server.

    Parameters
    ----------
    url : str
        Up to and including /v1.
    key_variable : str, default ""
        The environment variable that holds the key; "": the server wants none.
    silence_s : float, default 300, seconds
        How long the server may say nothing.

    Raises
    ------
    KitError
        The environment variable is not set.
    """

    def __init__(self, url: str, *, key_variable: str = "", silence_s: float = _SILENCE_S) -> None:
        self.url, self.key_variable = base(url), key_variable
        self._silence_s = silence_s
        self._http = httpx.Client(
            headers={"Accept-Encoding": "identity", **_authorization(key_variable)},  # compressed, tokens come in lumps
            timeout=httpx.Timeout(silence_s, connect=_CONNECT_S, pool=None),
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=None),
            trust_env=not on_this_machine(url),  # a proxy does not know this machine's own servers
        )

    def get(self, path: str, *, beside: bool = False) -> Any:
        """Return what the server answers to a GET; `beside`: the path lies beside /v1, not under it."""
        return self._asked("GET", self._at(path, beside), None)

    def post(self, path: str, body: dict[str, Any], *, beside: bool = False) -> Any:
        """Return what the server answers to a POST."""
        return self._asked("POST", self._at(path, beside), body)

    @contextlib.contextmanager
    def stream(self, path: str, body: dict[str, Any]) -> Iterator[Iterator[bytes]]:
        """Yield the bytes of an answer as they come in; leaving the block ends the connection if there is more."""
        url = self._at(path, False)
        with self._told(url), contextlib.closing(self._sent("POST", url, body)) as response:
            if response.status_code != 200:
                response.read()
                raise fault.refused(url, response.status_code, response.text, key_variable=self.key_variable)
            kind = response.headers.get("content-type", "")
            if "event-stream" not in kind:
                raise fault.strange(url, _("it did not stream, but answered with {kind!r}").format(kind=kind))
            yield response.iter_raw()

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def _at(self, path: str, beside: bool) -> str:
        return f"{root(self.url) if beside else self.url}{path}"

    def _asked(self, verb: str, url: str, body: dict[str, Any] | None) -> Any:
        with self._told(url):
            response = self._sent(verb, url, body)
            response.read()
        if response.status_code != 200:
            raise fault.refused(url, response.status_code, response.text, key_variable=self.key_variable)
        try:
            return json.loads(response.content)
        except ValueError as exc:
            raise fault.strange(url, _("its answer is no JSON: {text!r}").format(text=response.text[:200])) from exc

    def _sent(self, verb: str, url: str, body: dict[str, Any] | None) -> httpx.Response:
        request = self._http.build_request(verb, url, json=body)
        try:
            return self._http.send(request, stream=True)
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
            return self._http.send(request, stream=True)

    @contextlib.contextmanager
    def _told(self, url: str) -> Iterator[None]:
        try:
            yield
        except httpx.HTTPError as exc:
            raise fault.broken(url, exc, silence_s=self._silence_s) from exc


def _authorization(variable: str) -> dict[str, str]:
    if not variable:
        return {}
    key = os.environ.get(variable, "").strip()
    if not key or not key.isascii() or not key.isprintable():
        raise KitError(
            _("The environment variable {name}, which key_variable names, holds no key.").format(name=variable),
            fix=_("Set it before Jupyter or this process is started."),
        )
    return {"Authorization": f"Bearer {key}"}
