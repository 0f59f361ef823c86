"""Requests that want what they must not have: each is refused with its own status, and nothing on the disk changes."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from kit.place import home

RUN = "20260101-000000-tune-hhhh"
LONG = "x" * 5000
DEEP = b"[" * 20_000 + b"]" * 20_000
EXPERIMENT = {"data": "finance-alerts", "task": "classify", "goal": "balanced", "folder": ""}
NOTEBOOK = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


@dataclass(frozen=True)
class Request:
    """One request and the status that it deserves."""

    name: str
    status: int
    verb: str
    path: str
    values: Any = None
    body: bytes | None = None
    kind: str | None = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


def _post(name: str, status: int, path: str, values: Any = None, **rest: Any) -> Request:
    return Request(name, status, "POST", path, values, **rest)


def _everywhere(name: str, status: int, place: str) -> list[Request]:
    """A path where each route takes one: as the folder to write to and as the file to read."""
    return [
        _post(f"{name}: template", status, "templates/00_quickstart/copy", {"folder": place}),
        _post(f"{name}: rerun", status, f"runs/{RUN}/notebook", {"folder": place}),
        _post(f"{name}: compare", status, "runs/compare", {"ids": [RUN, RUN], "folder": place}),
        _post(f"{name}: experiment's folder", status, "experiments", {**EXPERIMENT, "folder": place}),
        _post(f"{name}: experiment's data", status, "experiments", {**EXPERIMENT, "data": f"{place}/rows.csv"}),
        _post(f"{name}: data", status, "data/check", {"path": f"{place}/rows.csv"}),
        _post(f"{name}: check", status, "apps/check", {"path": f"{place}/app.ipynb"}),
        _post(f"{name}: publish", status, "apps/publish", {"path": f"{place}/app.ipynb", "folder": ""}),
        _post(f"{name}: publish to", status, "apps/publish", {"path": "app.ipynb", "folder": place}),
    ]


REQUESTS = [
    # Ways out of the folder that is served.
    *_everywhere("dots", 403, "../outside"),
    *_everywhere("dots inside", 403, "work/../../outside"),
    *_everywhere("absolute", 403, "/etc"),
    *_everywhere("link to a folder", 403, "linked"),
    *_everywhere("hidden", 403, ".secret"),
    *_everywhere("not there", 404, "nowhere"),
    *_everywhere("NUL", 400, "wo\0rk"),
    *_everywhere("half a character", 400, "wo\ud800rk"),
    *_everywhere("longer than any name", 400, "y" * 300),
    *_everywhere("longer than any text", 400, LONG),
    _post("link to a file", 403, "data/check", {"path": "linked.csv"}),
    _post("link to a hidden file", 403, "data/check", {"path": "shown.csv"}),
    _post("circle of links", 400, "data/check", {"path": "circle/rows.csv"}),
    _post("a folder as a file", 404, "data/check", {"path": "work"}),
    _post("a file as a folder", 404, "templates/00_quickstart/copy", {"folder": "rows.csv"}),
    _post("a device", 404, "data/check", {"path": "pipe.csv"}),
    _post("no data file", 422, "data/check", {"path": "app.ipynb"}),
    _post("no notebook", 422, "apps/check", {"path": "rows.csv"}),
    _post("a broken notebook", 422, "apps/check", {"path": "broken.ipynb"}),
    _post("no notebook to publish", 422, "apps/publish", {"path": "rows.csv", "folder": ""}),
    _post("no such column", 422, "data/check", {"path": "rows.csv", "text": "nothing", "label": "label"}),
    # The same ways in the address, as they are and encoded.
    Request("dots as an id", 404, "GET", "runs/..%2f..%2fetc"),
    Request("dots as an id, twice encoded", 404, "GET", "runs/%252e%252e%252f"),
    Request("dots for a log", 404, "GET", "runs/%2e%2e/log"),
    Request("a path for a log", 404, "GET", "runs/..%2foutside/log"),
    Request("dots, overlong UTF-8", 400, "GET", "runs/%c0%ae%c0%ae/log"),
    Request("dots to delete", 404, "DELETE", "runs/%2e%2e%2f%2e%2e"),
    Request("a dot to delete", 404, "DELETE", "runs/%2e"),
    Request("NUL as an id", 404, "DELETE", "runs/a%00b"),
    Request("an endless id", 404, "DELETE", "runs/" + LONG),
    Request("the beginning of an id", 404, "DELETE", f"runs/{RUN[:12]}"),
    _post("dots to stop", 404, "runs/%2e%2e/stop"),
    _post("dots to resume", 404, "runs/..%5c..%5c/resume"),
    _post("dots to restore", 404, "runs/%2e%2e%2fruns/restore"),
    _post("somebody else's id", 404, "runs/20200101-000000-tune-zzzz/stop"),
    _post("somebody else's id to compare", 404, "runs/compare", {"ids": [RUN, "20200101-000000-tune-z"], "folder": ""}),
    _post("dots as a template", 404, "templates/..%2f..%2foutside%2fapp/copy", {"folder": ""}),
    _post("a file as a template", 404, "templates/%2e%2e%2fapp.ipynb/copy", {"folder": ""}),
    Request("dots as a model", 404, "DELETE", "models/..%2f..%2foutside"),
    Request("an absolute model", 404, "DELETE", "models/%2fetc"),
    Request("the whole cache as a model", 404, "DELETE", "models/%2e"),
    Request("a folder of the cache as a model", 404, "DELETE", "models/models"),
    Request("a model that is not here", 404, "DELETE", "models/qwen3-0.6b"),
    _post("a path to fetch", 400, "models/get", {"name": "/etc/passwd"}),
    _post("dots to fetch", 400, "models/get", {"name": "../../outside/model"}),
    _post("a run to fetch", 400, "models/get", {"name": f"run:{RUN}"}),
    _post("an option of pip to fetch", 400, "models/get", {"name": "package:--index-url=x"}),
    _post("an unknown name to fetch", 400, "models/get", {"name": "no-model-has-this-name"}),
    _post("no name to fetch", 400, "models/get", {"name": " "}),
    # Bodies that are none.
    _post("no JSON", 400, "data/check", body=b"path=rows.csv"),
    _post("half of JSON", 400, "data/check", body=b'{"path": "rows.csv'),
    _post("an empty body", 400, "data/check", body=b""),
    _post("a list", 400, "data/check", ["rows.csv"]),
    _post("null", 400, "data/check", body=b"null"),
    _post("no number", 400, "data/check", body=b'{"path": NaN}'),
    _post("too deep", 400, "data/check", body=DEEP),
    _post("not UTF-8", 400, "data/check", body=b'{"path": "\xff"}'),
    _post("UTF-16", 400, "data/check", body=json.dumps({"path": "rows.csv"}).encode("utf-16")),
    _post("an unknown key", 400, "data/check", {"path": "rows.csv", "encoding": "utf-8"}),
    _post("a key too few", 400, "experiments", {"data": "finance-alerts", "task": "classify", "goal": "balanced"}),
    _post("a number as a path", 400, "data/check", {"path": 7}),
    _post("a list as a path", 400, "data/check", {"path": ["rows.csv"]}),
    _post("text as a list", 400, "runs/compare", {"ids": RUN, "folder": ""}),
    _post("numbers as ids", 400, "runs/compare", {"ids": [1, 2], "folder": ""}),
    _post("too many ids", 400, "runs/compare", {"ids": [RUN] * 51, "folder": ""}),
    _post("one id", 400, "runs/compare", {"ids": [RUN], "folder": ""}),
    _post("one id twice", 400, "runs/compare", {"ids": [RUN, RUN], "folder": ""}),
    _post("text as a flag", 400, f"runs/{RUN}/resume", {"now": "yes"}),
    _post("an unknown task", 400, "experiments", {**EXPERIMENT, "task": "x"}),
    _post("an unknown goal", 400, "experiments", {**EXPERIMENT, "goal": "x"}),
    _post("a form", 415, f"runs/{RUN}/resume", body=b"now=true", kind="application/x-www-form-urlencoded"),
    _post("plain text", 415, f"runs/{RUN}/resume", body=b"{}", kind="text/plain"),
    _post("no content type", 415, f"runs/{RUN}/resume", body=b"{}", kind=None),
    _post("a file upload", 415, "data/check", body=b"{}", kind="multipart/form-data; boundary=x"),
    _post("too large", 413, "data/check", {"path": "x" * 70_000}),
    _post("too large by a byte", 413, "data/check", body=b" " * (64 * 1024 + 1)),
    Request("a body to delete with", 400, "DELETE", f"runs/{RUN}", {"really": True}),
    Request("a body to list with", 400, "GET", "runs", {"state": "living"}),
    # What is not in the state that it would take.
    _post("stop what is over", 409, f"runs/{RUN}/stop"),
    _post("resume what is finished", 409, f"runs/{RUN}/resume"),
    _post("restore what is there", 404, f"runs/{RUN}/restore"),
    Request("a verb of another route", 405, "DELETE", "runs"),
    Request("a verb of no route", 405, "PATCH", f"runs/{RUN}", {}),
    Request("no route", 404, "GET", "nothing/here"),
]  # fmt: skip


@pytest.fixture(scope="module")
def scene(one_server: Any) -> Iterator[Any]:
    """A root with data, an app, links to elsewhere and hidden things, and a run that is over."""
    root, outside = one_server.root, one_server.outside
    for folder in (root / "work", root / ".secret", outside):
        folder.mkdir(exist_ok=True)
        (folder / "rows.csv").write_text("text,label\na,x\nb,y\n", encoding="utf-8")
        (folder / "app.ipynb").write_text(json.dumps(NOTEBOOK), encoding="utf-8")
    (root / "rows.csv").write_text("text,label\na,x\nb,y\n", encoding="utf-8")
    (root / "app.ipynb").write_text(json.dumps(NOTEBOOK), encoding="utf-8")
    (root / "broken.ipynb").write_text("{", encoding="utf-8")
    (root / "linked").symlink_to(outside)
    (root / "linked.csv").symlink_to(outside / "rows.csv")
    (root / "shown.csv").symlink_to(root / ".secret" / "rows.csv")
    (root / "circle").symlink_to(root / "circle")
    os.mkfifo(root / "pipe.csv")
    folder = one_server.home / "runs" / RUN
    folder.mkdir(parents=True)
    (folder / "spec.json").write_text('{"spec": "kit.models.spec:GetSpec", "name": "x"}', encoding="utf-8")
    events = [{"t": 1e9, "kind": "state", "state": state} for state in ("running", "finished")]
    (folder / "events.jsonl").write_text("".join(json.dumps(event) + "\n" for event in events), encoding="utf-8")
    about = {"created": 1e9, "cwd": "/", "origin": None}
    (folder / "about.json").write_text(json.dumps(about), encoding="utf-8")
    yield one_server
    one_server.clear()


@pytest.fixture
def same_home(scene: Any, own_folders: None, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The scene, with this process at home where the server is."""
    monkeypatch.setenv("TUNEBOOK_HOME", str(scene.home))
    return scene


def _picture(server: Any) -> dict[str, str]:
    """Everything that lies in the folders of the server, by name and content."""
    found = {}
    for place in (server.root, server.outside, server.home, server.cache):
        for path in sorted(place.rglob("*")):
            found[str(path)] = _content(path)
    return found


def _content(path: Path) -> str:
    if path.is_symlink():
        return f"-> {os.readlink(path)}"
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "other"


def test_there_are_enough_of_them() -> None:
    assert len({request.name for request in REQUESTS}) == len(REQUESTS) >= 40


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda request_: request_.name)
def test_it_is_refused_and_nothing_changes(same_home: Any, request_: Request) -> None:
    before = _picture(same_home)
    answer = same_home.ask(
        request_.verb,
        request_.path,
        request_.values,
        body=request_.body,
        kind=request_.kind,
        headers=request_.headers,
    )
    assert answer.status == request_.status, answer.body[:300]
    assert _picture(same_home) == before
    if request_.name != "no route":
        told = answer.json
        assert told["message"]
        assert "Traceback" not in str(told)
        assert str(home()) not in str(told)


def test_a_body_without_an_end_is_cut_off(same_home: Any) -> None:
    """Sent in pieces, so that no header tells how much will come."""
    connection = http.client.HTTPConnection("127.0.0.1", same_home.port, timeout=30)
    headers = {"Authorization": "token let-me-in", "Content-Type": "application/json"}
    pieces = (b" " * 10_000 for _piece in range(100))
    connection.request("POST", "/user/anna/tunebook/api/data/check", pieces, headers, encode_chunked=True)
    assert connection.getresponse().status == 413
    connection.close()


def test_a_length_that_lies_does_not_keep_the_server_waiting(same_home: Any) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", same_home.port, timeout=30)
    connection.putrequest("POST", "/user/anna/tunebook/api/data/check")
    for name, value in (("Authorization", "token let-me-in"), ("Content-Type", "application/json")):
        connection.putheader(name, value)
    connection.putheader("Content-Length", str(10**12))
    connection.endheaders()
    assert connection.getresponse().status in (400, 413)  # 400 is tornado's own, for what no server would take
    connection.close()
    assert same_home.ask("GET", "machine").status == 200


def test_a_fault_of_ours_tells_no_secrets(same_home: Any) -> None:
    (same_home.home / "models").mkdir(exist_ok=True)
    (same_home.home / "models" / "mine.yaml").write_text("models: {x: {layers: none}}", encoding="utf-8")
    try:
        answer = same_home.ask("GET", "models")
        assert answer.status == 409
        assert "mine.yaml" in answer.json["message"]
    finally:
        (same_home.home / "models" / "mine.yaml").unlink()
