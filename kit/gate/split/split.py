"""Carry out a `SplitSpec`: decide for every row, write the parts, and say what was done."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from kit.data import DataSpec
from kit.gate.clean.rows import Rows
from kit.gate.split.seen import LEFT_OUT, Seen
from kit.gate.split.spec import SplitSpec
from kit.gate.split.told import PARTS, summary_of, told_of, warnings_of
from kit.gate.stored import StoredRows, keep_with_recipe, spec_of
from kit.place import write_atomic
from kit.report import Report
from kit.result import Result
from kit.spec import Spec
from kit.version import version

SPLIT = "split.json"
_MOST_LABELS = 1000  # named in a spec; of more there are no classes


def split(spec: Spec, report: Report) -> Result:
    """Divide data into files.

    Raises
    ------
    DataError
        A row cannot be used or has no group or time, or there are too few rows.
    UnknownNameError
        There is no such column.
    """
    assert isinstance(spec, SplitSpec)
    rows = Rows(spec.data, report.folder, report)
    try:
        seen = Seen(spec, rows)
        parts = seen.divided()
        report.check()
        return _result(spec, rows, seen, parts, report)
    finally:
        rows.close()


def _result(spec: SplitSpec, rows: Rows, seen: Seen, parts: list[str], report: Report) -> Result:
    told = told_of(spec, seen, parts)
    warnings = warnings_of(seen, parts, told)
    about = {
        "recipe": "split",
        "version": version(),
        "spec": spec.to_dict(),
        "notes": rows.notes,
        "warnings": warnings,
        "rows_before": rows.before,
        "hash_before": rows.hash,
    }
    with ExitStack() as stack:
        files = {part: stack.enter_context(StoredRows()) for part in PARTS if part in spec.shares}
        place = 0
        for entries in rows.entries("writing"):
            for entry in entries:
                if parts[place] != LEFT_OUT:
                    files[parts[place]].add(entry.cells)
                place += 1
        for part, file in files.items():
            told[part] |= {"hash": file.hash}
        specs = {}
        for part, file in files.items():
            recipe = {**about, "part": part, "parts": told, "rows_after": file.rows, "hash_after": file.hash}
            path = keep_with_recipe(file, recipe, key=f"{spec.key}-{part}")
            specs[part] = _labelled(spec_of(path, spec.data), spec, rows)
    told = {part: {**about_part, "file": specs[part].source} for part, about_part in told.items()}
    _keep(report, {**about, "parts": told})
    for warning in warnings:
        report.message(warning)
    return Result(
        spec=spec.to_dict(),
        metrics={f"{part}_rows": float(about_part["rows"]) for part, about_part in told.items()},
        artifacts={"split": SPLIT},
        facts={
            "summary": summary_of(told),
            "parts": told,
            "warnings": warnings,
            "notes": rows.notes,
            **{part: specs[part].to_dict() for part in specs},
        },
        provenance={"data": {"before": rows.hash}},
    )


def _keep(report: Report, about: dict[str, Any]) -> None:
    path: Path = report.folder / SPLIT
    write_atomic(path, json.dumps(about, indent=1, ensure_ascii=False) + "\n")
    report.artifact("split", path)


def _labelled(found: DataSpec, spec: SplitSpec, rows: Rows) -> DataSpec:
    """Return the spec of a part with the labels of the whole: all parts are asked with the same ones."""
    labels = tuple(sorted(rows.labels))
    if spec.data.task != "classify" or found.labels or not 2 <= len(labels) <= _MOST_LABELS:
        return found
    return found.replace(labels=labels)
