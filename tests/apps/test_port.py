"""Ports that are free, taken or none."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator

import pytest

from kit.apps.port import free_port, local, reachable
from kit.errors import KitError, ParameterError


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


def test_any_free_port_can_be_listened_at() -> None:
    port = free_port("127.0.0.1", 0)
    assert free_port("127.0.0.1", port) == port
    with socket.create_server(("127.0.0.1", port)):
        assert reachable("127.0.0.1", port)
        assert reachable("0.0.0.0", port)
    assert not reachable("127.0.0.1", port)


def test_a_taken_port_names_a_free_one(taken: int) -> None:
    with pytest.raises(KitError, match=f"Port {taken} of 127.0.0.1 is taken") as caught:
        free_port("127.0.0.1", taken)
    found = re.search(r"--port (\d+)", caught.value.fix)
    assert found
    assert free_port("127.0.0.1", int(found[1])) == int(found[1]) != taken


@pytest.mark.parametrize("port", [-1, 65536])
def test_what_is_no_port_is_refused(port: int) -> None:
    with pytest.raises(ParameterError, match=f"port={port}"):
        free_port("127.0.0.1", port)


@pytest.mark.parametrize("ip", ["192.0.2.1", "no address"])  # 192.0.2.0/24 is for documentation: nobody has it
def test_an_address_of_another_machine_is_refused(ip: str) -> None:
    with pytest.raises(ParameterError, match=f"ip='{re.escape(ip)}'.*an address of this machine"):
        free_port(ip, 0)


def test_everywhere_is_reached_at_home() -> None:
    assert (local("0.0.0.0"), local("::"), local("10.0.0.7")) == ("127.0.0.1", "::1", "10.0.0.7")
