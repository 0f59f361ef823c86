"""A tool at work in a process of its own, that trains when it is told to."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.tuning.job import Job
from kit.warm import worker_environment

_PROJECT = Path(__file__).resolve().parents[2]


class RacerFailed(Exception):
    """The process of a tool ended before it was told to; the text has the last line of what it said."""


class Racer:
    """A tool at work.

    Parameters
    ----------
    name : str
        For people, and of its log.
    tool : str
        The module in `benchmarks.tuning.tools`.
    job : Job
    python : str, optional
        Of the environment that has the tool; left out, this one.
    """

    def __init__(self, name: str, tool: str, job: Job, python: str | None = None) -> None:
        self.name, self.job = name, job
        self._log = Path(job.folder) / "log.txt"
        file = job.write()
        with self._log.open("w", encoding="utf-8") as log:
            self._process = subprocess.Popen(
                [python or sys.executable, "-m", f"benchmarks.tuning.tools.{tool}", str(file)],
                cwd=_PROJECT,
                env=environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def wait_until_ready(self) -> float:
        """Return how many seconds it took from its start until it could train."""
        return float(self._answer()["start_s"])

    def train(self, steps: int) -> dict[str, float]:
        """Let it train so many steps, and return what that took."""
        return self._ask(do="train", steps=steps)

    def loss(self) -> float:
        """Return its loss on held rows."""
        return float(self._ask(do="evaluate")["loss"])

    def rate(self) -> float:
        """Return at how many operations a second its process multiplies large matrices."""
        return float(self._ask(do="rate")["rate"])

    def end(self) -> Path:
        """Let it write its adapter and go, and return where that is."""
        self._ask(do="end")
        self.close()
        return self.job.adapter

    def close(self) -> None:
        """Make sure that its process is gone."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _ask(self, **command: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # no answer will come, which tells why
            self._process.stdin.write(json.dumps(command) + "\n")
            self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self._process.wait()
            said = self._log.read_text(encoding="utf-8", errors="replace").strip()
            print(said[-2000:], file=sys.stderr)
            last = said.splitlines()[-1] if said else "it said nothing"
            raise RacerFailed(f"{self.name} ended with code {self._process.returncode}: {last}")
        answer: dict[str, Any] = json.loads(line)
        return answer


def environment() -> dict[str, str]:
    """Return the environment of every tool: that of Tunebook's workers, offline, with this project to import."""
    paths = [str(_PROJECT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return worker_environment({"PYTHONPATH": os.pathsep.join(paths), "HF_HUB_OFFLINE": "1", "WANDB_DISABLED": "true"})
