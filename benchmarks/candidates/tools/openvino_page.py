"""OpenAI's protocol in a thin page over the pipeline of OpenVINO GenAI, which batches continuously.

``python -m benchmarks.candidates.tools.openvino_page FOLDER --port 8000``. It knows what the benchmark asks: chats that
are streamed, and the next token after given ones. The pipeline tells the log-probability of the token that it chose,
and of no other.
"""

from __future__ import annotations

import argparse
import itertools
import json
import queue
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # it would tell its makers

_BLOCK = 32  # tokens that its cache on a CPU is divided by
_WAITING = 1024  # connections


class Pipeline:
    """The pipeline, stepped by a thread of its own while there is something to answer.

    Parameters
    ----------
    options : Namespace
        Of the command line.
    """

    def __init__(self, options: argparse.Namespace) -> None:
        import openvino_genai

        self._genai = openvino_genai
        room = openvino_genai.SchedulerConfig()
        room.max_num_seqs = options.slots
        room.num_kv_blocks = options.slots * options.context // _BLOCK
        settings = {"INFERENCE_NUM_THREADS": options.threads}
        self._pipeline = openvino_genai.ContinuousBatchingPipeline(options.folder, room, "CPU", settings)
        self._asked = threading.Condition()
        self._open: dict[int, tuple[Any, queue.Queue[Any]]] = {}
        self._numbers = itertools.count()
        threading.Thread(target=self._work, daemon=True).start()

    def answer(self, ids: list[int], new_tokens: int, *, logs: bool) -> Iterator[tuple[list[int], list[float]]]:
        """Yield tokens as they come, with their log-probabilities where asked for."""
        import numpy
        import openvino

        limits = self._genai.GenerationConfig()
        limits.max_new_tokens, limits.ignore_eos, limits.do_sample = new_tokens, True, False
        limits.logprobs = int(logs)
        came: queue.Queue[Any] = queue.Queue()
        with self._asked:
            number = next(self._numbers)
            text = openvino.Tensor(numpy.array([ids], dtype=numpy.int64))
            self._open[number] = (self._pipeline.add_request(number, text, limits), came)
            self._asked.notify()
        while (told := came.get()) is not None:
            if isinstance(told, Exception):
                raise told
            yield told

    def _work(self) -> None:
        while True:
            with self._asked:
                while not self._open:
                    self._asked.wait()
            try:
                self._pipeline.step()
                self._pass_on()
            except Exception as exc:  # whoever waits shall hear it
                self._give_up(exc)

    def _pass_on(self) -> None:
        with self._asked:
            waiting = list(self._open.items())
        for number, (handle, came) in waiting:
            while handle.can_read():
                for told in handle.read().values():
                    came.put((list(told.generated_ids), list(told.generated_log_probs)))
            if handle.get_status() != self._genai.GenerationStatus.RUNNING:
                came.put(None)
                with self._asked:
                    del self._open[number]

    def _give_up(self, problem: Exception) -> None:
        with self._asked:
            for _handle, came in self._open.values():
                came.put(problem)
            self._open.clear()


class Page(BaseHTTPRequestHandler):
    """Answers ``/health``, ``/v1/chat/completions`` (streamed) and ``/v1/completions`` (one token)."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    pipeline: Pipeline
    tokenizer: Any

    def log_message(self, *args: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Say that it is there."""
        self._whole({"status": "ok"})

    def do_POST(self) -> None:
        """Answer a question."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        try:
            self._chat(body) if "messages" in body else self._next(body)
        except Exception as exc:
            self.close_connection = True
            self.wfile.write(f"{type(exc).__name__}: {exc}".encode())

    def _next(self, body: dict[str, Any]) -> None:
        ((ids, logs), *_rest) = self.pipeline.answer(body["prompt"], 1, logs=True)
        told = {"id": ids[0], "token": self.tokenizer.decode(ids), "logprob": logs[0]}
        content = [{**told, "top_logprobs": [told]}]
        self._whole({"choices": [{"text": told["token"], "logprobs": {"content": content}}]})

    def _chat(self, body: dict[str, Any]) -> None:
        chat = self.tokenizer.apply_chat_template(body["messages"], add_generation_prompt=True, return_dict=True)
        asked = chat["input_ids"]
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        held: list[int] = []
        said, count = "", 0
        for ids, _logs in self.pipeline.answer(asked, body["max_tokens"], logs=False):
            held, count = held + ids, count + len(ids)
            text = self.tokenizer.decode(held)
            if not text.endswith("\N{REPLACEMENT CHARACTER}"):  # half of a character waits for the other
                self._event({"choices": [{"index": 0, "delta": {"content": text.removeprefix(said)}}]})
                said = text
        self._event({"choices": [], "usage": {"prompt_tokens": len(asked), "completion_tokens": count}})
        self._chunk(b"data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")

    def _event(self, told: dict[str, Any]) -> None:
        self._chunk(b"data: " + json.dumps(told).encode() + b"\n\n")

    def _chunk(self, content: bytes) -> None:
        self.wfile.write(f"{len(content):x}\r\n".encode() + content + b"\r\n")

    def _whole(self, told: dict[str, Any]) -> None:
        content = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


class Server(ThreadingHTTPServer):
    """Takes many connections at once."""

    daemon_threads = True
    request_queue_size = _WAITING


def main() -> None:
    """Serve."""
    from transformers import AutoTokenizer

    parser = argparse.ArgumentParser(description="A thin page over OpenVINO GenAI.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--slots", type=int, default=8, help="answers at a time (8)")
    parser.add_argument("--context", type=int, default=2048, help="tokens of question and answer (2048)")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args()
    Page.pipeline, Page.tokenizer = Pipeline(options), AutoTokenizer.from_pretrained(options.folder)
    Server((options.host, options.port), Page).serve_forever()


if __name__ == "__main__":
    main()
