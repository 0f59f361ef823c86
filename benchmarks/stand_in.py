"""A server of OpenAI's protocol that streams tokens at fixed times: what a client should measure is known exactly.

``python -m benchmarks.stand_in --first 0.12 --gap 0.02`` prints its URL and serves until its input is closed. There is
no model behind it: it says "tok" as often as it is asked to.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MODEL = "stand-in"


def main() -> None:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser(description="Stream tokens at fixed times.")
    parser.add_argument("--first", type=float, default=0.12, help="seconds to the first token (0.12)")
    parser.add_argument("--gap", type=float, default=0.02, help="seconds from one token to the next (0.02)")
    options = parser.parse_args()
    Handler.first_s, Handler.gap_s = options.first, options.gap
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_port}/v1", flush=True)
    sys.stdin.read()


class Handler(BaseHTTPRequestHandler):
    """Answers chats, and lists its one model."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # a small piece must not wait for the one after it
    first_s, gap_s = 0.12, 0.02

    def log_message(self, *args: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """List the model, whatever is asked for."""
        content = json.dumps({"object": "list", "data": [{"id": MODEL, "object": "model"}]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_POST(self) -> None:
        """Stream as many tokens as are asked for, each when it is due."""
        began = time.perf_counter()
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        count = body.get("max_tokens") or body.get("max_completion_tokens") or 16
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for i in range(count):
            time.sleep(max(began + self.first_s + i * self.gap_s - time.perf_counter(), 0))
            self._event({"delta": {"role": "assistant", "content": "tok "} if not i else {"content": "tok "}})
        self._event({"delta": {}, "finish_reason": "length"})
        words = len(json.dumps(body["messages"]).split())
        self._chunk({"choices": [], "usage": {"prompt_tokens": words, "completion_tokens": count}})
        self._raw(b"data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")

    def _event(self, choice: dict[str, Any]) -> None:
        self._chunk({"choices": [{"index": 0, **choice}]})

    def _chunk(self, data: dict[str, Any]) -> None:
        whole = {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": MODEL, **data}
        self._raw(b"data: " + json.dumps(whole).encode() + b"\n\n")

    def _raw(self, content: bytes) -> None:
        self.wfile.write(f"{len(content):x}\r\n".encode() + content + b"\r\n")


if __name__ == "__main__":
    main()
