"""The hub, played by a small server on this machine: the few answers that fetching models and datasets needs."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

Files = Mapping[str, bytes]
_BEFORE_NAME = re.compile(r"^(/api)?(/models|/datasets)?/")


def commit_of(revision: str) -> str:
    """Return the commit that a revision of any repository is at."""
    return hashlib.sha1(revision.encode()).hexdigest()


class _Hub(BaseHTTPRequestHandler):
    repositories: Mapping[tuple[str, str], Files]
    refusals: Mapping[str, tuple[int, str]]
    asked: list[str]

    def do_GET(self) -> None:
        path = unquote(self.path.split("?")[0])
        self.asked.append(path)
        repo = "/".join(_BEFORE_NAME.sub("", path).split("/")[:2])
        if repo in self.refusals:
            self._refuse(*self.refusals[repo])
        elif (repo, "main") not in self.repositories:
            self._refuse(404, "RepoNotFound")
        elif "/resolve/" in path:
            commit, _slash, file = path.split("/resolve/")[1].partition("/")
            content = self._at(repo, commit)[file]
            self._send(200, content, {"ETag": f'"{_oid(content)}"', "X-Repo-Commit": commit})
        elif "/tree/" in path:
            files = self._at(repo, path.split("/tree/")[1].split("/")[0])
            self._json([{"type": "file", "path": n, "size": len(c), "oid": _oid(c)} for n, c in files.items()])
        else:
            self._info(repo, path.split("/revision/")[1] if "/revision/" in path else "main")

    do_HEAD = do_GET

    def _at(self, repo: str, commit: str) -> Files:
        return next(
            files for (name, at), files in self.repositories.items() if name == repo and commit_of(at) == commit
        )

    def _info(self, repo: str, revision: str) -> None:
        files = self.repositories.get((repo, revision))
        if files is None:
            self._refuse(404, "RevisionNotFound")
            return
        siblings = [{"rfilename": name, "size": len(content)} for name, content in files.items()]
        self._json({"id": repo, "modelId": repo, "sha": commit_of(revision), "siblings": siblings})

    def _refuse(self, code: int, name: str) -> None:
        self._send(code, b"{}", {"X-Error-Code": name, "X-Error-Message": "no"})

    def _json(self, value: Any) -> None:
        self._send(200, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def _send(self, code: int, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(code)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        return


def _oid(content: bytes) -> str:
    return hashlib.sha1(content).hexdigest()


@contextlib.contextmanager
def tiny_hub(
    repositories: Mapping[tuple[str, str], Files], refusals: Mapping[str, tuple[int, str]] | None = None
) -> Iterator[tuple[str, list[str]]]:
    """Run a hub; yields its address and a list of the paths that it is asked for.

    Parameters
    ----------
    repositories : mapping of (name, revision) to files
        Each with a revision "main".
    refusals : mapping of name to tuple, optional
        A status and the hub's name for the fault: of that repository nothing else is answered.
    """
    asked: list[str] = []
    handler = type("Hub", (_Hub,), {"repositories": repositories, "refusals": refusals or {}, "asked": asked})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def ask_hub(script: str, endpoint: str, folder: Path, *arguments: str, **more: str) -> Any:
    """Return what a script prints last, run in a process of its own: huggingface_hub reads its environment once.

    Parameters
    ----------
    endpoint : str
        The address of the hub.
    folder : Path
        In which the hub's library keeps what it fetched.
    **more : str
        Further variables of the environment.
    """
    environment = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy") and not k.startswith("HF_")}
    environment |= {"HF_ENDPOINT": endpoint, "HF_HOME": str(folder / "hf"), "HF_HUB_DISABLE_TELEMETRY": "1", **more}
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])
