"""One server for all tests of the routes; each test gets it with no runs, no models and an empty root."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

TESTS = Path(__file__).parents[1]


def _module(name: str) -> ModuleType:
    """Load a module beside this file under a name that workers and other tests do not use."""
    spec = importlib.util.spec_from_file_location(f"lab_{name}", Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def one_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The server, up for the whole session."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    server = _module("server").Server(tmp_path_factory.mktemp("lab"))
    yield server
    server.end()


@pytest.fixture
def server(one_server: Any, own_folders: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The server with empty folders; this process sees the same runs and models."""
    monkeypatch.setenv("TUNEBOOK_HOME", str(one_server.home))
    monkeypatch.setenv("TUNEBOOK_CACHE", str(one_server.cache))
    monkeypatch.setenv("PYTHONPATH", str(TESTS))
    monkeypatch.syspath_prepend(str(TESTS))
    yield one_server
    from kit.jobs import runs

    for run in runs(state="living"):
        run.stop()
    for run in runs(state="living"):
        run.wait(30)
    one_server.clear()


@pytest.fixture
def listening() -> Any:
    """What opens a page's ear for the events of a server."""
    return _module("websocket_of_events").listen
