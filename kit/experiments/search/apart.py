"""One trial in a process of its own, with what only whoever watches it can tell: its time and its size.

This is what a runner carries out, here or on another machine.
"""

from __future__ import annotations

import dataclasses
import json
import math
import struct
import time
from pathlib import Path

from kit.errors import UnsupportedError
from kit.isolated import carry_out_isolated, error_dict
from kit.machine.provenance import provenance
from kit.report import Event, PrefixedReport, Report
from kit.result import Result
from kit.spec import Spec, needs_of


def tuned_apart(spec: Spec, report: Report) -> Result:
    """Return what the tuning `spec` gave, in a process of its own, with "training_s" and "trained_weights".

    Raises
    ------
    Stopped
        Somebody asked it to stop.
    """
    began = time.monotonic()
    try:
        if not report.insists:
            spec.check_room(needs_of(spec))
    except UnsupportedError as exc:  # known without a process of its own
        return Result(spec=spec.to_dict(), status="unsupported", error=error_dict(exc), provenance=provenance())
    watch = _Watch(report)
    result = carry_out_isolated(spec, watch)
    told = {"training_s": watch.training_s or round(time.monotonic() - began, 2)}
    weights = trained_weights(report.folder / result.artifacts.get("adapter", "-"))
    if weights is not None:
        told["trained_weights"] = float(weights)
    metrics = {**told, **result.metrics} if result.status == "finished" else result.metrics
    return dataclasses.replace(result, metrics=metrics, provenance={**provenance(), **result.provenance})


class _Watch(PrefixedReport):
    """Passes everything on as it is, and takes the time of the steps; loading and validating are left out."""

    def __init__(self, outer: Report) -> None:
        super().__init__(outer, "")
        self._steps = self._timed = 0.0
        self._seconds = 0.0
        self._last: tuple[str, float, float] = ("", 0.0, 0.0)

    def emit(self, event: Event) -> None:
        if event["kind"] == "progress":
            phase, before, at = self._last
            if event["phase"] == phase == "training":
                self._seconds += time.monotonic() - at
                self._timed += event["done"] - before
                self._steps = event.get("total") or self._steps
            self._last = (event["phase"], event["done"], time.monotonic())
        self.outer.emit(event)

    @property
    def training_s(self) -> float | None:
        """Seconds that all steps take, by those that were seen; steps of an earlier attempt count like these."""
        return round(self._seconds * self._steps / self._timed, 3) if self._timed > 0 else None


def trained_weights(adapter: Path) -> int | None:
    """Return how many numbers lie in the safetensors files of a folder, read from their headers; None without any.

    A header is a length of eight bytes and so many bytes of JSON (the safetensors format).
    """
    counts = [_numbers_in(path) for path in sorted(adapter.glob("*.safetensors"))] if adapter.is_dir() else []
    return sum(counts) if counts else None


def _numbers_in(path: Path) -> int:
    with path.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
    return sum(math.prod(tensor["shape"]) for name, tensor in header.items() if name != "__metadata__")
