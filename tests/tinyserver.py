"""A server of OpenAI's protocol with known delays, in a thread; what it does wrong is chosen by the test.

Each answer takes `first_s` to its first piece and `gap_s` to each of the others: what a client measures can be held
against these times, which know nothing of the client.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Behaviour:
    """What the server does; changed by tests while it runs."""

    first_s: float = 0.0
    gap_s: float = 0.0
    usage: bool = True
    role_first: bool = True  # an event without text, sent at once
    tokens_in_piece: int = 1
    stops_after: int | None = None  # pieces: the model ends its answer itself
    breaks_after: int | None = None  # pieces: the connection is cut
    says: bytes | None = None  # sent in place of an answer
    refuses: tuple[str, ...] = ()  # names of parameters it does not know
    status: int = 200
    message: str = "no"
    fails: tuple[int, ...] = ()  # numbers of the requests that get `status`
    key: str = ""
    models: tuple[str, ...] | None = ("tiny",)
    slots: int = 1000
    hangs_up: bool = False  # closes a connection that it promised to keep
    routes: dict[str, Any] = field(default_factory=dict)  # path: a function of the body


@dataclass
class TinyServer:
    """The running server: where it is, and what was asked of it."""

    url: str
    behaviour: Behaviour
    asked: list[tuple[str, dict[str, Any], dict[str, str]]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    answers: int = 0
    connections: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def bodies(self, path: str) -> list[dict[str, Any]]:
        """Return what was posted to `path`."""
        return [body for asked, body, _headers in self.asked if asked == path]


@contextlib.contextmanager
def tiny_server(**behaviour: Any) -> Iterator[TinyServer]:
    """Run a server on a free port of 127.0.0.1 and stop it at the end."""
    http = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    http.daemon_threads = True
    http.handle_error = lambda *_: None  # type: ignore[method-assign] # clients hang up in the middle here
    state = TinyServer(f"http://127.0.0.1:{http.server_port}/v1", Behaviour(**behaviour))
    state.slot = threading.BoundedSemaphore(state.behaviour.slots)  # type: ignore[attr-defined]
    http.state = state  # type: ignore[attr-defined]
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # a small piece must not wait for the one after it

    def log_message(self, *args: Any) -> None:
        """Say nothing."""

    def setup(self) -> None:
        """Count connections."""
        super().setup()
        with self.state.lock:
            self.state.connections += 1

    @property
    def state(self) -> TinyServer:
        return self.server.state  # type: ignore[attr-defined,no-any-return]

    def do_GET(self) -> None:
        if not self._let_in():
            return
        models = self.state.behaviour.models
        if self.path == "/v1/models" and models is not None:
            made = int(time.time() * 1000)  # as vLLM has it: another number each time
            self._json({"data": [{"id": name, "created": made, "owned_by": "tests"} for name in models]})
        elif self.path in self.state.behaviour.routes:
            self._json(self.state.behaviour.routes[self.path]({}))
        else:
            self._json({"error": {"message": "Not Found"}}, status=404)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.state.asked.append((self.path, body, dict(self.headers)))
        if not self._let_in():
            return
        behaviour = self.state.behaviour
        if self.path in behaviour.routes:
            found = behaviour.routes[self.path](body)
            self._json(*found) if isinstance(found, tuple) else self._json(found)
        elif self.path in ("/v1/chat/completions", "/v1/completions"):
            self._answer(body)
        else:
            self._json({"detail": "Not Found"}, status=404)

    def _let_in(self) -> bool:
        key = self.state.behaviour.key
        if not key or self.headers.get("Authorization") == f"Bearer {key}":
            return True
        self._json({"error": {"message": "Invalid API key"}}, status=401)
        return False

    def _answer(self, body: dict[str, Any]) -> None:
        behaviour = self.state.behaviour
        unknown = [name for name in behaviour.refuses if name in body]
        if unknown:
            self._json({"error": {"message": f"Unrecognized request argument: {unknown[0]}"}}, status=400)
            return
        with self.state.lock:
            number = self.state.answers
            self.state.answers += 1
        if behaviour.status != 200 and (not behaviour.fails or number in behaviour.fails):
            self._json({"error": {"message": behaviour.message}}, status=behaviour.status)
            return
        if not body.get("stream"):
            self._json({"choices": [{"text": "x"}], "usage": {"prompt_tokens": _length(body), "completion_tokens": 1}})
            return
        with self.state.slot, self._counted():  # type: ignore[attr-defined]
            self._stream(body)

    @contextlib.contextmanager
    def _counted(self) -> Iterator[None]:
        with self.state.lock:
            self.state.at_once += 1
            self.state.most_at_once = max(self.state.most_at_once, self.state.at_once)
        try:
            yield
        finally:
            with self.state.lock:
                self.state.at_once -= 1

    def _stream(self, body: dict[str, Any]) -> None:
        behaviour = self.state.behaviour
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        with contextlib.suppress(OSError):  # the client may hang up
            if behaviour.says is None and self._pieces(body):
                self._raw(b"data: [DONE]\n\n")
            elif behaviour.says:
                self._raw(behaviour.says)
            self.wfile.write(b"0\r\n\r\n")
        self.close_connection = behaviour.hangs_up

    def _pieces(self, body: dict[str, Any]) -> bool:
        """Say every piece; False: the connection broke before that."""
        behaviour, began = self.state.behaviour, time.perf_counter()
        wanted = body.get("max_tokens") or body["max_completion_tokens"]
        wanted = wanted if behaviour.stops_after is None else min(wanted, behaviour.stops_after)
        if behaviour.role_first and "messages" in body:
            self._event({"choices": [{"delta": {"role": "assistant", "content": ""}}]})
        for i in range(wanted // behaviour.tokens_in_piece):
            if i == behaviour.breaks_after:
                return False
            due = began + behaviour.first_s + i * behaviour.gap_s
            time.sleep(max(due - time.perf_counter(), 0))
            text = f"{i} " * behaviour.tokens_in_piece
            self._event({"choices": [{"text": text} if "prompt" in body else {"delta": {"content": text}}]})
        self._event({"choices": [{"delta": {}, "finish_reason": "length"}]})
        if behaviour.usage and "stream_options" in body:
            usage = {"prompt_tokens": _length(body), "completion_tokens": wanted}
            self._event({"choices": [], "usage": usage})
        return True

    def _event(self, data: dict[str, Any]) -> None:
        self._raw(b"data: " + json.dumps(data, ensure_ascii=False).encode() + b"\n\n")

    def _raw(self, content: bytes) -> None:
        self.wfile.write(f"{len(content):x}\r\n".encode() + content + b"\r\n")

    def _json(self, data: Any, status: int = 200) -> None:
        content = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def _length(body: dict[str, Any]) -> int:
    """One token a word."""
    texts = [body["prompt"]] if "prompt" in body else [message["content"] for message in body["messages"]]
    return sum(len(str(text).split()) for text in texts)
