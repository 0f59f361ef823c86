"""Tunings that take no time and no torch, for tests of whatever searches among them.

Workers of other processes import it by its name, so a test that starts some puts this folder on ``PYTHONPATH``.
"""

from __future__ import annotations

import math
import time
from pathlib import Path

from kit.errors import KitError, Stopped
from kit.report import Report
from kit.result import Result
from kit.spec import Spec
from kit.tuning import TuneSpec

BEST = 1e-3  # the learning rate at which the loss is lowest


def loss_at(spec: TuneSpec, share: float) -> float:
    """Return the validation loss after a share of the training: lowest at `BEST`, lower for higher ranks."""
    return abs(math.log10(spec.learning_rate / BEST)) + 1 / spec.rank + 1 - share


def tuned(spec: Spec, report: Report) -> Result:
    """Be a tuning: say a curve, leave an adapter, and go on from where an earlier attempt was stopped."""
    assert isinstance(spec, TuneSpec)
    if spec.rank == 13:
        raise KitError("Thirteen brings bad luck.", fix="Take twelve.")
    if spec.rank == 14:
        return Result(spec=spec.to_dict(), status="failed", error={"type": "X", "message": "fourteen", "fix": ""})
    kept = report.folder / "checkpoint" / f"{spec.key}-step"
    done = int(kept.read_text()) if kept.exists() else 0
    steps, pause_s = spec.evaluations, spec.warmup_share
    for step in range(done + 1, steps + 1):
        time.sleep(pause_s)
        report.progress("training", step, steps, "steps")
        report.metric("validation_loss", loss_at(spec, step / steps), step=step)
        _write(kept, str(step))
        if report.stop_asked():
            raise Stopped(Result(spec=spec.to_dict(), status="stopped", facts={"step": step}))
    _write(report.folder / "artifacts" / "adapter" / "adapter_model.safetensors", "weights")
    report.artifact("adapter", report.folder / "artifacts" / "adapter")
    return Result(
        spec=spec.to_dict(),
        metrics={"validation_loss": loss_at(spec, 1.0), "trained_weights": float(spec.rank), "training_s": pause_s},
        artifacts={"adapter": "artifacts/adapter"},
        facts={"resumed_at": [done] if done else []},
    )


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
