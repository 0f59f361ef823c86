"""A scheduler and workers as processes of their own, which can import the work that tests give them."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
_START_S = 60.0


@pytest.fixture(autouse=True)
def importable_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process and those it starts import `tinywork` and `tinytrial`."""
    monkeypatch.setenv("PYTHONPATH", str(TESTS))
    monkeypatch.syspath_prepend(str(TESTS))


class Cluster:
    """A scheduler, and the workers that a test starts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._processes: list[subprocess.Popen[bytes]] = []
        note = folder / "scheduler.json"
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(note))
        self.address: str = _wait(lambda: _address_in(note))

    def add_worker(self, name: str) -> subprocess.Popen[bytes]:
        """Start a worker and return it at once."""
        return self._start("worker", self.address, "--no-nanny", "--nthreads", "1", "--name", name)

    def _start(self, kind: str, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", *arguments, "--no-dashboard"]
        with (self.folder / "log.txt").open("ab") as log:
            environment = {**os.environ, "PYTHONPATH": str(TESTS), "OMP_NUM_THREADS": "1"}
            process = subprocess.Popen(command, cwd=self.folder, env=environment, stdout=log, stderr=log)
        self._processes.append(process)
        return process

    def close(self) -> None:
        """End everything that was started."""
        for process in reversed(self._processes):  # workers before their scheduler
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()
            process.wait()


def _address_in(note: Path) -> str:
    try:
        return str(json.loads(note.read_text(encoding="utf-8"))["address"])
    except (FileNotFoundError, ValueError):
        return ""


def _wait(look: Callable[[], str]) -> str:
    until = time.monotonic() + _START_S
    while not (found := look()):
        assert time.monotonic() < until, "it did not start"
        time.sleep(0.05)
    return found


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """A scheduler of its own for one test, without workers."""
    folder = tmp_path / "cluster"
    folder.mkdir()
    made = Cluster(folder)
    yield made
    made.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A scheduler and one worker for tests that leave them as they are."""
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    made.add_worker("shared")
    yield made
    made.close()
