"""A real app: Voila serves a tiny notebook, to those who have the token, and leaves nothing behind."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import psutil
import pytest
import websocket

from kit.apps.serve import App, serve, start_app
from kit.errors import KitError, ParameterError

CELLS = ["needle_of_code = 6 * 7\nprint('printed', needle_of_code)", "import os\nprint('kernel', os.getpid())"]


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    path = tmp_path_factory.mktemp("app") / "tiny.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), path)
    return path


@pytest.fixture(scope="module")
def app(notebook: Path) -> Iterator[App]:
    with start_app(notebook, port=0, cull_after_s=2, cull_every_s=1) as app:
        yield app


def _get(url: str) -> tuple[int, str, str]:
    """Status, final address and body of a GET."""
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return answer.status, answer.geturl(), answer.read().decode()
    except urllib.error.HTTPError as exc:
        return exc.code, url, exc.read().decode()


def _picture(url: str, method: str) -> None:
    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: object) -> None:
            return None

    urllib.request.build_opener(Stay).open(urllib.request.Request(url, method=method))


def _kernel_in(page: str) -> psutil.Process:
    found = re.search(r"kernel (\d+)", page)
    assert found
    return psutil.Process(int(found[1]))


def _until(condition: Callable[[], bool], seconds: float) -> bool:
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.1)
    return condition()


@pytest.mark.parametrize("query", ["", "?token=wrong", "?token="])
def test_without_the_token_there_is_only_the_login(app: App, query: str) -> None:
    children = len(psutil.Process(app.process.pid).children())
    _status, url, page = _get(app.url.split("?")[0] + query)
    assert "/login" in url
    assert "printed" not in page
    assert len(psutil.Process(app.process.pid).children()) <= children  # no kernel was started for them


def test_kernels_are_not_reached_without_the_token(app: App) -> None:
    kernel = app.url.split("?")[0] + "api/kernels/00000000-0000-0000-0000-000000000000"
    assert _get(kernel)[0] == 403
    assert _get(kernel + "?" + app.url.split("?")[1])[0] == 404


def test_the_page_shows_output_and_no_code(app: App) -> None:
    status, _url, page = _get(app.url)
    assert status == 200
    assert "printed 42" in page
    assert "needle_of_code" not in page


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_pictures_are_for_those_who_have_the_token(app: App, notebook: Path, method: str) -> None:
    (notebook.parent / "chart.png").write_bytes(b"\x89PNG of a secret")
    address = app.url.split("?")[0] + "voila/files/chart.png"
    known = urllib.request.urlopen(urllib.request.Request(f"{address}?{app.url.split('?')[1]}", method=method))
    assert known.status == 200
    assert known.read() == (b"\x89PNG of a secret" if method == "GET" else b"")
    with pytest.raises(urllib.error.HTTPError) as caught:  # sent on to the login page
        _picture(address, method)
    assert caught.value.code in (302, 403)


@pytest.mark.parametrize("name", ["tiny.ipynb", "../tiny.ipynb"])
def test_the_notebook_file_is_not_given_out(app: App, name: str) -> None:
    assert _get(app.url.replace("/?", f"/voila/files/{name}?"))[0] in (403, 404)


def test_the_token_is_not_seen_by_other_users(app: App) -> None:
    token = app.url.split("token=")[1]
    process = psutil.Process(app.process.pid)
    assert token not in " ".join(process.cmdline())
    kernel = _kernel_in(_get(app.url)[2])
    assert token not in " ".join(kernel.cmdline())
    assert token not in " ".join(process.environ().values())  # which every kernel would inherit


def test_a_kernel_without_a_page_is_culled(app: App) -> None:
    kernel = _kernel_in(_get(app.url)[2])
    assert kernel.is_running()
    assert _until(lambda: not kernel.is_running(), 20)


def test_a_kernel_with_an_open_page_is_kept(app: App) -> None:
    page = _get(app.url)[2]
    kernel = _kernel_in(page)
    found = re.search(r'"kernelId": ?"([0-9a-f-]+)"', page)
    assert found
    address = app.url.replace("http:", "ws:").replace("/?", f"/api/kernels/{found[1]}/channels?")
    connection = websocket.create_connection(address, timeout=10, suppress_origin=True)
    time.sleep(5)  # longer than the two seconds and the look that comes each second
    assert kernel.is_running()
    connection.close()
    assert _until(lambda: not kernel.is_running(), 20)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_behind(notebook: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-m", "kit.cli", "app", str(notebook), "--port", "0", "--no-browser", "--token", "a&b"]
    program = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert program.stdout is not None
    url = next(line.strip() for line in program.stdout if "http://" in line)
    assert url.endswith("/?token=a%26b")
    kernel = _kernel_in(_get(url)[2])
    family = psutil.Process(program.pid).children(recursive=True)
    assert kernel in family
    program.send_signal(number)
    program.communicate(timeout=30)
    assert program.returncode == (-number if number == signal.SIGKILL else 0)
    assert _until(lambda: not any(process.is_running() for process in family), 20)


def test_a_browser_is_opened_at_the_full_address(app: App, notebook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    def open_and_leave(url: str) -> None:
        opened.append(url)
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(webbrowser, "open", open_and_leave)
    told: list[str] = []
    before = signal.getsignal(signal.SIGTERM)
    assert serve(notebook, port=0, tell=told.append) == 0
    assert len(opened) == 1
    assert opened[0] in told[0]
    made_up = {url.split("token=")[1] for url in (app.url, opened[0])}
    assert len(made_up) == 2
    assert min(map(len, made_up)) >= 32
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_taken_port_is_one_clear_message(notebook: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(KitError, match="is taken by another program"):
            start_app(notebook, port=port)


@pytest.mark.parametrize("token", ["", "  ", "two\nlines"])
def test_an_unusable_token_is_refused(notebook: Path, token: str) -> None:
    with pytest.raises(ParameterError, match="token="):
        start_app(notebook, port=0, token=token)


def test_a_server_that_cannot_start_says_so(notebook: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "voila.py").write_text("raise SystemExit(7)", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(KitError, match="ended with code 7"):
        start_app(notebook, port=0)


def test_a_first_visit_writes_no_warnings_that_are_none(notebook: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with start_app(notebook, port=0) as app:
        page = _get(app.url)[2]
        found = re.search(r'"kernelId": ?"([0-9a-f-]+)"', page)
        assert found
        address = app.url.replace("http:", "ws:").replace("/?", f"/api/kernels/{found[1]}/channels?")
        websocket.create_connection(address, timeout=10, suppress_origin=True).close()
    said = capfd.readouterr().err
    assert "encryption" not in said
    assert "ping" not in said
