"""What work leaves behind: measurements with units, results, and where they came from."""

from __future__ import annotations

import dataclasses
import json
import math
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from kit.errors import ParameterError
from kit.i18n import _

Unit = Literal["s", "tokens/s", "requests/s", "MiB", "J", "nats", "share", "count"]


@dataclass(frozen=True)
class Measurement:
    """Raw samples of one quantity.

    Parameters
    ----------
    name : str
        As in the design's list of metric names, such as ``ttft_s``.
    unit : Unit
        The unit of every sample.
    samples : tuple of float
        At least one; never trimmed or smoothed.
    counts : str
        What one sample counts, such as "one request, first token included".
    """

    name: str
    unit: Unit
    samples: tuple[float, ...]
    counts: str = ""

    def __post_init__(self) -> None:
        if not self.samples:
            raise ParameterError("samples", self.samples, allowed=_("at least one number"))

    @property
    def mean(self) -> float:
        """The arithmetic mean."""
        return math.fsum(self.samples) / len(self.samples)

    @property
    def std(self) -> float:
        """The sample standard deviation (n - 1), or 0 for a single sample."""
        if len(self.samples) < 2:
            return 0.0
        mean = self.mean
        return math.sqrt(math.fsum((x - mean) ** 2 for x in self.samples) / (len(self.samples) - 1))

    def percentile(self, q: float) -> float:
        """Return the `q`-th percentile (0 to 100), interpolated linearly as numpy does by default."""
        if not 0 <= q <= 100:
            raise ParameterError("q", q, allowed=_("a number from 0 to 100"))
        ordered = self._ordered
        place = (len(ordered) - 1) * q / 100
        low = math.floor(place)
        high = min(low + 1, len(ordered) - 1)
        return ordered[low] + (ordered[high] - ordered[low]) * (place - low)

    @cached_property
    def _ordered(self) -> tuple[float, ...]:
        return tuple(sorted(self.samples))

    @property
    def p50(self) -> float:
        """The median."""
        return self.percentile(50)

    @property
    def p90(self) -> float:
        """The 90th percentile."""
        return self.percentile(90)

    @property
    def p95(self) -> float:
        """The 95th percentile."""
        return self.percentile(95)

    @property
    def p99(self) -> float:
        """The 99th percentile."""
        return self.percentile(99)

    def summary(self) -> dict[str, float]:
        """Return count, mean, std, p50, p90, p95 and p99, in the unit of the samples."""
        numbers = {name: getattr(self, name) for name in ("mean", "std", "p50", "p90", "p95", "p99")}
        return {"count": float(len(self.samples)), **numbers}

    def to_dict(self) -> dict[str, Any]:
        """Return name, unit, samples and what they count."""
        return {"name": self.name, "unit": self.unit, "samples": list(self.samples), "counts": self.counts}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Measurement:
        """Make a measurement from what `to_dict` returned."""
        return cls(values["name"], values["unit"], tuple(values["samples"]), values.get("counts", ""))


Status = Literal["finished", "stopped", "failed", "unsupported"]


@dataclass(frozen=True)
class Result:
    """What carrying out one spec gave.

    Parameters
    ----------
    spec : dict
        The spec as it was given.
    status : {"finished", "stopped", "failed", "unsupported"}
        "unsupported": could not run on this machine; `error` says why.
    metrics : dict of str to float
        Final numbers by name, each ``x`` with ``x_stderr`` where one exists.
    measurements : dict of str to Measurement
        Raw samples by name.
    artifacts : dict of str to str
        Name to path, relative to the run folder.
    facts : dict
        Anything else worth keeping, as plain values (labels, counts, a verdict); "summary" is what a long result
        comes to, in a few words.
    parts : tuple of Result
        The results this one is made of: the rows of a sweep.
    provenance : dict
        Versions, commit, data hash, machine.
    error : dict, optional
        "type", "message" and "fix" of what went wrong.
    folder : Path, optional
        Of the run that it was read from: what `artifacts` are relative to. Not part of its value.
    """

    spec: dict[str, Any]
    status: Status = "finished"
    metrics: dict[str, float] = field(default_factory=dict)
    measurements: dict[str, Measurement] = field(default_factory=dict)
    artifacts: dict[str, str] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    parts: tuple[Result, ...] = ()
    provenance: dict[str, Any] = field(default_factory=dict)
    error: dict[str, str] | None = None
    folder: Path | None = field(default=None, compare=False)

    def in_folder(self, folder: Path) -> Result:
        """Return the same result, its parts too, as read from the run in `folder`."""
        parts = tuple(part.in_folder(folder) for part in self.parts)
        return dataclasses.replace(self, folder=folder, parts=parts)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        values = {f.name: getattr(self, f.name) for f in dataclasses.fields(self) if f.name != "folder"}
        values["measurements"] = {name: m.to_dict() for name, m in self.measurements.items()}
        values["parts"] = [part.to_dict() for part in self.parts]
        return values

    def to_json(self) -> str:
        """Return the result as JSON."""
        return json.dumps(self.to_dict(), indent=1, ensure_ascii=False)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Result:
        """Make a result from what `to_dict` returned; keys of a newer version are ignored."""
        known = {f.name for f in dataclasses.fields(cls)} - {"folder"}
        values = {name: value for name, value in values.items() if name in known}
        measurements = values.get("measurements", {})
        values["measurements"] = {name: Measurement.from_dict(m) for name, m in measurements.items()}
        values["parts"] = tuple(cls.from_dict(part) for part in values.get("parts", ()))
        return cls(**values)

    def __repr__(self) -> str:  # the full one can hold thousands of samples
        shown = ", ".join(f"{name}={value:.4g}" for name, value in list(self.metrics.items())[:6])
        count = len(self.parts)
        parts = f"{count} part{'s' if count > 1 else ''}" if count else ""
        said = (self.status, shown, str(self.facts.get("summary") or ""), parts)
        return f"Result({'; '.join(filter(None, said))})"
