"""One known line is kept back; everything else that the server says is heard."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from jupyter_server.base.websocket import WebSocketMixin
from tornado.websocket import WebSocketProtocol13, _WebSocketParams

from kit.apps.quiet import quiet_pings


@pytest.fixture
def quiet() -> Iterator[None]:
    """Quiet, until the test is over."""
    logger = logging.getLogger("tornado.general")
    before = list(logger.filters)
    quiet_pings()
    yield
    logger.filters[:] = before


def ping_timeout() -> float:
    """Ask tornado for its patience with the settings that Jupyter's websockets have, as a first visit does."""
    jupyter = WebSocketMixin()
    jupyter.settings = {}  # type: ignore[attr-defined]
    protocol = WebSocketProtocol13.__new__(WebSocketProtocol13)
    protocol.params = _WebSocketParams(ping_interval=jupyter.ping_interval, ping_timeout=jupyter.ping_timeout)
    return float(protocol.ping_timeout)


def test_the_line_about_pings_is_not_heard(quiet: None, caplog: pytest.LogCaptureFixture) -> None:
    assert ping_timeout() > 0
    assert caplog.records == []


def test_errors_are_heard(quiet: None, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "tornado.general")  # Dask, once imported, sets tornado to critical
    logging.getLogger("tornado.general").warning("Connect error on fd %s", 7)
    logging.getLogger("tornado.application").error("Uncaught exception")
    assert [record.getMessage() for record in caplog.records] == ["Connect error on fd 7", "Uncaught exception"]
