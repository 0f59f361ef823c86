"""What a data file holds, before anybody has said which column is what.

``python -m kit.data.look FILE [TEXT LABEL]`` prints it as JSON: a process of its own can read a large file without
keeping its memory.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kit.data.check import checked_row, checked_rows
from kit.data.read import read_source
from kit.data.table import Table, shown
from kit.errors import DataError, KitError, UnknownNameError
from kit.i18n import _

_TEXTS = ("text", "sentence", "note", "message", "content", "body", "review", "document", "question", "prompt", "title")
_LABELS = ("label", "labels", "class", "category", "target", "intent", "sentiment", "decision", "disposition", "answer")
_FEW = 50  # different values at most, for a column to be labels
_LABEL_KINDS = ("words", "number", "truth")
_NUMBER = re.compile(r"[-+]?\d+([.,]\d+)?([eE][-+]?\d+)?")
_EXAMPLES, _ROWS, _PROBLEMS, _SHOWN_LABELS = 3, 5, 20, 50
_CHARACTERS = 240


def look(source: str, text: str = "", label: str = "", *, encoding: str = "utf-8") -> dict[str, Any]:
    """Return what `source` holds as plain values: rows, columns, a proposal which are text and label, and problems.

    Parameters
    ----------
    source : str
        A bundled dataset or a file, as for `load_data`.
    text, label : str, default ""
        Columns; left empty, they are proposed.
    encoding : str, default "utf-8"
        Of a text file.

    Returns
    -------
    dict
        "rows", "columns" (name, kind, distinct, empty, examples), "proposed" (text and label, or None), "usable",
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
        return {**_nothing(text, label), "problems": [_problem(exc)]}
    for name in filter(None, (text, label)):
        if name not in table.columns:
            raise UnknownNameError("column", name, table.columns)
    columns = [_column(name, [cells.get(name) for _number, cells in table.rows]) for name in table.columns]
    text, label = _proposal(columns, text, label)
    return {
        **_nothing(text, label),
        "rows": len(table.rows),
        "columns": [{name: value for name, value in column.items() if name != "length"} for column in columns],
        **(_checked(table, text, label) if text and label else {"problems": _unfound(text, label)}),
    }


def _unfound(text: str, label: str) -> list[dict[str, Any]]:
    """Return that no column can be taken for the text, the labels or both."""
    told = []
    if not text:
        told.append(_problem(KitError(_("No column holds texts."), fix=_("Name one, or add one."))))
    if not label:
        few = _("No column holds labels: 2 to {n} different words or numbers.").format(n=_FEW)
        told.append(_problem(KitError(few, fix=_("Name one, or add one."))))
    return told


def _nothing(text: str, label: str) -> dict[str, Any]:
    empty: dict[str, Any] = {name: [] for name in ("columns", "labels", "first", "problems")}
    return {"rows": 0, **empty, "proposed": {"text": text or None, "label": label or None}, "usable": False} | {
        "more_problems": 0
    }


def _read(source: str, encoding: str) -> Table:
    columns = read_source(source, (), encoding).columns
    return read_source(source, columns, encoding)


def _checked(table: Table, text: str, label: str) -> dict[str, Any]:
    """Return labels, first rows and problems under one choice of columns."""
    problems: list[dict[str, Any]] = []
    counts: Counter[str] = Counter()
    first: list[list[str]] = []
    bad = 0
    for number, cells in table.rows:
        answer, fault = checked_row(cells, text, label, ())
        if fault is None:
            counts[answer] += 1
            if len(first) < _ROWS:
                first.append([_cut(cells[text]), _cut(answer)])
            continue
        bad += 1
        if len(problems) < _PROBLEMS:
            message, fix, field = fault
            problems.append({"row": number, "unit": table.unit, "field": field, "message": message, "fix": fix})
    if not problems:
        problems = _as_a_whole(table, text, label)
    return {
        "labels": [{"name": _cut(name), "rows": n} for name, n in counts.most_common(_SHOWN_LABELS)],
        "first": first,
        "problems": problems,
        "more_problems": max(bad - len(problems), 0),
        "usable": not problems,
    }


def _as_a_whole(table: Table, text: str, label: str) -> list[dict[str, Any]]:
    try:
        checked_rows(table, text, label, ())
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
    if not values or not all(isinstance(value, str | int | float) for value in values):
        return "other"
    if all(isinstance(value, bool) for value in values):
        return "truth"
    if all(not isinstance(value, str) or _NUMBER.fullmatch(value.strip()) for value in values):
        return "number"
    return "words" if distinct <= min(_FEW, max(len(values) // 2, 2)) else "text"


def _some(values: Sequence[Any]) -> Iterable[Any]:
    return list({_key(value): value for value in values[:200]}.values())[:_EXAMPLES]


def _proposal(columns: Sequence[Mapping[str, Any]], text: str, label: str) -> tuple[str, str]:
    """Return which columns are taken for text and label: those that were named, else by name and kind, or ""."""
    if not label:
        fit = [c for c in columns if c["name"] != text and c["kind"] in _LABEL_KINDS and 2 <= c["distinct"] <= _FEW]
        label = _named(fit, _LABELS) or next((c["name"] for c in reversed(fit) if c["kind"] == "words"), "")
        label = label or (fit[-1]["name"] if fit else "")
    if not text:
        fit = [c for c in columns if c["name"] != label and c["kind"] in ("text", "words")]
        longest = max(fit, key=lambda c: (c["kind"] == "text", c["length"]), default=None)
        text = _named(fit, _TEXTS) or (longest["name"] if longest else "")
    return text, label


def _named(columns: Sequence[Mapping[str, Any]], names: Sequence[str]) -> str:
    by_name = {str(column["name"]).strip().casefold(): str(column["name"]) for column in columns}
    return next((by_name[name] for name in names if name in by_name), "")


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
