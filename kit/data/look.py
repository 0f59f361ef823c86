"""What data holds, before anybody has said which column is what.

``python -m kit.data.look FILE [TEXT LABEL [TASK]]`` prints it as JSON: a process of its own can read a large file
without harming whoever asked. Rows are gone through twice and not kept.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from kit.data.cell import Fault
from kit.data.check import check_variety, named_columns, no_column
from kit.data.column import FEW, Column, cut
from kit.data.proposal import CLASSES, proposals, proposed, tasks_for
from kit.data.record import Problem, Records
from kit.data.row import row_of
from kit.data.source import open_rows
from kit.data.spec import DataSpec
from kit.data.table import no_rows
from kit.errors import DataError, KitError, UnknownNameError
from kit.i18n import _

_ROWS, _PROBLEMS, _SHOWN_LABELS = 5, 20, 50
_MOST_LABELS = 10_000  # that are counted; more are no labels


def look(
    source: str,
    text: str = "",
    label: str = "",
    task: str = "classify",
    *,
    encoding: str = DataSpec.encoding,
    context: str = "",
    template: str = "",
    query: str = "",
    password_variable: str = "",
) -> dict[str, Any]:
    """Return what `source` holds as plain values: rows, columns, what could be which column and why, and problems.

    Parameters
    ----------
    source : str
        As for `load_data`, except a DataFrame.
    text, label : str, default ""
        Columns; left empty, they are proposed.
    task : str, default "classify"
        For which the rows are checked; "" takes the likeliest, and the template that goes with it.
    encoding, context, template, query, password_variable : str
        As for `load_data`.

    Returns
    -------
    dict
        "rows", "columns" (name, kind, distinct, empty, examples), "notes" (what was found out while reading), "task",
        "template" (where several columns make the text), "proposed" (text and label, or None; choices where the task
        has some), "proposals" (ways to read the columns, the likeliest first: task, roles with column, confidence and
        reason, template, confidence, reason), "tasks" (what the columns would serve, each with its columns), "usable",
        "labels" (name, rows), "first" (text and label of the first rows), "problems" (row, unit, field, message, fix)
        and "more_problems". What keeps the whole source from being read is a problem too.

    Raises
    ------
    ParameterError, UnknownNameError
        There is no such source, its kind is not known, or it has no such column.
    """
    named = {"text": text, "label": label}
    spec = DataSpec(source=source, encoding=encoding, query=query, password_variable=password_variable)
    try:
        records = open_rows(spec)
        columns, rows, broken = _columns(records)
    except DataError as exc:
        return {**_nothing(task or "classify", named), "problems": [_problem(exc)]}
    for name in filter(None, (text, label, context)):
        if name not in records.columns:
            raise UnknownNameError("column", name, records.columns)
    likely = proposals(columns, text=text, label=label)
    if not task and likely:
        best = likely[0]
        task, template = best.task, template or best.template
        names = best.names()
    else:
        task = task or "classify"
        names = proposed(columns, task, text=text, label=label)
    names = _with(names, context=context, template=template)
    reading = spec.replace(task=task, template=template, **{role: name for role, name in names.items() if name})
    if all(names.values()):
        found = _checked(records, reading)
    else:
        found = {"problems": [*broken.problems, *_unfound(task, names)], "more_problems": broken.more}
    return {
        **_nothing(task, names),
        "rows": rows,
        "template": template,
        "columns": [_told(column) for column in columns],
        "notes": list(records.notes),
        "proposals": [each.to_dict() for each in likely],
        "tasks": tasks_for(columns),
        **found,
    }


def _with(names: Mapping[str, str], *, context: str, template: str) -> dict[str, str]:
    kept = {role: name for role, name in names.items() if not (template and role == "text")}
    return {**kept, "context": context} if context else kept


def _columns(records: Records) -> tuple[list[dict[str, Any]], int, _Seen]:
    """Return what each column holds, the number of all rows, and what is wrong with those that cannot be read."""
    found = {name: Column(name) for name in records.columns if name}
    rows, broken = 0, _Seen(records.unit)
    for number, cells, problem in records:
        if problem is None:
            for name in cells:
                if name and name not in found:
                    found[name] = Column(name, before=rows)
            for name, column in found.items():
                column.add(cells.get(name))
        else:
            broken.broken(number, problem)
        rows += 1
    return [column.described() for column in found.values()], rows, broken


def _told(column: Mapping[str, Any]) -> dict[str, Any]:
    return {name: column[name] for name in ("name", "kind", "distinct", "empty", "examples")}


def _unfound(task: str, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return that no column can be taken for some of what the task needs."""
    words = {
        "text": _("No column holds conversations.") if task == "chat" else _("No column holds texts."),
        "label": _("No column holds labels: 2 to {n} different words or numbers.").format(n=FEW)
        if task in CLASSES
        else _("No column holds right answers."),
        "choices": _("No column holds lists of choices."),
    }
    fix = _("Name one, or add one.")
    return [_problem(KitError(words[role], fix=fix)) for role, name in names.items() if not name]


def _nothing(task: str, names: Mapping[str, str]) -> dict[str, Any]:
    empty: dict[str, Any] = {
        name: [] for name in ("columns", "notes", "labels", "first", "problems", "proposals", "tasks")
    }
    told = {role: name or None for role, name in names.items()}
    return {"rows": 0, "template": "", **empty, "task": task, "proposed": told, "usable": False, "more_problems": 0}


def _checked(records: Records, spec: DataSpec) -> dict[str, Any]:
    """Return labels, first rows and problems under one choice of columns."""
    seen = _Seen(records.unit)
    for number, cells, problem in records:
        if problem is not None:
            seen.broken(number, problem)
            continue
        try:
            row = row_of(cells, spec)
        except Fault as fault:
            seen.broken(number, Problem(fault.problem, fault.field, fault.fix))
            continue
        seen.count(row.answer)
        if len(seen.first) < _ROWS:
            seen.first.append([cut(row.text), cut(row.answer)])
    problems = seen.problems or _as_a_whole(records, spec, seen)
    labels = seen.labels.most_common(_SHOWN_LABELS) if spec.task in CLASSES else []
    return {
        "labels": [{"name": cut(name), "rows": n} for name, n in labels],
        "first": seen.first,
        "problems": problems,
        "more_problems": seen.more,
        "usable": not problems,
    }


class _Seen:
    """What going over the rows has shown so far."""

    def __init__(self, unit: str) -> None:
        self.unit = unit
        self.problems: list[dict[str, Any]] = []
        self.first: list[list[str]] = []
        self.labels: Counter[str] = Counter()
        self.good = self.bad = 0

    @property
    def more(self) -> int:
        return self.bad - len(self.problems)

    def broken(self, number: int, problem: Problem) -> None:
        self.bad += 1
        if len(self.problems) < _PROBLEMS:
            told = {"row": problem.line or number, "unit": _("line") if problem.line else self.unit}
            self.problems.append({**told, "field": problem.field, "message": problem.message, "fix": problem.fix})

    def count(self, answer: str) -> None:
        self.good += 1
        if answer in self.labels or len(self.labels) < _MOST_LABELS:
            self.labels[answer] += 1


def _as_a_whole(records: Records, spec: DataSpec, seen: _Seen) -> list[dict[str, Any]]:
    try:
        if not seen.good:
            raise no_rows(records.name)
        for parameter, column in named_columns(spec):
            if column not in records.columns:
                raise no_column(records.name, parameter, column, records.columns, hint=records.hint)
        if spec.task == "classify":
            first = next(iter(seen.labels))
            check_variety(records.name, spec.label, rows=seen.good, labels=len(seen.labels), first=first)
    except (DataError, UnknownNameError) as exc:
        return [_problem(exc)]
    return []


def _problem(exc: KitError) -> dict[str, Any]:
    row, field = getattr(exc, "row", None), getattr(exc, "field", None)
    return {"row": row, "unit": _("line"), "field": field, "message": exc.problem, "fix": exc.fix}


def main(arguments: Sequence[str]) -> None:
    """Print what a source holds, or why it cannot be looked at, as one JSON object."""
    try:
        values = look(*arguments)
    except KitError as exc:
        values = {"error": {"message": exc.problem, "fix": exc.fix}}
    json.dump(values, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
