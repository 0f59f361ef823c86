"""On a GPU the service stands before vLLM: what is typed, and what of it is left at the end."""

from __future__ import annotations

import dataclasses
import os
import shutil
import signal
import sys
from pathlib import Path

import psutil
import pytest
from tinygateway import CHAT, QUESTION, until, whole_gateway

from kit.errors import MissingPackageError, UnsupportedError
from kit.machine import Gpu, this_machine
from kit.service import engine
from kit.service.engine import check_method, engine_of, method_of
from kit.service.spec import ServiceSpec
from kit.service.vllm_server import command_of

STAND_IN = """#!{python}
import http.server, json, os, sys

class Page(http.server.BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def do_GET(self):
        self.send_response(200 if self.path == "/health" else 404)
        self.end_headers()

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        told = self.headers["Authorization"] == "Bearer " + os.environ["VLLM_API_KEY"]
        answer = json.dumps({{"argv": sys.argv[1:], "key": told, "asked": body["model"], "pid": os.getpid()}}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

print("INFO loading")
if {ends}:
    sys.exit(3)
http.server.HTTPServer(("127.0.0.1", int(sys.argv[sys.argv.index("--port") + 1])), Page).serve_forever()
"""


def _install(folder: Path, monkeypatch: pytest.MonkeyPatch, *, ends: bool = False) -> Path:
    folder.mkdir(exist_ok=True)
    program = folder / "vllm"
    program.write_text(STAND_IN.format(python=sys.executable, ends=ends))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return program


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with a GPU, as far as the service asks."""
    found = dataclasses.replace(this_machine(), gpus=(Gpu("a GPU", 80_000),))
    monkeypatch.setattr(engine, "this_machine", lambda: found)


def test_without_a_gpu_it_is_never_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without = dataclasses.replace(this_machine(), gpus=())
    monkeypatch.setattr(engine, "this_machine", lambda: without)
    _install(tmp_path / "bin", monkeypatch)
    assert engine_of(ServiceSpec()) == "openvino"
    assert method_of(ServiceSpec()) == "openvino-int8"
    with pytest.raises(UnsupportedError, match="this machine has none"):
        engine_of(ServiceSpec(engine="vllm"))
    with pytest.raises(UnsupportedError, match="'bf16' is none of their methods"):
        check_method(ServiceSpec(), "m", "bf16")


@pytest.mark.usefixtures("gpu")
def test_with_a_gpu_it_is_chosen_where_it_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "vllm_command", lambda: None)
    assert engine_of(ServiceSpec()) == "openvino"
    with pytest.raises(MissingPackageError, match="vllm"):
        engine_of(ServiceSpec(engine="vllm"))
    monkeypatch.undo()
    monkeypatch.setattr(engine, "this_machine", lambda: dataclasses.replace(this_machine(), gpus=(Gpu("a GPU", 1),)))
    program = _install(tmp_path / "bin", monkeypatch)
    assert engine.vllm_command() == str(program)
    assert engine_of(ServiceSpec()) == "vllm"
    assert method_of(ServiceSpec()) == "bf16"
    assert engine_of(ServiceSpec(engine="llama.cpp")) == "llama.cpp"
    check_method(ServiceSpec(), "m", "fp16")
    check_method(ServiceSpec(), "m", "gguf-q8_0")
    with pytest.raises(UnsupportedError):
        check_method(ServiceSpec(), "m", "bnb-nf4")


def test_what_is_typed_holds_no_key() -> None:
    asked = {"path": "/m", "name": "m@bf16", "dtype": "bfloat16", "slots": 8, "context": 2048, "key": "secret"}
    assert command_of("vllm", asked, 1234) == [
        *("vllm", "serve", "/m", "--host", "127.0.0.1", "--port", "1234", "--served-model-name", "m@bf16"),
        *("--max-model-len", "2048", "--max-num-seqs", "8", "--dtype", "bfloat16", "--max-logprobs", "20"),
    ]


@pytest.mark.usefixtures("gpu")
@pytest.mark.parametrize("how", ["end", "kill"])
def test_it_answers_and_goes_with_the_service(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    _install(tmp_path / "bin", monkeypatch)
    model = str(shutil.copytree(tiny_model, tmp_path / "model"))
    with whole_gateway(ServiceSpec(models=(model,), slots=4, context=128)) as gateway:
        answer = gateway.ask({**QUESTION, "model": model}).json()
        assert answer["key"] is True
        assert answer["asked"] == f"{model}@bf16"
        assert answer["argv"][:2] == ["serve", model]
        (held,) = gateway.service.shelf.held
        assert held.echoes is True
        first = held.identity
        other = gateway.ask({**QUESTION, "model": f"{model}@fp16", "seed": 1}, CHAT).json()
        assert other["argv"][other["argv"].index("--dtype") + 1] == "float16"
        assert len({each.identity for each in gateway.service.shelf.held} | {first}) == 2
        if how == "kill":
            os.kill(answer["pid"], signal.SIGKILL)
            until(lambda: held.gone)
            assert gateway.ask({**QUESTION, "model": model, "seed": 2}).status_code == 200
    until(lambda: not psutil.pid_exists(answer["pid"]) and not psutil.pid_exists(other["pid"]))


@pytest.mark.usefixtures("gpu")
def test_it_ends_while_it_loads(tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _install(tmp_path / "bin", monkeypatch, ends=True)
    with whole_gateway(ServiceSpec(models=(str(tiny_model),))) as gateway:
        answer = gateway.ask({**QUESTION, "model": str(tiny_model)})
    assert answer.status_code == 400
    assert "vLLM ended with code 3" in answer.json()["error"]["message"]
