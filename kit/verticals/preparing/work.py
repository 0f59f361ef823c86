"""Carry out a `PrepareSpec`: mask, look, repair, divide; the parts are files, told among the facts."""

from __future__ import annotations

from typing import Any

from kit.data import DataSpec, open_data
from kit.data.prompt import default_instruction
from kit.errors import DataError
from kit.gate import CleanSpec, GateSpec, SplitSpec
from kit.gate.clean.clean import clean
from kit.gate.gate import gate
from kit.gate.registry import usual_checks
from kit.gate.split.split import split
from kit.i18n import _
from kit.report import PrefixedReport, Report
from kit.result import Result
from kit.spec import Spec
from kit.verticals.preparing.masked import masked
from kit.verticals.preparing.ordinary import ordinary_of
from kit.verticals.preparing.spec import PARTS, PrepareSpec

_REPAIRS = ("encoding", "exact-duplicates", "leaks")


def prepare(spec: Spec, report: Report) -> Result:
    """Make rows ready.

    Raises
    ------
    DataError
        No row is left.
    MissingPackageError
        What finds personal data is not installed.
    """
    assert isinstance(spec, PrepareSpec)
    train = masked(spec, "train", report)
    if not train.rows:
        raise DataError(_("No row of the training data can be used."), fix=_("Look at it: kit.DataPanel(…)."))
    told: dict[str, Any] = {"train": train.to_dict()}
    ordinary = ordinary_of(train.spec)
    train.spec = ordinary.rows(train.spec)
    if spec.test is None:
        rows, test = _divided(spec, train.spec, report, "test", spec.test_share)
    else:
        labels = _labels(train.spec)
        found = masked(spec, "test", report, labels)
        if not found.rows:
            raise DataError(_("No row of the test data can be used."), fix=_("Its labels must be those of training."))
        told["test"] = found.to_dict()
        rows, test = train.spec, ordinary.rows(found.spec)
    labels = _labels(rows)
    asked = {"labels": labels, "instruction": spec.instruction or default_instruction(labels)}
    rows, test = (each.replace(**asked) for each in (rows, test))
    findings = _looked_at(rows, test, report)
    whole, steps = _repaired(rows, test, report)
    fit, validation = _divided(spec, whole, report, "validation", spec.validation_share)
    parts = dict(zip(PARTS, (whole, fit, validation, test), strict=True))
    facts = {"masked": told, "findings": findings, "steps": steps, "ordinary": dict(ordinary.bounds)}
    return _result(spec, parts, facts)


def _looked_at(rows: DataSpec, test: DataSpec, report: Report) -> list[dict[str, Any]]:
    """Return what the data gate finds in rows that hold no personal data any more."""
    checks = tuple(name for name in usual_checks() if name not in ("personal", "language"))
    return list(gate(GateSpec(data=rows, test=test, checks=checks), PrefixedReport(report, "gate")).facts["findings"])


def _repaired(rows: DataSpec, test: DataSpec, report: Report) -> tuple[DataSpec, list[dict[str, Any]]]:
    found = clean(CleanSpec(data=rows, test=test, steps=_REPAIRS), PrefixedReport(report, "repair"))
    return DataSpec.from_dict(found.facts["data"]), list(found.facts["steps"])


def _divided(spec: PrepareSpec, rows: DataSpec, report: Report, name: str, share: float) -> tuple[DataSpec, DataSpec]:
    """Return the rows that are left and those that are held back, which share no group and are later."""
    by, column = ("group", spec.group) if spec.group else ("time", spec.time) if spec.time else (_by(rows), "")
    asked = SplitSpec(data=rows, by=by, column=column, test_share=share, seed=spec.seed)
    facts = split(asked, PrefixedReport(report, name)).facts
    return DataSpec.from_dict(facts["train"]), DataSpec.from_dict(facts["test"])


def _by(rows: DataSpec) -> str:
    return "label" if rows.task == "classify" else "random"


def _labels(rows: DataSpec) -> tuple[str, ...]:
    return open_data(rows).labels


def _result(spec: PrepareSpec, parts: dict[str, DataSpec], facts: dict[str, Any]) -> Result:
    data = {name: open_data(each) for name, each in parts.items()}
    counts = {f"{name}_rows": float(len(rows)) for name, rows in data.items()}
    majority = max(data["test"].counts.values()) / len(data["test"]) if data["test"].counts else None
    return Result(
        spec=spec.to_dict(),
        metrics=counts,
        facts={
            **facts,
            **{name: each.to_dict() for name, each in parts.items()},
            "labels": {label: [rows.counts[label] for rows in data.values()] for label in data["train"].labels},
            "majority_acc": majority,
            "division": spec.group or spec.time,
        },
        provenance={"data_hash": data["train"].hash, "test_hash": data["test"].hash},
    )
