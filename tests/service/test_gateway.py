"""The service in front of a server whose times are known: who is let in, and what comes when and in whose turn."""

from __future__ import annotations

import contextlib
import hmac
import itertools
import socket
import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from tinygateway import CHAT, QUESTION, TEXT, TOKEN, Gateway, tiny_gateway, until
from tinyserver import TinyServer

from kit.service.spec import ServiceSpec

PAGES = [
    *(("GET", "/health"), ("GET", "/v1/models"), ("GET", "/v1/models/tiny"), ("GET", "/metrics")),
    *(("POST", CHAT), ("POST", TEXT), ("GET", "/"), ("POST", "/v1/embeddings"), ("DELETE", "/v1/models/tiny")),
]
WRONG = ["", TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", "Bearer", f"Bearer, {TOKEN}"]
LONG = {**QUESTION, "max_tokens": 1000}


@pytest.mark.parametrize(("method", "path"), PAGES)
def test_nothing_without_the_token(gateway: Gateway, behind: TinyServer, method: str, path: str) -> None:
    with httpx.Client(base_url=gateway.url) as client:
        for said in WRONG:
            headers = {"Authorization": said} if said else {}
            answer = client.request(method, path, headers=headers, json=QUESTION if method == "POST" else None)
            assert answer.status_code == 401, said
            assert set(answer.json()) == {"error"}
            assert "server" not in answer.headers
        answer = client.request(method, f"{path}?token={TOKEN}", json=QUESTION if method == "POST" else None)
        assert answer.status_code == 401
    assert behind.asked == []


def test_the_token_is_compared_in_constant_time(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[bytes] = []
    real = hmac.compare_digest

    def compare(a: bytes, b: bytes) -> bool:
        compared.append(a)
        return real(a, b)

    monkeypatch.setattr(hmac, "compare_digest", compare)
    httpx.get(gateway.url + "/health", headers={"Authorization": "bearer other"})
    assert gateway.get("/health").status_code == 200
    assert compared == [b"other", TOKEN.encode()]


def test_what_it_tells_of_itself(gateway: Gateway) -> None:
    assert gateway.get("/health").json()["status"] == "ok"
    assert gateway.ask().status_code == 200
    assert gateway.get("/health").json()["models"] == ["tiny@gguf-q8_0"]
    listed = gateway.get("/v1/models").json()
    assert [each["id"] for each in listed["data"]] == ["tiny@gguf-q8_0"]
    assert gateway.get("/v1/models/tiny@gguf-q8_0").json() == listed["data"][0]
    assert gateway.get("/v1/models/tiny%40gguf-q8_0").status_code == 200
    assert gateway.get("/v1/models/other").status_code == 404
    numbers = gateway.get("/metrics").text
    assert f'tunebook_requests_total{{path="{CHAT}",status="200"}} 1.0' in numbers
    assert 'tunebook_waiting{model="tiny@gguf-q8_0"} 0.0' in numbers


def test_words_are_passed_on_as_they_come(gateway: Gateway, behind: TinyServer) -> None:
    behind.behaviour.gap_s = 0.15
    came = []
    with gateway.stream() as answer:
        assert answer.headers["content-type"] == "text/event-stream"
        for line in answer.iter_lines():
            if '"content": "' in line and '""' not in line:
                came.append(time.perf_counter())
    gaps = [b - a for a, b in itertools.pairwise(came)]
    assert len(came) == 5
    assert statistics.median(gaps) == pytest.approx(0.15, abs=0.06)


def _late(_body: Any) -> dict[str, Any]:
    time.sleep(1)
    return {}


@pytest.mark.parametrize("streams", [True, False])
def test_who_leaves_frees_the_model(gateway: Gateway, behind: TinyServer, streams: bool) -> None:
    behind.behaviour.gap_s = 0.02
    if streams:
        with gateway.stream(LONG) as answer:
            lines = answer.iter_lines()
            next(lines)
            assert (gateway.line.busy, behind.at_once) == (1, 1)
    else:
        behind.behaviour.routes[CHAT] = _late
        with contextlib.suppress(httpx.TimeoutException):
            httpx.post(gateway.url + CHAT, json=QUESTION, headers=gateway.headers, timeout=0.3)
    until(lambda: not gateway.line.busy and not behind.at_once, within_s=3)
    assert "tunebook_visitors_left_total 1.0" in gateway.get("/metrics").text
    behind.behaviour.routes.clear()
    assert gateway.ask().status_code == 200


def test_who_leaves_the_queue_is_passed_over(behind: TinyServer) -> None:
    behind.behaviour.gap_s = 0.02
    with tiny_gateway(behind.url, spec=ServiceSpec(slots=1)) as gateway, gateway.stream(LONG) as first:
        lines = first.iter_lines()
        next(lines)
        with pytest.raises(httpx.TimeoutException):
            httpx.post(gateway.url + CHAT, json=LONG, headers=gateway.headers, timeout=0.2)
        until(lambda: gateway.line.waiting == 0)
        assert len(behind.asked) == 1


def test_too_many_questions_of_one_visitor_and_of_all(behind: TinyServer) -> None:
    behind.behaviour.gap_s = 0.02
    spec = ServiceSpec(slots=1, per_visitor=1, waiting=1)
    with tiny_gateway(behind.url, spec=spec) as gateway, contextlib.ExitStack() as stack:
        first = stack.enter_context(gateway.stream(LONG, **{"X-Tunebook-Visitor": "anna"}))
        lines = first.iter_lines()
        next(lines)
        pool = stack.enter_context(ThreadPoolExecutor(1))
        refused = gateway.ask({**LONG, "user": "not looked at"}, **{"X-Tunebook-Visitor": "anna"})
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "2")
        assert refused.json()["error"]["type"] == "rate_limit_error"
        waits = pool.submit(gateway.ask, {**QUESTION, "user": "bernd"})
        until(lambda: gateway.line.waiting == 1)
        assert gateway.ask({**QUESTION, "user": "carla"}).status_code == 429
        told = gateway.get("/metrics").text
        assert 'tunebook_refused_total{reason="visitor"} 1.0' in told
        assert 'tunebook_refused_total{reason="all"} 1.0' in told
        first.close()
        assert waits.result(10).status_code == 200


def test_a_kept_connection_that_was_closed_meanwhile_is_no_error(gateway: Gateway, behind: TinyServer) -> None:
    behind.behaviour.hangs_up = True
    for turn in range(4):
        with gateway.stream({**QUESTION, "max_tokens": turn + 1}) as answer:
            assert answer.read().endswith(b"data: [DONE]\n\n")


def test_names_that_are_not_served(behind: TinyServer) -> None:
    spec = ServiceSpec(models=("tiny", "/srv/model"))
    with tiny_gateway(behind.url, spec=spec) as gateway:
        for name in ("tiny", "tiny@gguf-f16", "/srv/model"):
            assert gateway.ask({**QUESTION, "model": name}).status_code == 200
        assert gateway.ask({**QUESTION, "model": "tiny@bnb-nf4"}).status_code == 400
        for name in ("other", "/srv/model/..", "/srv", "tiny2"):
            error = gateway.ask({**QUESTION, "model": name}).json()["error"]
            assert (error["code"], error["param"]) == (404, "model")
            assert error["message"].endswith("Ask for one of: tiny, /srv/model.")
        assert [each["id"] for each in gateway.get("/v1/models").json()["data"]] == ["tiny", "/srv/model"]


# What the package `openai` (2.54) sends for a streamed chat, byte by byte but for token and lengths.
CLIENT = (
    "POST /v1/chat/completions HTTP/1.1\r\n"
    "Host: 127.0.0.1:{port}\r\n"
    "Accept-Encoding: gzip, deflate\r\n"
    "Connection: keep-alive\r\n"
    "Accept: application/json\r\n"
    "Content-Type: application/json\r\n"
    "User-Agent: OpenAI/Python 2.54.0\r\n"
    "X-Stainless-Lang: python\r\n"
    "X-Stainless-Package-Version: 2.54.0\r\n"
    "X-Stainless-Async: false\r\n"
    "x-stainless-retry-count: 0\r\n"
    "x-stainless-read-timeout: 600\r\n"
    "Authorization: Bearer {token}\r\n"
    "Content-Length: {length}\r\n\r\n"
)


def test_the_request_of_the_usual_client(gateway: Gateway) -> None:
    body = (
        b'{"messages":[{"role":"user","content":"Hello"}],"model":"tiny","max_tokens":3,"stream":true,'
        b'"stream_options":{"include_usage":true},"temperature":0}'
    )
    head = CLIENT.format(port=gateway.port, token=TOKEN, length=len(body)).encode()
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=10) as sock:
        sock.sendall(head + body)
        answer = b""
        while not answer.endswith(b"0\r\n\r\n"):
            answer += sock.recv(65536)
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"Content-Type: text/event-stream\r\n" in answer
    assert b"Content-Encoding" not in answer
    assert answer.count(b'"content": "') == 4
    assert b"data: [DONE]\n\n" in answer


def test_visitors_of_all_kinds_are_served_alike(behind: TinyServer) -> None:
    """32 visitors with five questions each: no errors, and the slowest waits not twice as long as the fastest."""
    behind.behaviour.gap_s = 0.005
    together = threading.Barrier(32)

    def visit(gateway: Gateway, number: int) -> tuple[float, list[int]]:
        with httpx.Client(base_url=gateway.url, headers=gateway.headers, timeout=60) as client:
            together.wait(20)
            began = time.perf_counter()
            asked = [
                {**QUESTION, "seed": place, "user": f"visitor {number}", "stop": f"{number}"} for place in range(5)
            ]
            found = [client.post(CHAT, json={**body, "stream": True}).status_code for body in asked]
        return time.perf_counter() - began, found

    with tiny_gateway(behind.url) as gateway, ThreadPoolExecutor(32) as pool:
        assert gateway.ask().status_code == 200
        seen = list(pool.map(visit, [gateway] * 32, range(32)))
    assert {status for _took, statuses in seen for status in statuses} == {200}
    times = [took for took, _statuses in seen]
    assert max(times) / min(times) <= 2
    assert behind.most_at_once <= 8
