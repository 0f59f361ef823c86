"""What every test gets: folders of its own, no model hub, a quiet machine, tiny models to ask for."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.place import cache
from kit.service import stop as stop_service
from kit.service.note import note_place

REAL_CACHE = cache()  # before any test points elsewhere

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["OMP_WAIT_POLICY"] = "active"
os.environ["GOMP_SPINCOUNT"] = "3000"
os.environ.pop("TUNEBOOK_LANG", None)
os.environ.pop("MLFLOW_TRACKING_URI", None)  # runs of tests are nobody's
RUNTIME = Path(tempfile.mkdtemp(prefix="tunebook-test-"))  # short: the path of a socket has 107 characters at most
os.environ["TUNEBOOK_RUNTIME"] = str(RUNTIME)

# A test run in the background of a shell ignores Ctrl+C, and so would every program that a test starts and interrupts.
signal.signal(signal.SIGINT, signal.default_int_handler)

sys.path.append(str(Path(__file__).parent))
pytest_plugins = ("tinymodel",)


@pytest.fixture(scope="session", autouse=True)
def no_keeper_stays() -> Iterator[None]:
    """End the processes that keep libraries loaded when the tests are over."""
    yield
    for note in RUNTIME.glob("*.pid"):
        with contextlib.suppress(ProcessLookupError, ValueError):
            os.kill(int(note.read_text(encoding="ascii")), signal.SIGTERM)
    shutil.rmtree(RUNTIME)


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give each test a home and a cache of its own, and end the model service that a panel may have started there."""
    monkeypatch.setenv("TUNEBOOK_HOME", str(tmp_path / "tunebook-home"))
    monkeypatch.setenv("TUNEBOOK_CACHE", str(tmp_path / "tunebook-cache"))
    yield
    if note_place().exists():
        stop_service()


@pytest.fixture
def real_cache(own_folders: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a test the models that this user has, the default one fetched if need be."""
    monkeypatch.setenv("TUNEBOOK_CACHE", str(REAL_CACHE))
    command = [sys.executable, "-m", "kit.cli", "models", "get", "smollm2-135m-instruct"]
    subprocess.run(command, check=True, capture_output=True)
    return REAL_CACHE
