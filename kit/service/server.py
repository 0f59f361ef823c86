"""The service itself: a web server in front of the processes that hold models."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator

from tornado.web import Application

from kit.service.answers import Answers
from kit.service.door import door_of
from kit.service.numbers import Numbers
from kit.service.pages import Answer, Health, Metrics, Model, Models, Nothing
from kit.service.question import CHAT, TEXT
from kit.service.relay import Relay
from kit.service.shelf import Shelf
from kit.service.spec import ServiceSpec
from kit.version import version

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

    paths = ("/health", "/v1/models", "/metrics", CHAT, TEXT)

    def __init__(self, spec: ServiceSpec, token: str) -> None:
        self.spec, self.token, self.version = spec, token, version()
        self.shelf, self.numbers = Shelf(spec), Numbers()
        self.answers = Answers(spec.cache_mib * 2**20)
        self.relay = Relay(self.answers, self.numbers)
        self._used = time.monotonic()
        self._open = 0
        self.door = door_of(self._application(), context=spec.context)

    @contextlib.contextmanager
    def asked(self) -> Iterator[None]:
        """Note that a question is there, and when it is over."""
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1
            self._used = time.monotonic()

    @property
    def idle(self) -> bool:
        """Has nobody asked for so long that it should end?"""
        minutes = self.spec.idle_minutes
        busy = self._open or self.shelf.loading
        return bool(minutes) and not busy and time.monotonic() - self._used > 60 * minutes

    def _application(self) -> Application:
        """Return the pages."""
        asked = {"service": self}
        pages = {"/health": Health, "/v1/models": Models, "/v1/models/.+": Model, "/metrics": Metrics}
        answers = {CHAT: Answer, TEXT: Answer}
        routes = [(path, page, asked) for path, page in {**pages, **answers}.items()]
        return Application(
            routes,  # type: ignore[arg-type]
            default_handler_class=Nothing,
            default_handler_args=asked,
            log_function=lambda _handler: None,  # requests hold what people ask
        )

    async def close(self) -> None:
        """Let go of models and connections."""
        self.door.stop()
        await self.door.close_all_connections()
        await self.shelf.end()
        await self.relay.close()


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
    service.door.add_socket(sock)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    ready()
    look = min(_LOOK_S, 6 * spec.idle_minutes or _LOOK_S)  # a tenth of the time that it waits
    warming = [asyncio.create_task(_load(service, name)) for name in load]
    try:
        while not ended.is_set() and not service.idle:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), look)
    finally:
        for task in warming:
            task.cancel()
        await service.close()


async def _load(service: Service, name: str) -> None:
    try:
        await service.shelf.get(name)
    except Exception as exc:  # whoever asks for it is told too
        print(f"{name}: {exc}", file=sys.stderr, flush=True)
