"""Requests of people who mean harm: each is answered or hung up on in time, and others are served meanwhile."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import struct
import time
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

import psutil
import pytest
from tinygateway import CHAT, QUESTION, TEXT, TOKEN, Gateway, tiny_gateway, until
from tinyserver import TinyServer, tiny_server

from kit.service.spec import ServiceSpec

MIB = 2**20
CLOSED = 0  # in place of a status: hung up without a word
PATIENCE_S = 1.0  # what the service is given here for headers and bodies
WITHIN_S = 6.0

Hostile = Callable[[socket.socket], None]


@pytest.fixture(scope="module")
def behind() -> Iterator[TinyServer]:
    with tiny_server() as server:
        yield server


@pytest.fixture(scope="module")
def gateway(behind: TinyServer) -> Iterator[Gateway]:
    with (
        patch.multiple("kit.service.door", _HEADERS_S=PATIENCE_S, _BODY_S=PATIENCE_S),
        tiny_gateway(behind.url, spec=ServiceSpec()) as found,
    ):
        found.ask()
        yield found


def head(line: str = f"POST {CHAT} HTTP/1.1", *others: str, token: str = TOKEN) -> bytes:
    """The head of a request, with the token."""
    lines = [line, "Host: 127.0.0.1", f"Authorization: Bearer {token}", *others, "", ""]
    return "\r\n".join(lines).encode("latin-1", "replace")


def post(body: bytes, *others: str, path: str = CHAT, token: str = TOKEN) -> bytes:
    """A whole request."""
    return head(f"POST {path} HTTP/1.1", f"Content-Length: {len(body)}", *others, token=token) + body


def asks(path: str = CHAT, **changed: Any) -> bytes:
    """A question of which something is changed."""
    base = QUESTION if path == CHAT else {"model": "tiny", "prompt": "Hello", "max_tokens": 2, "temperature": 0}
    return post(json.dumps({**base, **changed}).encode(), path=path)


def slowly(content: bytes, pause_s: float) -> Hostile:
    """Send a byte at a time."""

    def send(sock: socket.socket) -> None:
        for place in range(len(content)):
            sock.sendall(content[place : place + 1])
            time.sleep(pause_s)

    return send


def endless(start: bytes, piece: bytes) -> Hostile:
    """Send without end."""

    def send(sock: socket.socket) -> None:
        sock.sendall(start)
        for _turn in range(20_000):
            sock.sendall(piece)

    return send


CHUNKED = head("POST /v1/chat/completions HTTP/1.1", "Transfer-Encoding: chunked")
GOOD = json.dumps(QUESTION).encode()
DEEP = b'{"model":"tiny","messages":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
NESTED = json.dumps({**QUESTION, "metadata": json.loads("[" * 50 + "]" * 50)}).encode()
HUGE = b'{"model":"tiny","messages":[{"role":"user","content":"x"}],"max_tokens":' + b"9" * 100_000 + b"}"
FLOAT = json.dumps(QUESTION).replace('"temperature": 0', '"temperature": 1e999').encode()
LONG_PROMPT = b'{"model":"tiny","messages":[{"role":"user","content":"' + b"a " * (5 * MIB) + b'"}]}'

TABLE: dict[str, tuple[bytes | Hostile, set[int]]] = {
    "a body of a terabyte is announced": (
        head("POST /v1/chat/completions HTTP/1.1", f"Content-Length: {2**40}"),
        {413},
    ),
    "a length without end": (head("POST /v1/chat/completions HTTP/1.1", f"Content-Length: {'9' * 4000}"), {413, 400}),
    "a prompt of 10 MB": (post(LONG_PROMPT), {413, CLOSED}),
    "a prompt of 10 MB without the token": (post(LONG_PROMPT, token="other"), {401, CLOSED}),
    "a prompt of 10 MB in chunks": (CHUNKED + b"%x\r\n" % len(LONG_PROMPT) + LONG_PROMPT, {400, CLOSED}),
    "chunks without end": (endless(CHUNKED, b"10000\r\n" + b"x" * 65536 + b"\r\n"), {400, CLOSED}),
    "chunks of one byte without end": (endless(CHUNKED, b"1\r\nx\r\n" * 4096), {400, CLOSED}),
    "a chunk of a negative size": (CHUNKED + b"-1\r\nx\r\n0\r\n\r\n", {400, CLOSED}),
    "a chunk whose size is no number": (CHUNKED + b"zz\r\nx\r\n0\r\n\r\n", {400, CLOSED}),
    "a chunk of 2**64 bytes": (CHUNKED + b"10000000000000000\r\nx\r\n", {400, CLOSED}),
    "slow headers": (slowly(head()[:60], 0.05), {CLOSED}),
    "headers that do not end": (b"GET /health HTTP/1.1\r\nHost: x\r\n", {CLOSED}),
    "a slow body": (slowly(post(GOOD)[: len(head()) + 40], 0.02), {CLOSED}),
    "a body that does not come": (head("POST /v1/chat/completions HTTP/1.1", "Content-Length: 50"), {CLOSED}),
    "nothing at all": (b"", {CLOSED}),
    "headers of 1 MB": (head("GET /health HTTP/1.1", f"X: {'x' * MIB}"), {400, 431, CLOSED}),
    "headers without end": (endless(b"GET /health HTTP/1.1\r\n", b"X: y\r\n" * 4096), {400, 431, CLOSED}),
    "a path of 1 MB": (head(f"GET /{'x' * MIB} HTTP/1.1"), {400, 414, CLOSED}),
    "two lengths": (
        head("POST /v1/chat/completions HTTP/1.1", "Content-Length: 2", "Content-Length: 40") + GOOD,
        {400},
    ),
    "a length and chunks": (
        head("POST /v1/chat/completions HTTP/1.1", "Content-Length: 5", "Transfer-Encoding: chunked") + b"0\r\n\r\n",
        {400},
    ),
    "another encoding": (
        head("POST /v1/chat/completions HTTP/1.1", "Transfer-Encoding: gzip, chunked") + b"0\r\n\r\n",
        {400, 501},
    ),
    "a negative length": (head("POST /v1/chat/completions HTTP/1.1", "Content-Length: -5") + GOOD, {400}),
    "a length with a sign": (head("POST /v1/chat/completions HTTP/1.1", "Content-Length: +5") + GOOD, {400}),
    "two tokens": (head("GET /health HTTP/1.1", "Authorization: Bearer other"), {401}),
    "two hosts": (head("GET /health HTTP/1.1", "Host: other"), {400}),
    "a header that is folded": (head("GET /health HTTP/1.1", "X: a", " b"), {200, 400}),
    "a header with a line feed": (b"GET /health HTTP/1.1\nHost: x\nAuthorization: Bearer other\n\n", {400, 401}),
    "a carriage return in a header": (head("GET /health HTTP/1.1", "X: a\rSet-Cookie: b"), {400, CLOSED}),
    "a null in a header": (head("GET /health HTTP/1.1", "X: a\0b"), {400}),
    "a header without a name": (head("GET /health HTTP/1.1", ": x"), {400}),
    "a line feed in a path": (head("GET /health%0d%0aX:%20y HTTP/1.1"), {404}),
    "a path upwards": (head("GET /v1/../health HTTP/1.1"), {404}),
    "a path upwards in code": (head("GET /v1/models/..%2f..%2f..%2fetc%2fpasswd HTTP/1.1"), {404}),
    "a path with two slashes": (head("GET //health HTTP/1.1"), {400, 404}),
    "a path that is a URL": (head("GET http://127.0.0.1:1/health HTTP/1.1"), {400, 404}),
    "an open door": (head("CONNECT 127.0.0.1:22 HTTP/1.1"), {400, 404, 405}),
    "TRACE": (head(f"TRACE {CHAT} HTTP/1.1"), {405}),
    "DELETE": (head(f"DELETE {CHAT} HTTP/1.1"), {405}),
    "PUT of a model": (head("PUT /v1/models HTTP/1.1", "Content-Length: 2") + b"{}", {405}),
    "OPTIONS from another site": (head("OPTIONS /v1/models HTTP/1.1", "Origin: https://evil.example"), {405}),
    "a method without end": (b"A" * 20_000 + b" / HTTP/1.1\r\n\r\n", {400, CLOSED}),
    "HTTP/1.0": (b"POST /v1/chat/completions HTTP/1.0\r\nContent-Length: 2\r\n\r\n{}", {400, 401}),
    "HTTP/0.9": (b"GET /health\r\n\r\n", {400, CLOSED}),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9), {400, CLOSED}),
    "TLS": (bytes.fromhex("16030100a5010000a10303") + os.urandom(160), {400, CLOSED}),
    "a websocket": (
        head("GET /v1/chat/completions HTTP/1.1", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Key: x"),
        {405},
    ),
    "a form": (post(b"a=1&" * 200_000, "Content-Type: application/x-www-form-urlencoded"), {400}),
    "a form without the token": (
        post(b"a&" * 500_000, "Content-Type: application/x-www-form-urlencoded", token="x"),
        {401, CLOSED},
    ),
    "a form of many parts": (
        post(b"--b\r\n\r\nx\r\n" * 50_000, "Content-Type: multipart/form-data; boundary=b"),
        {400},
    ),
    "packed": (post(b"\x1f\x8b\x08" + bytes(2000), "Content-Encoding: gzip"), {400}),
    "no JSON": (post(b"model=tiny"), {400}),
    "half a JSON": (post(GOOD[:-1]), {400}),
    "JSON in another encoding": (post(b"\xff\xfe" + GOOD), {400}),
    "half a character": (post(GOOD.replace(b"Hello", b"\\ud800")), {400}),
    "a list": (post(b"[]"), {400}),
    "a hundred thousand lists in each other": (post(DEEP), {400}),
    "fifty lists in each other": (post(NESTED), {400}),
    "a number of 100,000 digits": (post(HUGE), {400}),
    "an infinite number": (post(FLOAT), {400}),
    "not a number": (asks(temperature=float("nan")), {400}),
    "no model": (post(b'{"messages": []}'), {400}),
    "a model that is a list": (asks(model=["tiny"]), {400}),
    "a model that is a file": (asks(model="/etc/passwd"), {404}),
    "a model above": (asks(model="../../etc/passwd"), {404}),
    "a model of this folder": (asks(model="tests"), {404}),
    "a model of this home": (asks(model="~/models"), {404}),
    "a model with a null": (asks(model="tiny\0"), {400}),
    "a model that is a URL": (asks(model="http://127.0.0.1:22/x"), {404}),
    "a million answers at once": (asks(n=1_000_000), {400}),
    "a billion tokens": (asks(max_tokens=10**9), {400}),
    "a grammar": (asks(grammar="root ::= root root root"), {400}),
    "a schema without end": (asks(response_format={"type": "json_schema", "json_schema": {"schema": {}}}), {400}),
    "tools": (asks(tools=[{"type": "function", "function": {"name": "rm"}}]), {400}),
    "a picture from the network": (
        asks(messages=[{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "http://10.0.0.1"}}]}]),
        {400},
    ),
    "many prompts": (asks(TEXT, prompt=["x"] * 1000), {400}),
    "tokens that are none": (asks(TEXT, prompt=[-1, 2**40]), {400}),
    "another server's slot": (asks(id_slot=0), {400}),
    "all log-probabilities": (asks(TEXT, logprobs=10**6), {400}),
    "a hundred thousand words to stop at": (asks(stop=["x"] * 100_000), {400}),
    "a name of the visitor without end": (post(GOOD, f"X-Tunebook-Visitor: {'v' * 10_000}"), {200}),
    "two requests in one": (post(GOOD) + head("GET /health HTTP/1.1"), {200}),
    "a request hidden in a body": (post(GOOD + head("GET /metrics HTTP/1.1")), {400}),
    "a promise to send": (
        head("POST /v1/chat/completions HTTP/1.1", f"Content-Length: {2**40}", "Expect: 100-continue"),
        {413},
    ),
}


def _status(sock: socket.socket) -> int:
    """The status of what comes, `CLOSED` where the connection ends before."""
    try:
        text = sock.recv(65536)
    except ConnectionError:
        return CLOSED
    return int(text.split(b" ", 2)[1]) if text else CLOSED


def _attack(port: int, what: bytes | Hostile) -> tuple[int, float]:
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=WITHIN_S) as sock:
        with contextlib.suppress(ConnectionError):  # hung up on, or answered already
            sock.sendall(what) if isinstance(what, bytes) else what(sock)
        return _status(sock), time.monotonic() - began


def _served(gateway: Gateway) -> None:
    began = time.monotonic()
    assert gateway.ask({**QUESTION, "seed": time.monotonic_ns() % 2**31}).status_code == 200
    assert time.monotonic() - began < 3


@pytest.mark.parametrize("name", TABLE)
def test_it_is_answered_or_hung_up_on_in_time(gateway: Gateway, name: str) -> None:
    what, expected = TABLE[name]
    status, took = _attack(gateway.port, what)
    assert status in expected
    assert took < WITHIN_S
    _served(gateway)


def test_nothing_of_it_has_reached_a_model(gateway: Gateway, behind: TinyServer) -> None:
    asked = len(behind.asked)
    for name, (what, expected) in TABLE.items():
        if isinstance(what, bytes) and 200 not in expected and expected != {CLOSED}:
            _attack(gateway.port, what)
            assert len(behind.asked) == asked, name


def test_a_thousand_connections_at_once(gateway: Gateway) -> None:
    held = []
    try:
        for place in range(1000):
            held.append(socket.create_connection(("127.0.0.1", gateway.port), timeout=5))
            if place % 2:
                held[-1].sendall(b"GET /health HTTP/1.1\r\n")
            if place % 250 == 249:
                _served(gateway)
        _served(gateway)
    finally:
        for sock in held:
            sock.close()
    until(lambda: len(gateway.service.door._inside) < 5)
    _served(gateway)


def test_a_visitor_who_is_being_answered_keeps_the_connection(gateway: Gateway, behind: TinyServer) -> None:
    behind.behaviour.gap_s = 0.05
    try:
        with gateway.stream({**QUESTION, "max_tokens": 30}) as answer:
            lines = answer.iter_lines()
            next(lines)
            held = [socket.create_connection(("127.0.0.1", gateway.port), timeout=5) for _ in range(600)]
            assert [line for line in lines if line][-1] == "data: [DONE]"
    finally:
        behind.behaviour.gap_s = 0
    for sock in held:
        sock.close()


def test_connections_that_are_reset_in_mid_answer(gateway: Gateway, behind: TinyServer) -> None:
    behind.behaviour.gap_s = 0.02
    try:
        for _turn in range(20):
            with socket.create_connection(("127.0.0.1", gateway.port), timeout=5) as sock:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                sock.sendall(asks(stream=True, max_tokens=500))
                sock.recv(10)
        until(lambda: gateway.line.busy == 0 and gateway.line.waiting == 0)
        until(lambda: behind.at_once == 0)
    finally:
        behind.behaviour.gap_s = 0
    _served(gateway)


def test_who_does_not_read_is_left(gateway: Gateway, behind: TinyServer) -> None:
    """An answer larger than all buffers on the way, which nobody reads, gives its place back."""
    behind.behaviour.says = b"data: " + b"x" * (24 * MIB) + b"\n\n"
    try:
        with patch("kit.service.pages._READING_S", 0.5), socket.create_connection(("127.0.0.1", gateway.port)) as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            sock.sendall(asks(stream=True, seed=77))
            until(lambda: gateway.line.busy == 1)
            until(lambda: gateway.line.busy == 0)
    finally:
        behind.behaviour.says = None
    _served(gateway)


def test_memory_stays_small(gateway: Gateway) -> None:
    process = psutil.Process()
    _attack(gateway.port, TABLE["a form"][0])
    before = process.memory_info().rss
    for _turn in range(5):
        for name in (
            "a prompt of 10 MB",
            "a prompt of 10 MB in chunks",
            "chunks without end",
            "a form without the token",
        ):
            _attack(gateway.port, TABLE[name][0])
    assert process.memory_info().rss - before < 100 * MIB
