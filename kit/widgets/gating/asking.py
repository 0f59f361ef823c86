"""Ask the process that reads data for a page (`kit.gate.clerk`), without ever waiting for it.

A question is asked again and again, as often as the page is drawn; its answer is there or not yet. One question is
under way at a time, and of those that wait the newest of each kind counts: what a person has typed meanwhile.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any

from kit.i18n import _
from kit.widgets.desk import Problem

_POLL_S = 0.02
_KEPT = 20  # answers
_DETAIL = 4000  # characters of what a process printed before it died


@dataclass(frozen=True)
class Answer:
    """What came back: values, or what went wrong."""

    value: Any = None
    problem: Problem | None = None


class Clerk:
    """Asks questions and keeps the last answers. Its process starts with the first question."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._errors: IO[bytes] | None = None
        self._answers: dict[str, Answer] = {}
        self._asked: str | None = None
        self._waiting: dict[str, str] = {}  # by kind of question
        self._read = b""
        self.heard = 0

    @property
    def busy(self) -> bool:
        """Is a question under way?"""
        return self._asked is not None or bool(self._waiting)

    def ask(self, do: str, values: Mapping[str, Any], *, kind: str = "") -> Answer | None:
        """Return the answer to a question, or None while it is not there.

        Parameters
        ----------
        do : str
            What `kit.gate.clerk` is to do.
        values : mapping
            Plain ones.
        kind : str, default ""
            What is asked for: a newer question of the same kind takes the place of one that waits; left out, `do`.
        """
        key = json.dumps([do, values], sort_keys=True)
        if key in self._answers:
            return self._answers[key]
        if key != self._asked:
            self._waiting[kind or do] = key
        self.look()
        return self._answers.get(key)

    def forget(self) -> None:
        """Ask everything anew: the data has changed."""
        self._answers.clear()

    def look(self) -> None:
        """Take in what has come, and ask what waits."""
        if self._asked is not None:
            self._hear()
        if self._asked is None and self._waiting:
            kind = next(iter(self._waiting))
            self._send(self._waiting.pop(kind))

    def wait(self, timeout_s: float = 60.0) -> None:
        """Wait until every question has its answer: for scripts, where no page looks again."""
        until = time.monotonic() + timeout_s
        while self.busy and time.monotonic() < until:
            self.look()
            time.sleep(_POLL_S)

    def close(self) -> None:
        """End the process; the next question starts another."""
        process, self._process = self._process, None
        self._asked, self._read = None, b""
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout, self._errors):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()

    def _send(self, key: str) -> None:
        do, values = json.loads(key)
        line = json.dumps({"key": key, "do": do, "values": values}).encode() + b"\n"
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._begin()
        assert self._process is not None
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line)
            self._process.stdin.flush()
        except OSError:  # it has just gone, since nobody asked for so long
            self.close()
            self._begin()
            self._process.stdin.write(line)
            self._process.stdin.flush()
        self._asked = key

    def _begin(self) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 (closed by close)
        # -P: a file named csv.py in the notebook's folder must not become a module.
        command = [sys.executable, "-P", "-m", "kit.gate.clerk"]
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": self._errors}
        self._process = subprocess.Popen(command, **pipes)
        assert self._process.stdout is not None
        os.set_blocking(self._process.stdout.fileno(), False)

    def _hear(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        while part := self._process.stdout.read():
            self._read += part
        line, end, rest = self._read.partition(b"\n")
        if end:
            self._read = rest
            self._take(json.loads(line))
        elif self._process.poll() is not None:
            self._died()

    def _take(self, told: dict[str, Any]) -> None:
        error = told.get("error")
        if error:
            answer = Answer(problem=Problem(error["message"], error.get("fix", ""), error.get("detail", "")))
        else:
            answer = Answer(told["answer"])
        self._keep(answer)

    def _died(self) -> None:
        """Take in that the process ended without a word, most often for lack of memory."""
        assert self._process is not None
        detail = ""
        if self._errors is not None:
            self._errors.seek(0)
            detail = self._errors.read()[-_DETAIL:].decode("utf-8", "replace")
        message = _("The process that reads the data ended with code {code}.").format(code=self._process.returncode)
        fix = _("The data may need more memory than is free: take a part of it, or convert it to JSONL.")
        self._keep(Answer(problem=Problem(message, fix, detail)))

    def _keep(self, answer: Answer) -> None:
        assert self._asked is not None
        self._answers[self._asked] = answer
        while len(self._answers) > _KEPT:
            self._answers.pop(next(iter(self._answers)))
        self._asked = None
        self.heard += 1
