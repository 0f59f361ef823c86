"""An address is checked, and asked for an answer, before there is a run."""

from __future__ import annotations

import socket

import pytest
from tinywork import CountSpec

import kit
from kit.errors import MissingPackageError, ParameterError, ServerError
from kit.runners import check_address, check_reachable


@pytest.mark.parametrize("on", ["tcp://10.0.0.1:8786", "tls://node-3.cluster:8786", "tcp://[::1]:8786"])
def test_an_address_is_taken(on: str) -> None:
    assert check_address(on) == on[:3]


@pytest.mark.parametrize(
    "on", ["", "localhost:8786", "http://host:80", "tcp://host", "tcp://:1", "tcp://h:x", "tcp://h:1/"]
)
def test_what_is_none_is_refused(on: str) -> None:
    with pytest.raises(ParameterError, match=r"on=.*tcp://host:port.*dask scheduler"):
        kit.start(CountSpec(), on=on)
    assert list(kit.runs()) == []


def test_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    on = f"tcp://127.0.0.1:{port}"
    with pytest.raises(ServerError) as caught:
        kit.start(CountSpec(), on=on)
    assert caught.value.url == on
    assert caught.value.problem == f"No scheduler answers at {on}: Connection refused."
    assert caught.value.fix == (
        f"Start one there with `dask scheduler --port {port}`, and on each machine that works `dask worker {on}`."
    )
    assert list(kit.runs()) == [], "there is no run that failed"


def test_without_dask_it_says_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kit.runners.address.find_spec", lambda name: None)
    with pytest.raises(MissingPackageError, match=r"distributed is not installed.*pip install 'tunebook\[dask\]'"):
        check_reachable("tcp://127.0.0.1:8786")
