"""A server as a process: started, waited for, weighed, ended with all that it started."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

_PATIENCE_S = 300.0
_LOOK_S = 0.05
_IDLE_S = 2.0
_TOLD = 1500  # characters of a log that an error tells

Popen = subprocess.Popen[bytes]


class NotStarted(Exception):
    """A server that did not come up; the text is the end of what it wrote."""


@dataclass(frozen=True)
class Running:
    """A server that answers.

    Parameters
    ----------
    process : Popen
        It leads a session of its own.
    url : str
        Up to and including /v1.
    model : str
        As it is to be asked for.
    headers : dict
        That it wants.
    """

    process: Popen
    url: str
    model: str
    headers: dict[str, str]

    def end(self) -> None:
        """End it, and all that it started."""
        end(self.process)


def spawn(command: list[str], log: Path, environment: dict[str, str], *, answers: bool = False) -> Popen:
    """Start a server; what it writes goes to `log`, and with `answers` its standard output comes to us."""
    with log.open("ab") as file:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE if answers else file,
            stderr=file,
            env=environment,
            start_new_session=True,
            cwd=Path(__file__).resolve().parents[2],
        )


def end(process: Popen) -> None:
    """Kill a process that leads a session, and all that it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
    process.wait()


def wait_until_healthy(process: Popen, port: int, log: Path) -> None:
    """Return when ``/health`` of the server on `port` answers 200.

    Raises
    ------
    NotStarted
        It ended first, or takes longer than five minutes.
    """
    began = time.monotonic()
    while process.poll() is None and time.monotonic() - began < _PATIENCE_S:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"http://127.0.0.1:{port}/health", timeout=2.0, trust_env=False).status_code == 200:
                return
        time.sleep(_LOOK_S)
    end(process)
    raise NotStarted(told_in(log) or f"nothing was said; exit code {process.returncode}")


def told_in(log: Path) -> str:
    """Return the end of a log."""
    return log.read_text(encoding="utf-8", errors="replace").strip()[-_TOLD:] if log.is_file() else ""


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return int(place.getsockname()[1])


def family(pid: int) -> list[psutil.Process]:
    """Return a process and all that came of it."""
    first = psutil.Process(pid)
    return [first, *first.children(recursive=True)]


def memory_mib(processes: Iterable[psutil.Process]) -> dict[str, float]:
    """Return the memory of several processes together in MiB.

    ``uss`` is what comes back when they end; ``pss`` counts pages that others hold too by their share.
    """
    found = {"uss": 0.0, "pss": 0.0}
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            told = process.memory_full_info()
            found = {name: found[name] + getattr(told, name) / 2**20 for name in found}
    return {name: round(value, 1) for name, value in found.items()}


def idle_cores(pid: int, seconds: float = _IDLE_S) -> float:
    """Return how many cores a server keeps busy that nobody asks anything."""
    before = _cpu_s(pid)
    time.sleep(seconds)
    return round((_cpu_s(pid) - before) / seconds, 3)


def _cpu_s(pid: int) -> float:
    times = [process.cpu_times() for process in family(pid)]
    return sum(each.user + each.system for each in times)
