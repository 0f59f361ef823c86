"""Carry out a `CleanSpec`: step by step, each recorded; the same spec on the same source gives the same rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from kit.data.recipe import recipe_path
from kit.errors import DataError
from kit.gate.clean.rows import Rows
from kit.gate.clean.spec import CleanSpec
from kit.gate.clean.step import taken
from kit.gate.stored import StoredRows, keep_with_recipe, spec_of
from kit.i18n import _, ngettext
from kit.place import write_atomic
from kit.report import Report
from kit.result import Result
from kit.spec import Spec
from kit.version import version

RECIPE = "recipe.json"
_MUCH = 0.5  # a cleaning that drops more than this share of the rows says so


def clean(spec: Spec, report: Report) -> Result:
    """Repair data and write what is left, with its recipe, to a file of its own.

    Raises
    ------
    DataError
        No row is left.
    """
    assert isinstance(spec, CleanSpec)
    rows = Rows(spec.data, report.folder, report)
    try:
        steps: list[dict[str, Any]] = []
        for name in spec.wanted:
            steps.append(taken(name, spec, rows, report))
            report.record("step", steps[-1])
        return _result(spec, rows, steps, report)
    finally:
        rows.close()


@dataclass
class _Left:
    """What of the rows was written, and what is wrong with it."""

    labels: Counter[str] = field(default_factory=Counter)
    broken: int = 0
    unreadable: int = 0

    def write(self, rows: Rows, stored: StoredRows) -> None:
        """Write what is left of `rows`; what has no cells cannot be written."""
        for entries in rows.entries("writing"):
            for entry in entries:
                if not entry.cells:
                    self.unreadable += 1
                    continue
                stored.add(entry.cells)
                self.broken += entry.row is None
                if entry.row is not None:
                    self.labels[entry.row.answer] += 1


def _result(spec: CleanSpec, rows: Rows, steps: list[dict[str, Any]], report: Report) -> Result:
    with StoredRows() as stored:
        left = _Left()
        left.write(rows, stored)
        if not stored.rows:
            fix = _("Take out the step that drops most, or set its threshold otherwise.")
            raise DataError(_("No row is left after cleaning: {steps}.").format(steps=_told(steps)), fix=fix)
        warnings = list(_warnings(rows, left, stored.rows))
        counts = {"rows_before": rows.before, "rows_after": stored.rows}
        recipe = {
            "recipe": "clean",
            "version": version(),
            "spec": spec.to_dict(),
            "steps": steps,
            "notes": rows.notes,
            "warnings": warnings,
            **counts,
            "hash_before": rows.hash,
            "hash_after": stored.hash,
        }
        path = keep_with_recipe(stored, recipe, key=spec.key)
    write_atomic(report.folder / RECIPE, recipe_path(path).read_text(encoding="utf-8"))
    report.artifact("recipe", report.folder / RECIPE)
    for warning in warnings:
        report.message(warning)
    changed = sum(step.get("texts_changed", 0) for step in steps)
    return Result(
        spec=spec.to_dict(),
        metrics={**{name: float(n) for name, n in counts.items()}, "texts_changed": float(changed)},
        artifacts={"recipe": RECIPE},
        facts={
            "summary": _summary(rows.before, stored.rows, changed),
            "steps": steps,
            "warnings": warnings,
            "notes": rows.notes,
            "data": spec_of(path, spec.data).to_dict(),
            "recipe": recipe,
        },
        provenance={"data": {"before": rows.hash, "after": stored.hash}},
    )


def _warnings(rows: Rows, left: _Left, after: int) -> Iterator[str]:
    """Yield what of a cleaning nobody should have to find out alone."""
    gone = rows.before - after
    if gone > _MUCH * rows.before:
        words = _("{share:.0%} of the rows were dropped ({n} of {all}): look at the steps before you train.")
        yield words.format(share=gone / rows.before, n=f"{gone:,}", all=f"{rows.before:,}")
    for label, n in rows.labels.items():
        if not left.labels[label]:
            yield _("The label {label!r} has no rows left; it had {n}.").format(label=label, n=f"{n:,}")
    if left.unreadable:
        words = ngettext(
            "{n} row could not be read at all and was left out.",
            "{n} rows could not be read at all and were left out.",
            left.unreadable,
        )
        yield words.format(n=f"{left.unreadable:,}")
    if left.broken:
        words = ngettext(
            "{n} row that cannot be used was kept: add the step schema.",
            "{n} rows that cannot be used were kept: add the step schema.",
            left.broken,
        )
        yield words.format(n=f"{left.broken:,}")


def _told(steps: list[dict[str, Any]]) -> str:
    return ", ".join(f"{step['step']} -{step['rows_before'] - step['rows_after']:,}" for step in steps)


def _summary(before: int, after: int, changed: int) -> str:
    if after == before and not changed:
        return _("Nothing to repair: all {n} rows stay as they are.").format(n=f"{before:,}")
    words = ngettext("{left} of {n} row left", "{left} of {n} rows left", before)
    told = words.format(left=f"{after:,}", n=f"{before:,}")
    texts = ngettext("{n} text mended", "{n} texts mended", changed).format(n=f"{changed:,}") if changed else ""
    return ", ".join(filter(None, (told, texts))) + "."
