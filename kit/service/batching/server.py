"""Hold one model with OpenVINO and answer for it.

The process reads one JSON line (path, name, method, slots, context, threads, key) from its standard input, writes one
({"url": …} or {"error": …}) to its standard output once the model is loaded, and ends when its input does.
"""

from __future__ import annotations

import asyncio
import json
import threading
from pathlib import Path
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application

from kit.engines.hf.tokenizer import load_tokenizer
from kit.engines.openvino.paged import PagedDecoder
from kit.engines.openvino.precision import computing
from kit.quantization.openvino.graph import FILE
from kit.service.batching.asked import ends_of
from kit.service.batching.batch import Batch
from kit.service.batching.pages import Answer, Health, Model
from kit.service.batching.worker import Worker
from kit.service.parent import Tell, error_of, leave_with_parent, listen

_LARGEST = 64 * 2**20  # bytes of a request; the service takes much less


def main() -> int:
    """Serve until nobody holds the other end of the standard input."""
    asked, tell = listen()
    try:
        model, decoder = _load(asked)
    except Exception as exc:
        tell(error_of(exc))
        return 1
    # Threads may be in the middle of an answer that nobody reads.
    threading.Thread(target=leave_with_parent, daemon=True).start()
    asyncio.run(_serve(asked, model, decoder, tell))
    return 0


def _load(asked: dict[str, Any]) -> tuple[Model, PagedDecoder]:
    folder, slots, context = Path(asked["path"]), int(asked["slots"]), int(asked["context"])
    tokenizer = load_tokenizer(folder)
    decoder = PagedDecoder(
        folder / FILE,
        precision=computing(str(asked["method"])),
        room=context,
        threads=int(asked["threads"]),
        texts=slots,
    )
    said = folder / "generation_config.json"
    ends = ends_of(tokenizer, json.loads(said.read_text(encoding="utf-8")) if said.is_file() else {})
    most = json.loads((folder / "config.json").read_text(encoding="utf-8")).get("max_position_embeddings") or context
    return Model(str(asked["name"]), tokenizer, decoder.vocabulary, min(context, int(most)), ends), decoder


async def _serve(asked: dict[str, Any], model: Model, decoder: PagedDecoder, tell: Tell) -> None:
    worker = Worker(Batch(decoder), asyncio.get_running_loop().call_soon_threadsafe)
    known = {"model": model, "worker": worker, "key": str(asked["key"])}
    pages = [(path, Answer, known) for path in ("/v1/chat/completions", "/v1/completions")]
    application = Application([("/health", Health), *pages], log_function=lambda _handler: None)  # type: ignore[list-item]
    server = HTTPServer(application, max_body_size=_LARGEST)
    (sock,) = bind_sockets(0, "127.0.0.1")
    server.add_socket(sock)
    tell({"url": f"http://127.0.0.1:{sock.getsockname()[1]}"})
    await asyncio.Event().wait()
