"""The service itself: a web server in front of the processes that hold models."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import time
from collections.abc import Callable

from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream
from tornado.web import Application

from kit.service.answers import Answers
from kit.service.numbers import Numbers
from kit.service.pages import Answer, Health, Metrics, Models, Nothing
from kit.service.relay import Relay
from kit.service.shelf import Shelf
from kit.service.spec import ServiceSpec
from kit.version import version

_BODY = 2**20  # bytes: a question of 200,000 words is refused before it is read
_HEADERS = 2**14
_HEADERS_S = 15.0  # for the headers of a request, and of an idle connection
_BODY_S = 30.0
_CONNECTIONS = 512
_LOOK_S = 5.0


class Service:
    """One service: its models, its token, and what it counts.

    Parameters
    ----------
    spec : ServiceSpec
        What it offers.
    token : str
        What every request must tell.
    """

    paths = ("/health", "/v1/models", "/metrics", "/v1/chat/completions", "/v1/completions")

    def __init__(self, spec: ServiceSpec, token: str) -> None:
        self.spec, self.token, self.version = spec, token, version()
        self.shelf, self.numbers = Shelf(spec), Numbers()
        self.answers = Answers(spec.cache_mib * 2**20)
        self.relay = Relay(self.answers, self.numbers)
        self._used = time.monotonic()
        self._open = 0

    def touch(self) -> None:
        """Note that somebody asks."""
        self._used = time.monotonic()

    @property
    def idle(self) -> bool:
        """Has nobody asked for so long that it should end?"""
        minutes = self.spec.idle_minutes
        answering = any(held.line.busy or held.line.waiting for held in self.shelf.held)
        return bool(minutes) and not answering and time.monotonic() - self._used > 60 * minutes

    def application(self) -> Application:
        """Return the pages."""
        asked = {"service": self}
        pages = {"/health": Health, "/v1/models": Models, "/metrics": Metrics}
        answers = {"/v1/chat/completions": Answer, "/v1/completions": Answer}
        routes = [(path, page, asked) for path, page in {**pages, **answers}.items()]
        return Application(
            routes,  # type: ignore[arg-type]
            default_handler_class=Nothing,
            default_handler_args=asked,
            log_function=lambda _handler: None,  # requests hold what people ask
        )

    async def close(self) -> None:
        """Let go of models and connections."""
        await self.shelf.end()
        await self.relay.close()


class Door(HTTPServer):
    """A web server that hangs up on more connections than it can hold."""

    def initialize(self, *args: object, **kwargs: object) -> None:  # type: ignore[override]
        super().initialize(*args, **kwargs)  # type: ignore[arg-type]
        self.streams = 0

    def handle_stream(self, stream: IOStream, address: tuple[object, ...]) -> None:  # type: ignore[override]
        """Serve a connection, if there is room."""
        if self.streams >= _CONNECTIONS:
            stream.close()
            return
        self.streams += 1
        super().handle_stream(stream, address)  # type: ignore[arg-type]

    def on_close(self, server_conn: object) -> None:
        """Note that a connection has ended."""
        self.streams -= 1
        super().on_close(server_conn)


def door_of(service: Service) -> Door:
    """Return the web server of `service`, with limits on what a request may be."""
    return Door(
        service.application(),
        max_body_size=_BODY,
        max_buffer_size=2 * _BODY,
        max_header_size=_HEADERS,
        idle_connection_timeout=_HEADERS_S,
        body_timeout=_BODY_S,
    )


async def serve(
    spec: ServiceSpec, sock: socket.socket, token: str, *, ready: Callable[[], None], load: tuple[str, ...] = ()
) -> None:
    """Serve until SIGTERM, SIGINT, or until nobody has asked for long.

    Parameters
    ----------
    sock : socket
        Listens already.
    ready : callable
        Called once requests are answered.
    load : tuple of str
        Models that are loaded before anybody asks.
    """
    service = Service(spec, token)
    door = door_of(service)
    door.add_socket(sock)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    ready()
    warming = [asyncio.create_task(_load(service, name)) for name in load]
    try:
        while not ended.is_set() and not service.idle:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), _LOOK_S)
    finally:
        for task in warming:
            task.cancel()
        door.stop()
        await service.close()


async def _load(service: Service, name: str) -> None:
    with contextlib.suppress(Exception):  # whoever asks for it is told
        await service.shelf.get(name)
