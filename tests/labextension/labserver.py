"""A JupyterLab with folders of its own, started and stopped as a person would."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat
import psutil

from kit.apps.port import free_port

TESTS = Path(__file__).parents[1]
TOKEN = "for-tests-only"
_PATIENCE_S = 60.0
_SETTINGS = {
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/docmanager-extension/plugin": {"autosave": False},
}


class LabServer:
    """A Jupyter server on this machine; `root` is the folder it serves, `env` what its kernels and terminals see."""

    def __init__(self, folder: Path, *, base_url: str = "/") -> None:
        self.folder = folder
        self.root = folder / "root"
        self.base_url = base_url
        self.port = free_port("127.0.0.1", 0)
        self._process: subprocess.Popen[bytes] | None = None
        own = {
            "TUNEBOOK_HOME": folder / "home",
            "TUNEBOOK_CACHE": folder / "cache",
            "JUPYTER_CONFIG_DIR": folder / "config",
            "JUPYTER_DATA_DIR": folder / "data",
            "JUPYTER_RUNTIME_DIR": folder / "runtime",
            "JUPYTERLAB_SETTINGS_DIR": folder / "settings",
            "JUPYTERLAB_WORKSPACES_DIR": folder / "workspaces",
            "IPYTHONDIR": folder / "ipython",
        }
        for path in (self.root, *own.values()):
            path.mkdir(parents=True, exist_ok=True)
        self.env = {**os.environ, "PYTHONPATH": str(TESTS), **{name: str(path) for name, path in own.items()}}
        for plugin, values in _SETTINGS.items():
            self.set(plugin, values)

    def set(self, plugin: str, values: dict[str, object]) -> None:
        """Write the settings of a plugin, as its settings page would."""
        path = self.folder / "settings" / f"{plugin}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values), encoding="utf-8")

    def switch_off(self, extension: str) -> None:
        """Switch a labextension off, as its manager would."""
        path = self.folder / "config" / "labconfig" / "page_config.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"disabledExtensions": {extension: True}}), encoding="utf-8")

    def write_notebook(self, name: str, *cells: str) -> str:
        """Write a notebook with these code cells into the folder that is served and return its path there."""
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
        (self.root / name).write_text(json.dumps(notebook), encoding="utf-8")
        return name

    @property
    def url(self) -> str:
        """The address of the server, without a token."""
        return f"http://127.0.0.1:{self.port}{self.base_url}"

    def start(self, app: str = "jupyterlab") -> None:
        """Start the server, at the port of before, and return when it answers."""
        command = [
            *(sys.executable, "-m", app, "--no-browser", f"--port={self.port}", "--ServerApp.port_retries=0"),
            *("--ServerApp.ip=127.0.0.1", f"--ServerApp.root_dir={self.root}", f"--ServerApp.base_url={self.base_url}"),
            *(f"--IdentityProvider.token={TOKEN}", "--ServerApp.log_level=WARN", "--allow-root"),
        ]
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(command, env=self.env, cwd=self.root, stdout=log, stderr=log)
        until = time.monotonic() + _PATIENCE_S
        while not self._answers():
            assert self._process.poll() is None, (self.folder / "server.log").read_text(encoding="utf-8")
            assert time.monotonic() < until, "the server does not answer"
            time.sleep(0.1)

    def _answers(self) -> bool:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"{self.url}api/status?token={TOKEN}", timeout=5).close()
            return True
        return False

    def stop(self) -> None:
        """End the server and its kernels; runs go on, as they do for people."""
        if self._process is None:
            return
        server = psutil.Process(self._process.pid)
        family = [server, *server.children(recursive=True)]
        kernels = [each for each in family if "ipykernel_launcher" in " ".join(each.cmdline())]
        for process in (*kernels, server):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self._process.wait()
        self._process = None

    def python(self, code: str) -> str:
        """Run `code` as a person would in a terminal of this machine and return what it printed."""
        done = subprocess.run(
            [sys.executable, "-c", code], env=self.env, cwd=self.root, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()
