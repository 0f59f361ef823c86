"""What a data file holds, before anybody has said which column is what.

``python -m kit.data.look FILE [TEXT LABEL [TASK]]`` prints it as JSON: a process of its own can read a large file
without keeping its memory.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kit.data.cell import Fault
from kit.data.check import checked_rows
from kit.data.proposal import CLASSES, FEW, proposed, reading_of, tasks_for
from kit.data.read import read_source
from kit.data.row import row_of
from kit.data.spec import DataSpec
from kit.data.table import Table, shown
from kit.errors import DataError, KitError, UnknownNameError
from kit.i18n import _

_NUMBER = re.compile(r"[-+]?\d+([.,]\d+)?([eE][-+]?\d+)?")
_EXAMPLES, _ROWS, _PROBLEMS, _SHOWN_LABELS = 3, 5, 20, 50
_CHARACTERS = 240


def look(
    source: str, text: str = "", label: str = "", task: str = "classify", *, encoding: str = "utf-8"
) -> dict[str, Any]:
    """Return what `source` holds as plain values: rows, columns, a proposal which are text and label, and problems.

    Parameters
    ----------
    source : str
        A bundled dataset or a file, as for `load_data`.
    text, label : str, default ""
        Columns; left empty, they are proposed.
    task : str, default "classify"
        For which the rows are checked.
    encoding : str, default "utf-8"
        Of a text file.

    Returns
    -------
    dict
        "rows", "columns" (name, kind, distinct, empty, examples), "task", "proposed" (text and label, or None; choices
        where the task has some), "tasks" (what the columns would serve, each with its columns), "usable",
        "labels" (name, rows), "first" (text and label of the first rows), "problems" (row, unit, field, message, fix)
        and "more_problems". What keeps the whole file from being read is a problem too.

    Raises
    ------
    ParameterError, UnknownNameError
        There is no such file, its kind is not known, or it has no such column.
    """
    try:
        table = _read(source, encoding)
    except DataError as exc:
        return {**_nothing(task, {"text": text, "label": label}), "problems": [_problem(exc)]}
    for name in filter(None, (text, label)):
        if name not in table.columns:
            raise UnknownNameError("column", name, table.columns)
    columns = [_column(name, [cells.get(name) for _number, cells in table.rows]) for name in table.columns]
    names = proposed(columns, task, text=text, label=label)
    found = _checked(table, reading_of(task, names)) if all(names.values()) else {"problems": _unfound(task, names)}
    return {
        **_nothing(task, names),
        "rows": len(table.rows),
        "columns": [{name: value for name, value in column.items() if name != "length"} for column in columns],
        "tasks": tasks_for(columns),
        **found,
    }


def _unfound(task: str, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return that no column can be taken for some of what the task needs."""
    words = {
        "text": _("No column holds texts."),
        "label": _("No column holds labels: 2 to {n} different words or numbers.").format(n=FEW)
        if task in CLASSES
        else _("No column holds right answers."),
        "choices": _("No column holds lists of choices."),
    }
    fix = _("Name one, or add one.")
    return [_problem(KitError(words[role], fix=fix)) for role, name in names.items() if not name]


def _nothing(task: str, names: Mapping[str, str]) -> dict[str, Any]:
    empty: dict[str, Any] = {name: [] for name in ("columns", "labels", "first", "problems", "tasks")}
    told = {role: name or None for role, name in names.items()}
    return {"rows": 0, **empty, "task": task, "proposed": told, "usable": False, "more_problems": 0}


def _read(source: str, encoding: str) -> Table:
    columns = read_source(source, (), encoding).columns
    return read_source(source, columns, encoding)


def _checked(table: Table, spec: DataSpec) -> dict[str, Any]:
    """Return labels, first rows and problems under one choice of columns."""
    problems: list[dict[str, Any]] = []
    counts: Counter[str] = Counter()
    first: list[list[str]] = []
    bad = 0
    for number, cells in table.rows:
        try:
            row = row_of(cells, spec)
        except Fault as fault:
            bad += 1
            told = {"row": number, "unit": table.unit, "field": fault.field}
            problems.append({**told, "message": fault.problem, "fix": fault.fix})
            continue
        counts[row.answer] += 1
        if len(first) < _ROWS:
            first.append([_cut(row.text), _cut(row.answer)])
    problems = problems[:_PROBLEMS] or _as_a_whole(table, spec)
    labels = counts.most_common(_SHOWN_LABELS) if spec.task in CLASSES else []
    return {
        "labels": [{"name": _cut(name), "rows": n} for name, n in labels],
        "first": first,
        "problems": problems,
        "more_problems": max(bad - len(problems), 0),
        "usable": not problems,
    }


def _as_a_whole(table: Table, spec: DataSpec) -> list[dict[str, Any]]:
    try:
        checked_rows(table, spec)
    except (DataError, UnknownNameError) as exc:
        return [_problem(exc)]
    return []


def _problem(exc: KitError) -> dict[str, Any]:
    row, field = getattr(exc, "row", None), getattr(exc, "field", None)
    return {"row": row, "unit": _("line"), "field": field, "message": exc.problem, "fix": exc.fix}


def _column(name: str, values: Sequence[Any]) -> dict[str, Any]:
    held = [value for value in values if value is not None and str(value).strip()]
    distinct = Counter(map(_key, held))
    texts = [value for value in held if isinstance(value, str)]
    return {
        "name": name,
        "kind": _kind(held, len(distinct)),
        "distinct": len(distinct),
        "empty": len(values) - len(held),
        "examples": [_cut(value) for value in _some(held)],
        "length": sum(map(len, texts)) / max(len(texts), 1),
    }


def _key(value: Any) -> str:
    return value if isinstance(value, str) else repr(value)


def _kind(values: Sequence[Any], distinct: int) -> str:
    if values and all(isinstance(value, list | tuple) for value in values):
        return "list"
    if values and all(isinstance(value, Mapping) for value in values):
        return "features"
    if not values or not all(isinstance(value, str | int | float) for value in values):
        return "other"
    if all(isinstance(value, bool) for value in values):
        return "truth"
    if all(not isinstance(value, str) or _NUMBER.fullmatch(value.strip()) for value in values):
        return "number"
    return "words" if distinct <= min(FEW, max(len(values) // 2, 2)) else "text"


def _some(values: Sequence[Any]) -> Iterable[Any]:
    return list({_key(value): value for value in values[:200]}.values())[:_EXAMPLES]


def _cut(value: Any) -> str:
    text = value if isinstance(value, str) else shown(value, _CHARACTERS)
    return text if len(text) <= _CHARACTERS else text[:_CHARACTERS] + "…"


def main(arguments: Sequence[str]) -> None:
    """Print what a file holds, or why it cannot be looked at, as one JSON object."""
    try:
        values = look(*arguments)
    except KitError as exc:
        values = {"error": {"message": exc.problem, "fix": exc.fix}}
    json.dump(values, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
