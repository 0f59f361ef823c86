"""The processes that train beside the first: when one fails, all end, and its error is told as that of the tuning.

Processes that train together wait for each other, for half an hour where nobody tells them that one is gone. Those
that wait often fail too, because a connection is lost: that is never the reason.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import re
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from kit.i18n import _
from kit.isolated import Child, death, end_child, result_of_child, start_child
from kit.result import Result
from kit.spec import Spec

_GRACE_S = 3.0  # for the others to fail by themselves, and to say why
_PATIENCE_S = 30.0  # for the one that broke the connection to say why, on a busy machine
_LAST_LINES = 8
_SECOND_HAND = re.compile(
    r"connection (was )?(closed|reset|refused)|broken pipe|gloo|nccl|process ?group|tcpstore|timed out|\bpeer\b", re.I
)


class Crew:
    """The processes beside the first.

    Parameters
    ----------
    spec : Spec
    folder : Path
        Of the run.
    environments : sequence of dict
        Of each process; the first process is not among them.
    """

    def __init__(self, spec: Spec, folder: Path, environments: Sequence[dict[str, str]]) -> None:
        self._first: Child | None = None
        self._over = threading.Event()
        self._members = [_Member(spec, folder, each, self) for each in environments]

    def beside(self, first: Child) -> None:
        """Take note of the first process, which ends too when another fails."""
        self._first = first

    def blame(self, result: Result) -> Result:
        """Return what the first process came to, or the failure of another that made it fail."""
        if result.status not in ("failed", "unsupported"):
            return result
        own = result.error or {}
        if not self._ended_by_us(own) and not _second_hand(own):
            return result
        failed = [(number, m) for number, m in enumerate(self._members, 2) if m.error and not m.ended_by_us]
        failed.sort(key=lambda pair: (_second_hand(pair[1].error or {}), pair[1].ended))
        if not failed or (_second_hand(failed[0][1].error or {}) and not self._ended_by_us(own)):
            return result
        number, member = failed[0]
        return dataclasses.replace(result, error=member.told(number, len(self._members) + 1))

    def end(self) -> None:
        """Make sure that all are gone; those that fail just now may still say why."""
        self._wait(_GRACE_S)
        self._over.set()
        for member in self._members:
            member.end()

    def one_failed(self, error: dict[str, str]) -> None:
        """End all, soon; later where `error` only says that another is gone, which has yet to say why."""
        if _second_hand(error):
            self._over.wait(_PATIENCE_S)
        else:
            self._wait(_GRACE_S)
        if self._over.is_set():
            return
        self._over.set()
        for member in self._members:
            member.kill()
        if self._first is not None:
            self._first.process.send_signal(signal.SIGKILL)

    @property
    def over(self) -> bool:
        """Have they been told to end?"""
        return self._over.is_set()

    def _ended_by_us(self, error: dict[str, str]) -> bool:
        return self._over.is_set() and error.get("type") == "Crashed"

    def _wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self._over.is_set() and not all(m.gone for m in self._members):
            time.sleep(0.05)


class _Member:
    """One process, and what became of it."""

    def __init__(self, spec: Spec, folder: Path, environment: dict[str, str], crew: Crew) -> None:
        inner, outer = os.pipe()
        try:
            self._child = start_child(spec, folder, environment=environment, errors=outer)
        finally:
            os.close(outer)
        self._crew = crew
        self._last: deque[str] = deque(maxlen=_LAST_LINES)
        self.error: dict[str, str] | None = None
        self.ended, self.gone, self.ended_by_us = 0.0, False, False
        self._threads = [
            threading.Thread(target=self._pass_on, args=(inner,), daemon=True),
            threading.Thread(target=self._hear, daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def told(self, number: int, count: int) -> dict[str, str]:
        """Return its error, with the last that it said where it says no more than that it is gone."""
        error = dict(self.error or {})
        whole = _("Process {number} of {count}: {message}")
        error["message"] = whole.format(number=number, count=count, message=error.get("message", ""))
        if error.get("type") == "Crashed" and self._last:
            error["message"] += " " + _("The last it said: {lines}").format(lines=" | ".join(self._last))
        return error

    def kill(self) -> None:
        """End it at once."""
        self._child.process.send_signal(signal.SIGKILL)

    def end(self) -> None:
        """Make sure that it is gone, and that all it said has been heard."""
        if not self._child.process.wait(0):
            self.kill()
        for thread in self._threads:  # they end with the process; a pipe must not be closed while it is read
            thread.join(timeout=10)
        end_child(self._child)

    def _hear(self) -> None:
        result = result_of_child(self._child)
        self._child.process.wait(10)
        self.ended, self.ended_by_us = time.monotonic(), self._crew.over
        if result is None:
            self.error = death(self._child.process)
        elif result.status in ("failed", "unsupported"):
            self.error = result.error
        self.gone = True
        if self.error is not None and not self.ended_by_us:
            self._crew.one_failed(self.error)

    def _pass_on(self, pipe: int) -> None:
        """Write what it says to the standard error of this process, and remember the end of it."""
        with os.fdopen(pipe, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                with contextlib.suppress(OSError, ValueError):
                    sys.stderr.write(line)
                    sys.stderr.flush()
                if line.strip():
                    self._last.append(line.strip()[:300])


def _second_hand(error: dict[str, str]) -> bool:
    """Does it only say that another process is gone?"""
    return bool(_SECOND_HAND.search(error.get("message", "")))
