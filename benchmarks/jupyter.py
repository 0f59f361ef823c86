"""A JupyterLab in a process of its own, with folders of its own, for measurements."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from kit.apps.port import free_port

TOKEN = "let-me-in"
_PATIENCE_S = 120.0


class Lab:
    """JupyterLab, listening on this machine only.

    Parameters
    ----------
    folder : Path
        Gets the folders "root" (served), "home" (runs) and "config".
    extension : bool, default True
        With Tunebook, its routes and its side panel; else as if it were not installed.
    """

    def __init__(self, folder: Path, *, extension: bool = True) -> None:
        self.home, self.root = folder / "home", folder / "root"
        for place in (self.home, self.root, folder / "config" / "labconfig"):
            place.mkdir(parents=True, exist_ok=True)
        disabled = {} if extension else {"tunebook": True}
        page = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True, **disabled}}
        (folder / "config" / "labconfig" / "page_config.json").write_text(json.dumps(page), encoding="utf-8")
        self.port = free_port("127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self.port}"
        options = {
            "ServerApp.root_dir": str(self.root),
            "ServerApp.port": str(self.port),
            "ServerApp.port_retries": "0",
            "IdentityProvider.token": TOKEN,
            "ServerApp.jpserver_extensions": f'{{"kit.lab": {extension}}}',
        }
        environment = {
            **os.environ,
            "TUNEBOOK_HOME": str(self.home),
            "JUPYTER_CONFIG_DIR": str(folder / "config"),
            "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
            "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        }
        command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
        began = time.perf_counter()
        self.process = subprocess.Popen(
            [*command, *(f"--{name}={value}" for name, value in options.items())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
        self._await()
        self.start_s = time.perf_counter() - began

    def _await(self) -> None:
        until = time.monotonic() + _PATIENCE_S
        request = urllib.request.Request(f"{self.url}/api/status", headers={"Authorization": f"token {TOKEN}"})
        while True:
            try:
                with urllib.request.urlopen(request, timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                if self.process.poll() is not None or time.monotonic() > until:
                    raise
                time.sleep(0.05)

    def end(self) -> None:
        """End the server."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __enter__(self) -> Lab:
        return self

    def __exit__(self, *exc: object) -> None:
        self.end()
