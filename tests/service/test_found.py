"""One service for each machine: found, started once, survived when it is gone, ended without a trace."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from tinygateway import until
from tinyserver import tiny_server

from kit.errors import KitError, ParameterError
from kit.service import ServiceSpec, ensure, find, stop
from kit.service.found import KEY, URL
from kit.service.host import address, listen, own_token
from kit.service.note import alone, forget, log_place, note_place, read_note, write_note

START = "import kit.service, json; found = kit.service.ensure(); print(json.dumps([found.url, found.token, found.pid]))"


@pytest.fixture(autouse=True)
def no_service_stays() -> Iterator[None]:
    yield
    stop()


def _gone(pid: int) -> bool:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    return not psutil.pid_exists(pid)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_it_is_started_once_found_and_ended_without_a_trace() -> None:
    assert find() is None
    assert stop() is False
    starting = [subprocess.Popen([sys.executable, "-c", START], stdout=subprocess.PIPE) for _ in range(2)]
    told = [json.loads(process.communicate(timeout=60)[0]) for process in starting]
    assert told[0] == told[1]
    found = ensure()
    assert [found.url, found.token, found.pid] == told[0]
    assert found.pid is not None
    assert find() == found
    assert found.url.startswith("http://127.0.0.1:")
    assert httpx.get(found.url + "/models").status_code == 401
    assert httpx.get(found.url + "/models", headers=found.headers).status_code == 200
    assert (_mode(note_place()), _mode(log_place())) == (0o600, 0o600)
    process = psutil.Process(found.pid)
    assert not [each.path for each in process.memory_maps() if "/torch/" in each.path]
    assert found.token not in " ".join(process.cmdline())
    listening = [each for each in process.net_connections() if each.status == "LISTEN"]
    assert {each.laddr.ip for each in listening} == {"127.0.0.1"}
    assert stop() is True
    assert _gone(found.pid)
    assert not note_place().exists()
    assert find() is None


def test_it_ends_when_nobody_asks() -> None:
    found = ensure(ServiceSpec(idle_minutes=0.01))
    assert found.pid is not None
    until(lambda: _gone(found.pid or 0), within_s=15)
    assert not note_place().exists()


def test_a_service_that_was_killed_is_started_anew() -> None:
    first = ensure()
    assert first.pid is not None
    os.kill(first.pid, signal.SIGKILL)
    until(lambda: _gone(first.pid or 0))
    assert note_place().exists()
    assert find() is None
    second = ensure()
    assert second.pid != first.pid
    assert second.healthy()


class _Other(BaseHTTPRequestHandler):
    """Another program that answers at any path, with 200 and JSON."""

    def log_message(self, *args: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"status": "ok"}')


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"url": 5, "token": "t", "pid": 1}',
        '{"url": "http://127.0.0.1:PORT/v1", "token": "t"}',
        '{"url": "http://127.0.0.1:PORT/v1", "token": "t", "pid": OWN}',
        '{"url": "http://127.0.0.1:PORT/v1", "token": "t", "pid": -1}',
        '{"url": "http://127.0.0.1:1/v1", "token": "t", "pid": 999999999}',
        '{"url": "http://[::bad/v1", "token": "t", "pid": 4}',
        "\udcff",
    ],
)
def test_a_note_that_does_not_hold_is_no_service(text: str) -> None:
    server = HTTPServer(("127.0.0.1", 0), _Other)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        note_place().parent.mkdir(parents=True)
        filled = text.replace("PORT", str(server.server_port)).replace("OWN", str(os.getpid()))
        note_place().write_bytes(filled.encode(errors="surrogateescape"))
        assert find() is None
        assert stop() is False  # and this process lives
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_only_our_own_note_is_taken_away() -> None:
    write_note("http://127.0.0.1:9/v1", "token")
    assert _mode(note_place()) == 0o600
    note_place().write_text(note_place().read_text().replace(str(os.getpid()), "1"))
    forget()
    assert read_note() is not None
    write_note("http://127.0.0.1:9/v1", "token")
    forget()
    assert read_note() is None


def test_one_at_a_time() -> None:
    code = "from kit.service.note import alone\nwith alone(): print('in', flush=True)"
    with alone():
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1.5)
    assert process.communicate(timeout=20)[0] == b"in\n"


def test_a_service_that_cannot_start_says_where_to_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUNEBOOK_SERVICE_TOKEN", "short")
    with pytest.raises(KitError, match="did not start") as caught:
        ensure()
    assert str(log_place()) in caught.value.fix
    assert "TUNEBOOK_SERVICE_TOKEN" in log_place().read_text()
    assert "short" not in log_place().read_text().split("\n")[-2]


def test_another_service_by_one_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    with tiny_server(key="of the other one") as server:
        monkeypatch.setenv(URL, server.url + "/")
        monkeypatch.setenv(KEY, "of the other one")
        found = ensure()
        assert (found.url, found.ours, found.pid) == (server.url, False, None)
        body = {"model": "tiny", "messages": [{"role": "user", "content": "x"}], "max_tokens": 2}
        assert httpx.post(found.url + "/chat/completions", json=body, headers=found.headers).status_code == 200
    assert not note_place().exists()
    monkeypatch.setenv(URL, "http://user:secret@127.0.0.1/v1")
    with pytest.raises(ParameterError, match=URL) as caught:
        find()
    assert "secret" not in str(caught.value)


def test_where_it_listens() -> None:
    with listen("127.0.0.1", 0) as sock:
        port = sock.getsockname()[1]
        assert address(sock) == f"http://127.0.0.1:{port}/v1"
        with pytest.raises(KitError, match=f"Port {port} of 127.0.0.1 is taken"):
            listen("127.0.0.1", port)
    with listen("0.0.0.0", 0) as sock:
        assert address(sock).startswith("http://127.0.0.1:")
    for ip, port in (("203.0.113.7", 0), ("localhost", 0), ("127.0.0.1", 99999)):
        with pytest.raises(ParameterError):
            listen(ip, port)


def test_a_token_that_can_be_guessed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert own_token() != own_token()
    for said in ("secret", "with a blank in the middle", "ä" * 20):
        monkeypatch.setenv("TUNEBOOK_SERVICE_TOKEN", said)
        with pytest.raises(KitError, match="no good token"):
            own_token()
    monkeypatch.setenv("TUNEBOOK_SERVICE_TOKEN", "0123456789abcdef")
    assert own_token() == "0123456789abcdef"
