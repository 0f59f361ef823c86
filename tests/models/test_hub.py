"""The hub, played by a small server on this machine: it answers, refuses, hangs, or is no hub at all."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tinyhub import ask_hub, tiny_hub

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

def told(name):
    report = Impatient(Path("."))
    try:
        location = fetch(name, report)
        said = {"path": str(location.path), "origin": location.origin}
    except KitError as exc:
        said = {"error": type(exc).__name__, "text": str(exc)}
    except Stopped:
        said = {"error": "Stopped"}
    return {**said, "events": report.events}

print(json.dumps([told(name) for name in sys.argv[1:] if name != "stop"]))
"""


def ask(endpoint: str, folder: Path, *arguments: str) -> dict[str, Any]:
    """Fetch one model, in a process of its own."""
    (told,) = ask_hub(SCRIPT, endpoint, folder, *arguments)
    assert isinstance(told, dict)
    return told


@pytest.fixture
def repository(tmp_path: Path, make_model: Make) -> dict[str, bytes]:
    folder = make_model(tmp_path / "m", shards=2)
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    unwanted = ["README.md", "pytorch_model.bin", "onnx/model.safetensors", "consolidated.safetensors", "code.py"]
    return files | dict.fromkeys(unwanted, b"not wanted")


def test_a_model_comes_from_the_hub(tmp_path: Path, repository: dict[str, bytes]) -> None:
    with tiny_hub({("someone/tiny", "main"): repository}) as (endpoint, asked):
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
    with tiny_hub({("someone/tiny", "main"): repository}) as (endpoint, _asked):
        assert ask(endpoint, tmp_path, "someone/tiny", "stop")["error"] == "Stopped"


REFUSALS = {
    "someone/gated": (403, "GatedRepo"),
    "someone/lost": (404, "RepoNotFound"),
    "someone/broken": (500, "Oops"),
}


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], list[str]]:
    """What is said of models that cannot be had, by name, and what the hub was asked; one process asks for all."""
    names = [*REFUSALS, "someone/pickled"]
    pickled = {"config.json": b"{}", "pytorch_model.bin": b"\x80"}
    with tiny_hub({("someone/pickled", "main"): pickled}, REFUSALS) as (endpoint, asked):
        said = ask_hub(SCRIPT, endpoint, tmp_path_factory.mktemp("hub"), *names)
    return dict(zip(names, said, strict=True)), asked


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("someone/gated", "accept them on its page"),
        ("someone/lost", "knows no model someone/lost"),
        ("someone/broken", "The hub refused"),
    ],
)
def test_a_refusal_is_told(refused: tuple[dict[str, Any], list[str]], name: str, words: str) -> None:
    told = refused[0][name]
    assert told["error"] == "ModelNotFoundError"
    assert words in told["text"]
    assert "Three ways" in told["text"]


def test_pickles_are_not_even_downloaded(refused: tuple[dict[str, Any], list[str]]) -> None:
    said, asked = refused
    assert "without safetensors" in said["someone/pickled"]["text"]
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
