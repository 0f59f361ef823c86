"""Carry out an `EvaluateSpec`: everything that is worth knowing of one variant, each in a pass of its own.

Whatever is finished goes to a ledger. A resumed evaluation does only the rest, and loads the model only for that.
"""

from __future__ import annotations

from typing import Any

from kit.data import Dataset
from kit.engines import Engine
from kit.machine.provenance import seeds
from kit.measure.checkpoint import Checkpoint, holds_for
from kit.measure.foretold import tell_foretold
from kit.measure.ledger import Ledger
from kit.measure.passes import Evaluation, kept, measure, prepare
from kit.measure.rows import rows_for
from kit.measure.spec import EvaluateSpec
from kit.memory import PeakMemory
from kit.quantization.load import load
from kit.quantization.variant import variant_provenance
from kit.report import Report
from kit.result import Result
from kit.spec import Spec
from kit.version import version


def evaluate(spec: Spec, report: Report) -> Result:
    """Measure one variant on held-out rows."""
    assert isinstance(spec, EvaluateSpec)
    report.progress("loading")
    asked = spec.data_with_slices
    data = None if asked is None else rows_for(asked, _teller(spec), report)
    origin: dict[str, Any] = {
        **({} if data is None else {"data_hash": data.hash}),
        "model": variant_provenance(spec.variant, report),
        "seeds": seeds(spec.to_dict()),
    }
    report.check()  # a stop leaves hashes out, by which a ledger would not be known again
    checkpoint = Checkpoint(spec.key, report)
    ledger = Ledger(checkpoint, {**holds_for(model=origin["model"], data=data), "version": version()})
    loader = _Loader(spec, report, ledger)
    found = Evaluation(spec=spec, rows=data, engine=loader.engine, ledger=ledger, report=report)
    checkpoint.say_kept(kept(found))
    prepare(found)
    try:
        metrics = {**loader.metrics(), **measure(found)}
    finally:
        loader.close()
    tell_foretold(found, metrics)
    return Result(
        spec=spec.to_dict(),
        metrics=metrics,
        measurements=found.measurements,
        artifacts=found.artifacts,
        facts={
            "method": spec.variant.method,
            "engine": spec.variant.engine,
            "model": spec.variant.model,
            **({"variant": spec.variant.name} if spec.variant.remote else {}),
            **_rows_facts(data),
            **found.facts,
        },
        parts=tuple(found.parts),
        provenance=origin,
    )


def _teller(spec: EvaluateSpec) -> str | None:
    """Return the model that may tell how it was taught to be asked; what a server runs tells nothing."""
    return None if spec.variant.remote else spec.variant.model


def _rows_facts(data: Dataset | None) -> dict[str, Any]:
    if data is None:
        return {}
    return {"rows": len(data), "labels": list(data.labels), "instruction": data.instruction}


class _Loader:
    """Loads the variant when it is first asked for, and never when everything is in the ledger."""

    def __init__(self, spec: EvaluateSpec, report: Report, ledger: Ledger) -> None:
        self._spec, self._report, self._ledger = spec, report, ledger
        self._engine: Engine | None = None

    def engine(self) -> Engine:
        if self._engine is None:
            with PeakMemory() as loading:
                self._engine = load(self._spec.variant, self._report, batch_size=self._spec.batch_size)
            if self._ledger.values("loading") is None:
                remote = self._spec.variant.remote  # the memory of the server's process is not seen from here
                self._ledger.add_values("loading", {} if remote else {"load_max_ram_mib": loading.peak_mib})
        return self._engine

    def metrics(self) -> dict[str, float]:
        """Return what loading took, in the attempt that first did it."""
        if self._ledger.values("loading") is None:
            self.engine()
        return dict(self._ledger.values("loading") or {})

    def close(self) -> None:
        if self._engine is not None:
            self._engine.close()
