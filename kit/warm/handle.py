"""A process that was started somewhere, seen from whoever asked for it."""

from __future__ import annotations

import contextlib
import json
import os
import select
import socket
import subprocess
import time
from typing import Any, Protocol


class Process(Protocol):
    """What can be known and done about a process that was asked for."""

    @property
    def identity(self) -> int:
        """The process id that stands for it from now on: its own or, until it has one, its keeper's."""

    @property
    def pid(self) -> int | None:
        """Its own process id; None as long as it has none."""

    @property
    def returncode(self) -> int | None:
        """The exit code, or minus the signal; None while it lives or where nobody saw its end."""

    @property
    def oom_kills(self) -> int | None:
        """How many processes the system ended for lack of memory while it lived; None where nobody counted."""

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is gone and say whether it is."""

    def send_signal(self, which: int) -> None:
        """Send it a signal, if it still lives."""

    def forget(self) -> None:
        """Let it go on alone; nothing more is asked of this handle."""


_left_alone: list[subprocess.Popen[Any]] = []


class FreshProcess:
    """A child of this process."""

    def __init__(self, child: subprocess.Popen[Any]) -> None:
        self._child = child
        self.identity = self.pid = child.pid
        self.oom_kills: int | None = None

    @property
    def returncode(self) -> int | None:
        return self._child.poll()

    def wait(self, timeout: float | None = None) -> bool:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child.wait(timeout)
        return self._child.returncode is not None

    def send_signal(self, which: int) -> None:
        self._child.send_signal(which)

    def forget(self) -> None:
        _left_alone[:] = [other for other in _left_alone if other.poll() is None]  # reap those that have ended
        _left_alone.append(self._child)


class KeptProcess:
    """A child of the keeper, which tells its process id and later its exit code, a JSON line each."""

    def __init__(self, connection: socket.socket, keeper: int) -> None:
        self._connection, self.identity = connection, keeper
        self._heard = b""
        self._pid: int | None = None
        self._code: int | None = None
        self._gone = False
        self.oom_kills: int | None = None

    @property
    def pid(self) -> int | None:
        self._hear(0)
        return self._pid

    @property
    def returncode(self) -> int | None:
        self._hear(0)
        return self._code

    def wait(self, timeout: float | None = None) -> bool:
        until = None if timeout is None else time.monotonic() + timeout
        while not self._gone:
            left = None if until is None else until - time.monotonic()
            if left is not None and left <= 0:
                break
            self._hear(left)
        return self._gone

    def send_signal(self, which: int) -> None:
        until = time.monotonic() + 10
        while self._pid is None and not self._gone and time.monotonic() < until:
            self._hear(0.5)
        if self._pid is not None and not self._gone:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, which)

    def forget(self) -> None:
        self._connection.close()
        self._gone = True

    def _hear(self, timeout: float | None) -> None:
        """Take in what the keeper has said, waiting so long for its next word."""
        if self._gone or not select.select([self._connection], [], [], timeout)[0]:
            return
        try:
            said = self._connection.recv(4096)
        except OSError:
            said = b""
        self._heard += said
        *lines, self._heard = self._heard.split(b"\n")
        for line in lines:
            told = json.loads(line)
            self._pid = told.get("pid", self._pid)
            self._code = told.get("exit", self._code)
            self.oom_kills = told.get("oom_kills", self.oom_kills)
        if self._code is not None or not said:
            self._lose(bool(said))

    def _lose(self, told: bool) -> None:
        """End the connection; a keeper that went first leaves its child alone, which must not be taken for ended."""
        self._connection.close()
        if not told and self._pid is not None:
            while _lives(self._pid):
                time.sleep(0.1)
        self._gone = True


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
