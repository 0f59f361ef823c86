"""Teacher and student side by side: accuracy on the same rows, time, memory and size, each in a fresh process."""

from __future__ import annotations

from typing import Any

from kit.data import Dataset
from kit.engines.spec import Variant
from kit.errors import KitError
from kit.i18n import _
from kit.isolated import carry_out_isolated
from kit.measure.record import read_records
from kit.measure.spec import EvaluateSpec
from kit.report import PrefixedReport, Report
from kit.result import Result
from kit.tuning.distill.share import share_of_teacher
from kit.tuning.distill.spec import DistillSpec

NEW_TOKENS = 16  # in each timed answer, of both
_SCORES = ("acc", "exact_match")
_COSTS = ("e2el_s", "max_ram_mib", "weight_mib", "file_size_mib")


def measured(spec: DistillSpec, variant: Variant, held: Dataset, report: Report, label: str) -> Result:
    """Return what `variant` is worth on `held` and what it costs; of a server only how long it takes.

    Raises
    ------
    KitError
        It could not be measured.
    Stopped
        Asked to.
    """
    quality = () if variant.remote else ("perplexity",) if held.task == "continue" else ("accuracy",)
    measures = (*quality, *(("latency",) if spec.requests else ()), *(() if variant.remote else ("memory",)))
    if not measures:
        return Result(spec={})
    what = EvaluateSpec(
        variant=variant,
        data=held.spec,
        measures=measures,
        answer_tokens=spec.answer_tokens,
        requests=max(spec.requests, 1),
        new_tokens=NEW_TOKENS,
    )
    found = carry_out_isolated(what, PrefixedReport(report, label))
    if found.status != "finished":
        error = found.error or {}
        problem = _("The {who} could not be measured: {why}").format(who=label, why=error.get("message", found.status))
        raise KitError(problem, fix=error.get("fix", _("Resume the run.")))
    return found.in_folder(report.folder)


def right_rows(found: Result) -> list[bool]:
    """Return which rows were answered rightly; none where that was not measured."""
    if "rows" not in found.artifacts:
        return []
    records = read_records(found)
    name = next((name for name in _SCORES if name in records[0].scores), None)
    return [] if name is None else [record.scores[name] == 1 for record in records]


def side_by_side(teacher: Result, student: Result, *, teacher_right: list[bool]) -> dict[str, float]:
    """Return metrics of both, the student's share of the teacher's accuracy, and what the teacher costs beside it."""
    metrics: dict[str, float] = {}
    for label, found in (("teacher", teacher), ("student", student)):
        metrics |= {f"{label}_{name}": found.metrics[name] for name in _COSTS if name in found.metrics}
    right = right_rows(student)
    if right and len(right) == len(teacher_right):
        metrics |= {"teacher_acc": sum(teacher_right) / len(right), "student_acc": sum(right) / len(right)}
        share = share_of_teacher(right, teacher_right)
        if share is not None:
            names = ("student_share_of_teacher", "student_share_of_teacher_low", "student_share_of_teacher_high")
            metrics |= dict(zip(names, share, strict=True))
    for name, cost in (("time", "e2el_s"), ("memory", "max_ram_mib"), ("size", "file_size_mib")):
        mine, theirs = metrics.get(f"student_{cost}"), metrics.get(f"teacher_{cost}")
        if mine and theirs:
            metrics[f"{name}_saved"] = 1 - mine / theirs
    return metrics


def summary(metrics: dict[str, float]) -> str:
    """Return in a sentence what came of it."""
    said = []
    if "student_share_of_teacher" in metrics:
        text = _("The student reaches {share:.0%} ({low:.0%} to {high:.0%}) of the teacher's accuracy")
        names = {"share": "", "low": "_low", "high": "_high"}
        said.append(text.format(**{key: metrics[f"student_share_of_teacher{end}"] for key, end in names.items()}))
    costs: dict[str, Any] = {
        "time": _("{share:.0%} of its time"),
        "memory": _("{share:.0%} of its memory"),
        "size": _("{share:.0%} of its size on disk"),
    }
    parts = [text.format(share=1 - metrics[f"{n}_saved"]) for n, text in costs.items() if f"{n}_saved" in metrics]
    if parts:
        said.append(_("at {costs}").format(costs=", ".join(parts)))
    return " ".join(said)
