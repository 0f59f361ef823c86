"""What a tuning leaves behind, as a result."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from kit.i18n import _
from kit.machine.provenance import seeds
from kit.models import model_provenance
from kit.report import Report
from kit.result import Result
from kit.tuning.fitting.foretold import foretold
from kit.tuning.material import Material
from kit.tuning.progress import Progress
from kit.tuning.spec import TuneSpec
from kit.tuning.validate import Validation
from kit.tuning.watching.course import overfit
from kit.tuning.watching.forgetting import forgetting, forgetting_words
from kit.tuning.watching.told import only_answer, told_only_answer


def outcome(spec: TuneSpec, material: Material, progress: Progress, report: Report, *, total: int, kept: int) -> Result:
    """Return the result of a tuning that came to `progress` of `total` steps: finished, or stopped before.

    Parameters
    ----------
    report : Report
        Told how far the hashing of a large model is, and what was forgotten.
    kept : int
        The step of the adapter that is left; the numbers are of that one.
    """
    found = progress.kept if kept == progress.kept_step else progress.last
    alike = only_answer(found, material.held.answers)
    told_only_answer(alike, spec, report)
    facts = {
        **_course(progress, total, kept),
        **_forgotten(progress, found, report),
        **({} if alike is None else {"only_answer": alike}),
    }
    return Result(
        spec=spec.to_dict(),
        status="finished" if progress.over or progress.step == total else "stopped",
        metrics={
            **_validated(found, ""),
            **_validated(progress.before, "_before"),
            "peak_memory_mib": progress.peak_mib,
            "training_s": progress.seconds,
            "steps": progress.step,
        },
        artifacts={"adapter": "artifacts/adapter"},
        facts={
            **foretold(material.settled, progress, material.accelerator),
            **material.settled.facts,
            **facts,
            "summary": "; ".join(_summary(facts, total)),
            "task": material.train.task,
            "rows": len(material.train),
            "validation_rows": len(material.held),
            "labels": list(material.train.labels),
            "shortened": {"questions": material.encoded.questions_cut, "answers": material.encoded.answers_cut},
            "precision": material.precision,
            "device": str(material.accelerator.device),
            "processes": material.accelerator.num_processes,
            "layout": spec.layout if spec.processes > 1 else None,
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


def _course(progress: Progress, total: int, kept: int) -> dict[str, Any]:
    """Return which step was kept, where it stopped early, and since when rows were learnt by heart."""
    by_heart = overfit(progress.points)
    early = {"step": progress.step, "best_step": progress.best_step, "total": total}
    return {
        "kept_step": kept,
        "best_step": progress.best_step,
        **({"stopped_early": early} if progress.over else {}),
        **({} if by_heart is None else {"overfit": dataclasses.asdict(by_heart)}),
    }


def _forgotten(progress: Progress, found: Validation | None, report: Report) -> dict[str, Any]:
    """Return what happened to the general rows, told in words."""
    before = None if progress.before is None else progress.before.general
    after = None if found is None else found.general
    if before is None or after is None:
        return {}
    change = forgetting(before, after)
    report.message(forgetting_words(change))
    return {"forgetting": change}


def _summary(facts: dict[str, Any], total: int) -> Iterator[str]:
    """Yield what a reader must not miss."""
    early, by_heart = facts.get("stopped_early"), facts.get("overfit")
    if early:
        yield _("stopped early at step {n} of {total}, best was {best}").format(
            n=early["step"], total=total, best=early["best_step"]
        )
    elif by_heart:
        yield _("overfit since step {n}, lowest loss at {best}, kept {kept}").format(
            n=by_heart["since_step"], best=by_heart["best_step"], kept=facts["kept_step"]
        )
    if "only_answer" in facts:
        yield _("gives every row the same answer, '{label}'").format(label=facts["only_answer"])
    if "forgetting" in facts and facts["forgetting"]["delta_loss_interval"][0] > 0:
        yield _("general loss {delta:+.3f}").format(delta=facts["forgetting"]["delta_loss"])


def _validated(found: Validation | None, end: str) -> dict[str, float]:
    """Return the numbers of an evaluation, their names with `end`; stopped early, there may be none."""
    if found is None:
        return {}
    numbers = {"validation_loss": found.loss, "validation_accuracy": found.accuracy}
    if found.general is not None:
        numbers |= {"general_loss": found.general.loss, "general_accuracy": found.general.accuracy}
    return {f"{name}{end}": value for name, value in numbers.items() if value is not None}
