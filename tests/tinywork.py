"""Work that takes no time and no torch, for tests of whatever carries work out.

Workers import it by its name, so a test that starts one puts this folder on ``PYTHONPATH``.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from kit.errors import KitError, UnsupportedError
from kit.place import write_atomic
from kit.report import Report
from kit.result import Measurement, Result
from kit.spec import Needs, Spec, param


@dataclass(frozen=True, kw_only=True)
class CountSpec(Spec):
    """Count to `steps`, pausing after each number."""

    carried_out_by = "tinywork:count"

    steps: int = param(3, label="Steps", low=0, high=100_000)
    pause_s: float = param(0.0, label="Pause", unit="s", low=0, high=60)


@dataclass(frozen=True, kw_only=True)
class HungrySpec(CountSpec):
    """Count while holding a device and, as it says, so much memory."""

    device: str = param("cpu", label="Device")
    memory_mib: float | None = param(None, label="Memory", unit="MiB")

    def needs(self) -> Needs:
        memory = None if self.memory_mib is None else int(self.memory_mib * 2**20)
        return Needs((self.device,), memory)


@dataclass(frozen=True, kw_only=True)
class GreedySpec(HungrySpec):
    """Count while taking a gibibyte for each step, so that many steps fit no machine."""

    def needs(self) -> Needs:
        return Needs((self.device,), self.steps * 2**30, why="Each number takes one GB.")

    def lighter(self) -> Iterator[tuple[GreedySpec, str]]:
        yield self.replace(steps=self.steps // 2), f"steps={self.steps // 2}"
        yield self.replace(steps=1), "steps=1"

    def check_room(self, needs: Needs) -> str:
        from kit.models.room import check_room

        return check_room(self, needs)


@dataclass(frozen=True, kw_only=True)
class ThoroughSpec(CountSpec):
    """Count, and go on after an interruption where it left off."""

    carried_out_by = "tinywork:count_on"


@dataclass(frozen=True, kw_only=True)
class MisbehaveSpec(Spec):
    """Go wrong in the way that `how` names."""

    carried_out_by = "tinywork:misbehave"

    how: str = param(label="How")


@dataclass(frozen=True, kw_only=True)
class HomelessSpec(Spec):
    """Names work that does not exist."""

    carried_out_by = "tinywork:nothing_of_this_name"


def count(spec: CountSpec, report: Report) -> Result:
    """Count, saying every number."""
    for i in range(spec.steps):
        report.check()
        report.progress("counting", i + 1, spec.steps, unit="numbers")
        report.metric("number", i, step=i)
        time.sleep(spec.pause_s)
    report.message("done counting")
    path = report.folder / "artifacts" / "numbers.txt"
    path.parent.mkdir(exist_ok=True)
    path.write_text(str(spec.steps), encoding="utf-8")
    report.artifact("numbers", path)
    return Result(
        spec=spec.to_dict(),
        metrics={"pid": float(os.getpid())},
        measurements={"pause_s": Measurement("pause_s", "s", (spec.pause_s,))},
    )


def count_on(spec: ThoroughSpec, report: Report) -> Result:
    """Count on from the number that an earlier attempt has kept; the result holds every number once."""
    place = report.folder / "checkpoint" / f"{spec.key}.json"
    counted = json.loads(place.read_text(encoding="utf-8")) if place.exists() else []
    for i in range(len(counted), spec.steps):
        report.check()
        counted.append(i)
        write_atomic(place, json.dumps(counted))
        report.progress("counting", i + 1, spec.steps, unit="numbers")
        report.metric("number", i, step=i)
        time.sleep(spec.pause_s)
    return Result(spec=spec.to_dict(), facts={"counted": counted})


def misbehave(spec: MisbehaveSpec, report: Report) -> Result:
    """Go wrong."""
    report.message(f"about to: {spec.how}")
    print("to be found in the log", flush=True)
    return _WAYS[spec.how](spec, report)


def _kit_error(spec: Spec, report: Report) -> Result:
    raise KitError("The left sock is missing.", fix="Look under the bed.")


def _unsupported(spec: Spec, report: Report) -> Result:
    raise UnsupportedError("This machine has no feet.", fix="Use another machine.")


def _error(spec: Spec, report: Report) -> Result:
    raise ZeroDivisionError("by hand")


def _exit(spec: Spec, report: Report) -> Result:
    sys.exit("a library gave up")


def _kill(spec: Spec, report: Report) -> Result:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")


def _half_a_line(spec: Spec, report: Report) -> Result:
    stream = report._stream  # type: ignore[attr-defined]
    stream.write('{"kind": "message", "te')
    stream.flush()
    return _kill(spec, report)


def _unwritable(spec: Spec, report: Report) -> Result:
    return Result(spec=spec.to_dict(), facts={"rows": np.int64(3)})


def _odd_text(spec: Spec, report: Report) -> Result:
    text = b"caf\xe9".decode("utf-8", "surrogateescape")  # how Python shows a file name that is not UTF-8
    report.message(text)
    return Result(spec=spec.to_dict(), facts={"text": text})


def _silence(spec: Spec, report: Report) -> Result:
    time.sleep(120)  # deaf to questions: a library deep in its own code
    return Result(spec=spec.to_dict())


_WAYS = {
    "kit_error": _kit_error,
    "unsupported": _unsupported,
    "error": _error,
    "exit": _exit,
    "kill": _kill,
    "half_a_line": _half_a_line,
    "unwritable": _unwritable,
    "odd_text": _odd_text,
    "silence": _silence,
}
