"""What a tuning leaves behind, as a result."""

from __future__ import annotations

import contextlib

from kit.machine.facts import MIB
from kit.machine.provenance import seeds
from kit.models import keep_error, model_provenance
from kit.report import Report
from kit.result import Result
from kit.tuning.material import Material, predicted_peak_bytes
from kit.tuning.progress import Progress
from kit.tuning.spec import TuneSpec


def outcome(spec: TuneSpec, material: Material, progress: Progress, report: Report, *, total: int) -> Result:
    """Return the result of a tuning that came to `progress` of `total` steps: finished, or stopped before.

    `report` is told how far the hashing of a large model is.
    """
    return Result(
        spec=spec.to_dict(),
        status="finished" if progress.step == total else "stopped",
        metrics={**_validated(progress), "peak_memory_mib": progress.peak_mib, "steps": progress.step},
        artifacts={"adapter": "artifacts/adapter"},
        facts={
            **_foretold(spec, material, progress),
            "rows": len(material.train),
            "validation_rows": len(material.held),
            "task": material.train.task,
            "labels": list(material.train.labels),
            "shortened": {"questions": material.encoded.questions_cut, "answers": material.encoded.answers_cut},
            "precision": material.precision,
            "device": str(material.accelerator.device),
            "processes": material.accelerator.num_processes,
            "weights_note": material.location.note,
            "resumed_at": list(progress.resumed_at),
        },
        provenance={
            "data_hash": material.train.hash,
            "validation_hash": material.held.hash,
            "model": model_provenance(material.location, report),
            "seeds": seeds(spec.to_dict()),
        },
    )


def _foretold(spec: TuneSpec, material: Material, progress: Progress) -> dict[str, dict[str, float]]:
    """Return what was predicted of the peak memory, and keep by how much that was off."""
    predicted = predicted_peak_bytes(material, spec)
    if predicted is None or material.accelerator.device.type != "cpu":  # what a GPU holds is not what was measured
        return {}
    name, told = "peak_memory_mib", predicted / MIB
    if material.accelerator.is_main_process:
        with contextlib.suppress(OSError):
            keep_error(name, model=spec.model, method="lora", predicted=told, measured=progress.peak_mib)
    return {"foretold": {name: told}}


def _validated(progress: Progress) -> dict[str, float]:
    """Return what the newest validation and the one before training found; stopped early, there may be neither."""
    metrics: dict[str, float] = {}
    for found, end in ((progress.last, ""), (progress.before, "_before")):
        if found is not None:
            metrics[f"validation_loss{end}"] = found.loss
            if found.accuracy is not None:
                metrics[f"validation_accuracy{end}"] = found.accuracy
    return metrics
