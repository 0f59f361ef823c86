"""The service in front of a server of the test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tinygateway import Gateway, tiny_gateway
from tinyserver import TinyServer, tiny_server


@pytest.fixture
def behind() -> Iterator[TinyServer]:
    with tiny_server() as server:
        yield server


@pytest.fixture
def gateway(behind: TinyServer) -> Iterator[Gateway]:
    with tiny_gateway(behind.url) as found:
        yield found
