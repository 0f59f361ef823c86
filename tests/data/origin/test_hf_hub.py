"""Datasets of the hub: fetched from a small one of our own, kept, and found again without it."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
import pytest
from pyarrow import parquet

# Each source is loaded in turn, in a process of its own: huggingface_hub reads its environment once.
SCRIPT = """
import json, sys
from kit.data import DataSpec, load_data
from kit.data.reading import Reading
from kit.errors import KitError

told = []
for source in sys.argv[1:]:
    try:
        data = load_data(source)
        size = Reading(data.spec).size
        told.append({"texts": data.texts[:2], "rows": len(data), "labels": data.labels, "notes": data.notes, "size": size})
    except KitError as exc:
        told.append({"error": type(exc).__name__, "text": str(exc)})
print(json.dumps(told))
"""  # noqa: E501
COMMITS = {"refs/convert/parquet": "c" * 40, "main": "d" * 40}


def _parquet(n: int, begin: int = 0, *, classes: bool = False) -> bytes:
    label: list[Any] = [i % 2 if classes else ("down", "up")[i % 2] for i in range(n)]
    table = pa.table({"text": [f"note {begin + i}" for i in range(n)], "label": label})
    if classes:
        feature = {"names": ["down", "up"], "_type": "ClassLabel"}
        note = {"info": {"features": {"text": {"_type": "Value"}, "label": feature}}}
        table = table.replace_schema_metadata({"huggingface": json.dumps(note)})
    held = io.BytesIO()
    parquet.write_table(table, held)
    return held.getvalue()


def _repositories() -> dict[tuple[str, str], dict[str, bytes]]:
    rows = "".join(json.dumps({"text": f"line {i}", "label": "ab"[i % 2]}) + "\n" for i in range(6)).encode()
    return {
        ("ann/notes", "refs/convert/parquet"): {
            "default/train/0000.parquet": _parquet(30, classes=True),
            "default/train/0001.parquet": _parquet(10, 30, classes=True),
            "default/test/0000.parquet": _parquet(8, 100, classes=True),
        },
        ("ann/notes", "main"): {"README.md": b"#", "train.jsonl": rows},
        ("ann/lines", "main"): {"README.md": b"#", "rows.jsonl": rows},
        ("ann/code", "main"): {"code.py": b"raise SystemExit('never run')"},
    }


class _Hub(BaseHTTPRequestHandler):
    """The few answers of the hub that datasets need."""

    repositories = _repositories()
    asked: list[str]

    def do_GET(self) -> None:
        path = unquote(self.path.split("?")[0])
        self.asked.append(path)
        parts = path.removeprefix("/api").split("/")
        repo = "/".join(parts[2:4])
        if (repo, "main") not in self.repositories:
            self._send(404, b"{}", {"X-Error-Code": "RepoNotFound", "X-Error-Message": "no"})
        elif "/resolve/" in path:
            commit, _slash, file = path.split("/resolve/")[1].partition("/")
            content = self._files(repo, commit)[file]
            self._send(200, content, {"ETag": f'"{hashlib.sha1(content).hexdigest()}"', "X-Repo-Commit": commit})
        elif "/tree/" in path:
            files = self._files(repo, path.split("/tree/")[1].split("/")[0])
            oids = {name: hashlib.sha1(content).hexdigest() for name, content in files.items()}
            self._json([{"type": "file", "path": n, "size": len(c), "oid": oids[n]} for n, c in files.items()])
        else:
            revision = path.split("/revision/")[1] if "/revision/" in path else "main"
            self._info(repo, revision)

    do_HEAD = do_GET

    def _files(self, repo: str, commit: str) -> dict[str, bytes]:
        return self.repositories[repo, next(name for name, known in COMMITS.items() if known == commit)]

    def _info(self, repo: str, revision: str) -> None:
        files = self.repositories.get((repo, revision))
        if files is None:
            self._send(404, b"{}", {"X-Error-Code": "RevisionNotFound", "X-Error-Message": "no"})
            return
        siblings = [{"rfilename": name} for name in files]
        self._json({"id": repo, "sha": COMMITS[revision], "siblings": siblings})

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


@contextlib.contextmanager
def serving() -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Hub", (_Hub,), {"asked": asked}))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def ask(folder: Path, endpoint: str, *sources: str, **more: str) -> list[dict[str, Any]]:
    environment = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy") and not k.startswith("HF_")}
    environment |= {"HF_ENDPOINT": endpoint, "HF_HOME": str(folder / "hf"), "HF_HUB_DISABLE_TELEMETRY": "1", **more}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *sources], env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    told: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return told


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What several sources gave, first with the hub and then without it."""
    folder = tmp_path_factory.mktemp("hub")
    sources = (
        "hf://ann/notes:train",
        "hf://ann/notes",
        "hf://datasets/ann/notes/train.jsonl",
        "hf://ann/lines",
        "hf://ann/code",
        "hf://ann/lost",
    )
    with serving() as (endpoint, asked):
        online = dict(zip(sources, ask(folder, endpoint, *sources), strict=True))
        fetched = [path for path in asked if "/resolve/" in path]
    offline = dict(
        zip((*sources, "hf://ann/notes:test"), ask(folder, endpoint, *sources, "hf://ann/notes:test"), strict=True)
    )
    never = ask(folder / "empty", endpoint, "hf://ann/notes:train", HF_HUB_OFFLINE="1")
    return {"online": online, "offline": offline, "fetched": fetched, "never": never[0]}


def test_a_split_comes_from_the_hub(first: dict[str, Any]) -> None:
    found = first["online"]["hf://ann/notes:train"]
    assert (found["rows"], found["size"], found["labels"]) == (40, 40, ["down", "up"])  # classes by their names
    assert found["texts"] == ["note 0", "note 1"]
    assert not [path for path in first["fetched"] if "test" in path or "README" in path]


def test_the_version_is_said(first: dict[str, Any]) -> None:
    assert any("cccccccccccc" in note for note in first["online"]["hf://ann/notes:train"]["notes"])


def test_several_splits_are_named(first: dict[str, Any]) -> None:
    for where in ("online", "offline"):
        assert "test, train" in first[where]["hf://ann/notes"]["text"]


def test_a_single_file_and_files_that_were_not_converted(first: dict[str, Any]) -> None:
    for source in ("hf://datasets/ann/notes/train.jsonl", "hf://ann/lines"):
        assert (first["online"][source]["rows"], first["online"][source]["texts"][0]) == (6, "line 0")


def test_code_is_not_run(first: dict[str, Any]) -> None:
    assert "no file in it that can be read as rows" in first["online"]["hf://ann/code"]["text"]
    assert not [path for path in first["fetched"] if path.endswith(".py")]


def test_an_unknown_dataset_is_told(first: dict[str, Any]) -> None:
    assert "knows no dataset ann/lost" in first["online"]["hf://ann/lost"]["text"]


def test_what_is_here_needs_no_hub(first: dict[str, Any]) -> None:
    for source in ("hf://ann/notes:train", "hf://datasets/ann/notes/train.jsonl", "hf://ann/lines"):
        assert first["offline"][source] == first["online"][source]


def test_what_is_not_here_is_told_with_how_to_get_it(first: dict[str, Any]) -> None:
    """Another split of what is here in part; and nothing at all, offline."""
    gone = first["offline"]["hf://ann/notes:test"]["text"]
    assert "cannot be reached" in gone
    never = first["never"]
    assert "HF_HUB_OFFLINE is set" in never["text"]
    for text in (gone, never["text"]):
        assert "hf download ann/notes --repo-type dataset" in text
