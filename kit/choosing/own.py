"""What was measured here: every variant of every finished evaluation, sweep and search, newest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from kit.engines import Variant
from kit.errors import KitError
from kit.jobs import Run, runs
from kit.machine import this_machine
from kit.result import Result

KINDS = ("evaluate", "sweep", "auto")
_NEWEST = 200  # runs that are looked at
_SCORES = ("acc", "exact_match", "f1", "rouge_l", "acc_norm", "bits_per_byte", "perplexity")
LOWER_IS_BETTER = ("bits_per_byte", "perplexity")


@dataclass(frozen=True)
class Own:
    """One variant that was measured.

    Parameters
    ----------
    model, method, engine : str
        As its variant names them.
    metric : str
        The usual score of its task.
    value : float
        What it reached.
    stderr : float or None
        Standard error of `value`.
    rows : int
        It was measured on.
    task, source, data_hash : str
        Of its data; the hash tells the very rows.
    run : str
        Id of the run.
    result : Result
        The whole of it, with its folder.
    """

    model: str
    method: str
    engine: str
    metric: str
    value: float
    stderr: float | None
    rows: int
    task: str
    source: str
    data_hash: str
    run: str
    result: Result = field(repr=False, compare=False)

    @property
    def lower_is_better(self) -> bool:
        """Is a smaller value the better one?"""
        return self.metric in LOWER_IS_BETTER

    def seconds(self, name: str) -> float | None:
        """Return the median of a measured time, or None where it was not measured on a machine like this one."""
        held = self.result.measurements.get(name)
        return None if held is None or not self._here else held.p50

    def mib(self, name: str) -> float | None:
        """Return a measured amount of memory, or None where it was not measured on a machine like this one."""
        value = self.result.metrics.get(name)
        return None if value is None or not self._here else float(value)

    @property
    def _here(self) -> bool:
        machine, here = self.result.provenance.get("machine") or {}, this_machine()
        return bool(machine) and machine.get("cores") == here.cores and len(machine.get("gpus", ())) == len(here.gpus)


def own_results(given: Iterable[Run | Result] | None = None) -> list[Own]:
    """Return what `given`, or the newest runs on this machine, measured of variants with a score, newest first."""
    sources = list(runs(kind=KINDS, state="finished")[:_NEWEST]) if given is None else list(given)
    return [own for source in sources for own in _of(source)]


def _of(source: Run | Result) -> Iterator[Own]:
    try:
        result = source.result if isinstance(source, Run) else source
    except (KitError, OSError, ValueError, TypeError, KeyError):  # removed meanwhile, or of another version
        return
    run = source.id if isinstance(source, Run) else (result.folder.name if result.folder else "")
    for part in (result.parts or (result,)) if "variant" not in result.spec else (result,):
        found = _read(part, result, run)
        if found is not None:
            yield found


def _read(part: Result, whole: Result, run: str) -> Own | None:
    variant, data = part.spec.get("variant"), part.spec.get("data")
    metric = next((name for name in _SCORES if name in part.metrics), None)
    if part.status != "finished" or metric is None or not isinstance(variant, dict) or not isinstance(data, dict):
        return None
    held: dict[str, Any] = {"method": "bf16", "engine": Variant.__dataclass_fields__["engine"].default, **variant}
    return Own(
        model=str(held.get("model", "")),
        method=str(held["method"]),
        engine=str(held["engine"]),
        metric=metric,
        value=float(part.metrics[metric]),
        stderr=part.metrics.get(f"{metric}_stderr"),
        rows=int(part.facts.get("rows") or 0),
        task=str(data.get("task", "classify")),
        source=str(data.get("source", "")),
        data_hash=str(part.provenance.get("data_hash") or whole.provenance.get("data_hash") or ""),
        run=run,
        result=part,
    )
