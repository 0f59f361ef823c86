"""Keep what was asked and answered row by row: comparisons are paired."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kit.measure.belonging import groups_of
from kit.measure.passes.evaluation import Evaluation
from kit.measure.record import Record, write_records
from kit.place import patiently

_SHOWN = 200  # characters of a row that its record shows


def keep_rows(evaluation: Evaluation, records: Sequence[Record]) -> None:
    """Write `records`, each of a row of the data, with the groups that it belongs to."""
    data, report = evaluation.data, evaluation.report
    groups = groups_of(data)
    kept = [replace(record, slices=groups[record.row], text=data.items[record.row].text[:_SHOWN]) for record in records]
    path = report.folder / "artifacts" / f"rows-{evaluation.spec.key}.jsonl"
    patiently(lambda: write_records(path, kept), report)
    evaluation.artifacts["rows"] = str(path.relative_to(report.folder))
    report.artifact("rows", path)
