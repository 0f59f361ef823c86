"""The address of a scheduler: is it one, and does anybody answer there? Told before a run begins, by light code."""

from __future__ import annotations

import socket
from importlib.util import find_spec
from urllib.parse import urlsplit

from kit.errors import MissingPackageError, ParameterError, ServerError
from kit.i18n import _

SCHEMES = ("tcp", "tls")
_PATIENCE_S = 5.0


def check_address(on: str) -> str:
    """Return the scheme of the address `on`.

    Raises
    ------
    ParameterError
        It is no address of a scheduler.
    """
    try:
        parts = urlsplit(on)
        good = parts.scheme in SCHEMES and bool(parts.hostname) and bool(parts.port) and not parts.path
    except (ValueError, TypeError, AttributeError):
        good = False
    if not good:
        fix = _("The command `dask scheduler` tells the address of the scheduler it starts.")
        raise ParameterError("on", on, allowed=_("the address of a Dask scheduler: tcp://host:port"), fix=fix)
    return parts.scheme


def check_reachable(on: str) -> None:
    """Raise unless the package that it takes is here and somebody listens at the address `on`.

    Raises
    ------
    ParameterError
        It is no address.
    MissingPackageError
        Dask is not installed.
    ServerError
        Nobody listens there.
    """
    check_address(on)
    if find_spec("distributed") is None:
        raise MissingPackageError("distributed", needed_for=_("Work on other machines"), extra="dask")
    parts = urlsplit(on)
    try:
        socket.create_connection((str(parts.hostname), parts.port or 0), timeout=_PATIENCE_S).close()
    except OSError as exc:
        raise unreachable(on, exc.strerror or str(exc)) from exc


def unreachable(on: str, reason: str) -> ServerError:
    """Return the error for a scheduler that does not answer."""
    problem = _("No scheduler answers at {address}: {reason}.").format(address=on, reason=reason)
    return ServerError(problem, url=on, fix=how_to_start(on))


def how_to_start(on: str) -> str:
    """Return what to type for a scheduler and its workers."""
    port = urlsplit(on).port
    words = _("Start one there with `dask scheduler --port {port}`, and on each machine that works `dask worker {on}`.")
    return words.format(port=port, on=on)
