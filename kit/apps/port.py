"""Is there room to listen?"""

from __future__ import annotations

import errno
import socket

from kit.errors import KitError, ParameterError
from kit.i18n import _


def free_port(ip: str, port: int) -> int:
    """Return `port`, or any free one when it is 0.

    Raises
    ------
    ParameterError
        `ip` is no address of this machine, or `port` no port.
    KitError
        The port is taken; the message names one that is free.
    """
    if not 0 <= port <= 65535:
        raise ParameterError("port", port, allowed=_("a whole number from 0 (any free port) to 65535"))
    try:
        return _bind(ip, port)
    except OSError as exc:
        if exc.errno == errno.EADDRINUSE:
            raise KitError(
                _("Port {port} of {ip} is taken by another program.").format(port=port, ip=ip),
                fix=_("Choose another one, as in --port {free}, or stop that program.").format(free=_bind(ip, 0)),
            ) from exc
        if exc.errno in (errno.EACCES, errno.EPERM):
            raise KitError(
                _("This account may not listen at port {port}.").format(port=port),
                fix=_("Choose a port above 1023."),
            ) from exc
        allowed = _("an address of this machine, such as 127.0.0.1 or 0.0.0.0")
        raise ParameterError("ip", ip, allowed=allowed) from exc


def _bind(ip: str, port: int) -> int:
    family, kind, protocol, _name, address = socket.getaddrinfo(
        ip, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as Voila does: a port just left is free
        probe.bind(address)
        return int(probe.getsockname()[1])


def reachable(ip: str, port: int) -> bool:
    """Does somebody answer there?"""
    try:
        with socket.create_connection((local(ip), port), timeout=1):
            return True
    except OSError:
        return False


def local(ip: str) -> str:
    """Return the address by which this machine reaches what listens at `ip`."""
    return {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(ip, ip)
