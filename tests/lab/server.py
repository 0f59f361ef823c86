"""A real Jupyter server with our routes, in a process of its own, and a client that speaks plain HTTP to it."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kit.apps.port import free_port

TESTS = Path(__file__).parents[1]
TOKEN = "let-me-in"
BASE = "/user/anna/"  # as JupyterHub has it: nothing may rely on "/"
_PATIENCE_S = 60.0


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        """The body, which must be a JSON object."""
        assert self.headers["content-type"].startswith("application/json"), self.body[:200]
        values: dict[str, Any] = json.loads(self.body)
        return values


class Server:
    """A server, what it serves and where it keeps things.

    Parameters
    ----------
    folder : Path
        Gets the folders "root" (served), "outside" (beside it), "home" and "cache".
    """

    def __init__(self, folder: Path, **settings: str) -> None:
        self.root, self.outside = folder / "root", folder / "outside"
        self.home, self.cache = folder / "home", folder / "cache"
        for place in (self.root, self.outside, self.home, self.cache):
            place.mkdir(parents=True)
        self.port = free_port("127.0.0.1", 0)
        options = {
            "ServerApp.root_dir": str(self.root),
            "ServerApp.base_url": BASE,
            "ServerApp.port": str(self.port),
            "ServerApp.port_retries": "0",
            "IdentityProvider.token": TOKEN,
            "ServerApp.jpserver_extensions": '{"kit.lab": True, "jupyterlab": False, "voila.server_extension": False}',
            **settings,
        }
        environment = {
            **os.environ,
            "TUNEBOOK_HOME": str(self.home),
            "TUNEBOOK_CACHE": str(self.cache),
            "HF_HUB_CACHE": str(self.cache / "hf"),
            "PYTHONPATH": str(TESTS),
            "JUPYTER_CONFIG_DIR": str(folder / "config"),
            "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
            "JUPYTER_NO_CONFIG": "1",
        }
        self.log = folder / "log.txt"
        command = [sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root"]
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [*command, *(f"--{name}={value}" for name, value in options.items())],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment,
                start_new_session=True,
            )
        self._await()

    def _await(self) -> None:
        until = time.monotonic() + _PATIENCE_S
        while True:
            try:
                assert self.ask("GET", "machine").status == 200
                return
            except OSError:
                assert self.process.poll() is None, self.log.read_text(encoding="utf-8")
                assert time.monotonic() < until, self.log.read_text(encoding="utf-8")
                time.sleep(0.1)

    def ask(
        self,
        verb: str,
        path: str,
        values: Any = None,
        *,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        token: str | None = TOKEN,
        kind: str | None = "application/json",
    ) -> Answer:
        """Send one request to a route and return the answer.

        Parameters
        ----------
        path : str
            Behind ``tunebook/api/``, sent as it is.
        values : optional
            Becomes the JSON body; a POST without gets an empty object.
        body : bytes, optional
            Instead of `values`.
        token : str, optional
            None: nobody is signed in.
        kind : str, optional
            The content type of a body.
        """
        if body is None and (values is not None or verb == "POST"):
            body = json.dumps({} if values is None else values).encode()
        sent = {**({"Authorization": f"token {token}"} if token else {}), **(headers or {})}
        if body is not None and kind is not None:
            sent.setdefault("Content-Type", kind)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(verb, f"{BASE}tunebook/api/{path}", body, sent)
            answer = connection.getresponse()
            content = answer.read()
            return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, content)
        finally:
            connection.close()

    def runs(self, query: str = "") -> list[dict[str, Any]]:
        """Return the listed runs."""
        listed: list[dict[str, Any]] = self.ask("GET", f"runs{query}").json["runs"]
        return listed

    def wait(self, id: str, *states: str, seconds: float = 60) -> dict[str, Any]:
        """Wait until a run is in one of `states` and return its details."""
        until = time.monotonic() + seconds
        while True:
            values = self.ask("GET", f"runs/{id}").json
            if values.get("state") in states:
                return values
            assert time.monotonic() < until, values
            time.sleep(0.1)

    def clear(self) -> None:
        """Empty all folders."""
        for place in (self.root, self.outside, self.home, self.cache):
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir(exist_ok=True)

    def end(self) -> None:
        """End the server."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
