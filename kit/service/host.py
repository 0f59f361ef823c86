"""Be the service: listen, write down where, and take the note away at the end."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import os
import secrets
import socket
from collections.abc import Callable

from tornado.netutil import bind_sockets

from kit.errors import KitError, ParameterError
from kit.i18n import _
from kit.service.note import forget, write_note
from kit.service.server import serve
from kit.service.spec import ServiceSpec

TOKEN = "TUNEBOOK_SERVICE_TOKEN"
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}
_SHORTEST = 16


def host(
    spec: ServiceSpec,
    *,
    ip: str = "127.0.0.1",
    port: int = 0,
    load: tuple[str, ...] = (),
    tell: Callable[[str, str], None] | None = None,
) -> None:
    """Serve in this process until SIGTERM, SIGINT, or until nobody has asked for long.

    Parameters
    ----------
    ip : str, default "127.0.0.1"
        Where to listen; anything but this machine's own address lets others in who have the token.
    port : int, default 0
        0 for any free one.
    load : tuple of str
        Models that are loaded before anybody asks.
    tell : callable, optional
        Called with the address and the token once requests are answered.

    Raises
    ------
    ParameterError
        `ip` is no address of this machine, or `port` no port.
    KitError
        The port is taken, or the token of the environment is too short.
    """
    token = own_token()
    sock = listen(ip, port)
    url = address(sock)

    def ready() -> None:
        write_note(url, token)
        if tell is not None:
            tell(url, token)

    try:
        asyncio.run(serve(spec, sock, token, ready=ready, load=load))
    finally:
        forget()


def own_token() -> str:
    """Return the token that the environment names, or a new one.

    Raises
    ------
    KitError
        The one of the environment can be guessed, or cannot be sent.
    """
    said = os.environ.get(TOKEN, "").strip()
    if not said:
        return secrets.token_urlsafe(24)
    if len(said) < _SHORTEST or not said.isascii() or not said.isprintable() or " " in said:
        problem = _("The token in the environment variable {name} is no good token.").format(name=TOKEN)
        raise KitError(problem, fix=_("Take {n} letters and digits or more, or leave it to us.").format(n=_SHORTEST))
    return said


def listen(ip: str, port: int) -> socket.socket:
    """Return a socket that listens at `ip` and `port`.

    Raises
    ------
    ParameterError, KitError
    """
    if not 0 <= port <= 65535:
        raise ParameterError("port", port, allowed=_("a whole number from 0 (any free port) to 65535"))
    try:
        ipaddress.ip_address(ip)
        first, *others = bind_sockets(port, ip)
    except (ValueError, OSError) as exc:
        if getattr(exc, "errno", None) == errno.EADDRINUSE:
            raise KitError(
                _("Port {port} of {ip} is taken by another program.").format(port=port, ip=ip),
                fix=_("Choose another one with --port, or 0 for any free one."),
            ) from exc
        if getattr(exc, "errno", None) in (errno.EACCES, errno.EPERM):
            problem = _("This account may not listen at port {port}.").format(port=port)
            raise KitError(problem, fix=_("Choose a port above 1023.")) from exc
        raise ParameterError("ip", ip, allowed=_("an address of this machine, such as 127.0.0.1")) from exc
    for each in others:
        each.close()
    return first


def address(sock: socket.socket) -> str:
    """Return how this machine reaches a socket that listens, up to and including /v1."""
    ip, port = sock.getsockname()[:2]
    ip = _EVERYWHERE.get(ip, ip)
    return f"http://[{ip}]:{port}/v1" if ":" in ip else f"http://{ip}:{port}/v1"
