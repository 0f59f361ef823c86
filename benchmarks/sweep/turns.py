"""Programs that decode in turns: all are open at the same time, and one works at a time."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

_PROJECT = Path(__file__).resolve().parents[2]


class Decoding:
    """A program that decodes whenever it is told to.

    Parameters
    ----------
    tool : str
        In `benchmarks.sweep.tools`.
    asked : dict
        Its first line.
    """

    def __init__(self, tool: str, asked: dict[str, Any]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", f"benchmarks.sweep.tools.{tool}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=_PROJECT,
        )
        self.told = self._ask(json.dumps(asked))
        self.speeds: list[float] = []

    def turn(self) -> None:
        """Let it decode once."""
        self.speeds.append(float(self._ask("")["tokens_per_s"]))

    def _ask(self, line: str) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            sys.exit("a tool that decodes ended; see above")
        found: dict[str, Any] = json.loads(answer)
        return found

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def in_turns(programs: dict[str, Decoding], rounds: int) -> None:
    """Let all decode, one after the other, `rounds` times after one that does not count; the order changes."""
    names = list(programs)
    for number in range(rounds + 1):
        for name in names if number % 2 else reversed(names):
            programs[name].turn()
    for program in programs.values():
        del program.speeds[0]


def ratio(one: Decoding, other: Decoding) -> dict[str, Any]:
    """Return how many times as fast `one` is: the median over rounds, the least and the greatest."""
    found = [a / b for a, b in zip(one.speeds, other.speeds, strict=True)]
    spread = [round(min(found), 3), round(max(found), 3)]
    return {"median": round(statistics.median(found), 3), "spread": spread}
