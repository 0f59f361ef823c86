"""The hub, played by a small server on this machine: it answers, refuses, hangs, or is no hub at all."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tinyhub import Files, ask_hub, tiny_hub

Make = Callable[..., Path]
SCRIPT = """
import json, sys
from pathlib import Path
from kit.errors import KitError, Stopped
from kit.models import fetch
from kit.report import ListReport

class Impatient(ListReport):
    def stop_asked(self):
        return "stop" in sys.argv and any("downloading" in e.get("phase", "") for e in self.events)

report = Impatient(Path("."))
try:
    location = fetch(sys.argv[1], report)
    told = {"path": str(location.path), "origin": location.origin}
except KitError as exc:
    told = {"error": type(exc).__name__, "text": str(exc)}
except Stopped:
    told = {"error": "Stopped"}
print(json.dumps({**told, "events": report.events}))
"""


def hub(files: Files, refusal: tuple[int, str] | None = None) -> contextlib.AbstractContextManager[Any]:
    return tiny_hub({("someone/tiny", "main"): files}, refusal)


def ask(endpoint: str, folder: Path, *arguments: str) -> dict[str, Any]:
    told: dict[str, Any] = ask_hub(SCRIPT, endpoint, folder, *arguments)
    return told


@pytest.fixture
def repository(tmp_path: Path, make_model: Make) -> dict[str, bytes]:
    folder = make_model(tmp_path / "m", shards=2)
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    unwanted = ["README.md", "pytorch_model.bin", "onnx/model.safetensors", "consolidated.safetensors", "code.py"]
    return files | dict.fromkeys(unwanted, b"not wanted")


def test_a_model_comes_from_the_hub(tmp_path: Path, repository: dict[str, bytes]) -> None:
    with hub(repository) as (endpoint, asked):
        told = ask(endpoint, tmp_path, "someone/tiny")
        assert told["origin"] == "hub"
        wanted = {"config.json", "tokenizer.json", "model.safetensors.index.json"}
        shards = {name for name in repository if name.startswith("model-0")}
        assert {path.name for path in Path(told["path"]).iterdir()} == wanted | shards
        for name in wanted | shards:
            assert (Path(told["path"]) / name).read_bytes() == repository[name]
        progress = [e for e in told["events"] if e["kind"] == "progress" and "downloading" in e["phase"]]
        assert progress[-1]["total"] == round(sum(len(repository[name]) for name in wanted | shards) / 1e6, 1)
        before = len(asked)
        again = ask(endpoint, tmp_path, "someone/tiny")  # now it is here: nobody is asked, and a README is not missed
        assert (again["path"], again["events"], len(asked)) == (told["path"], [], before)


def test_a_download_can_be_stopped(tmp_path: Path, repository: dict[str, bytes]) -> None:
    with hub(repository) as (endpoint, _asked):
        assert ask(endpoint, tmp_path, "someone/tiny", "stop")["error"] == "Stopped"


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        ((403, "GatedRepo"), "accept them on its page"),
        ((404, "RepoNotFound"), "knows no model someone/tiny"),
        ((500, "Oops"), "The hub refused"),
    ],
)
def test_a_refusal_is_told(tmp_path: Path, refusal: tuple[int, str], words: str) -> None:
    with hub({}, refusal) as (endpoint, _asked):
        told = ask(endpoint, tmp_path, "someone/tiny")
    assert told["error"] == "ModelNotFoundError"
    assert words in told["text"]
    assert "Three ways" in told["text"]


def test_pickles_are_not_even_downloaded(tmp_path: Path) -> None:
    with hub({"config.json": b"{}", "pytorch_model.bin": b"\x80"}) as (endpoint, asked):
        told = ask(endpoint, tmp_path, "someone/tiny")
        assert "without safetensors" in told["text"]
        assert not any("/resolve/" in path for path in asked)


def test_a_log_in_page_is_no_hub(tmp_path: Path) -> None:
    class Portal(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "20")
            self.end_headers()
            self.wfile.write(b"<html>log in</html> ")

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Portal)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        told = ask(f"http://127.0.0.1:{server.server_port}", tmp_path, "someone/tiny")
    finally:
        server.shutdown()
        server.server_close()
    assert told["error"] == "ModelNotFoundError"
    assert "cannot be reached" in told["text"]


def test_a_firewall_that_swallows_everything_costs_seconds(tmp_path: Path) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        start = time.perf_counter()
        told = ask(f"http://127.0.0.1:{silent.getsockname()[1]}", tmp_path, "someone/tiny")
    asked = next(e["t"] for e in told["events"] if e.get("phase") == "asking the hub")
    answered = next(e["t"] for e in told["events"] if e["kind"] == "message")
    assert 2 < answered - asked < 5
    assert time.perf_counter() - start < 60
    assert "cannot be reached" in told["text"] or "did not answer" in told["text"]
