"""JSONL (one object a line) and JSON (one list of objects)."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kit.data.format.text import read_text
from kit.data.table import Faults, Table, shown
from kit.errors import DataError
from kit.i18n import _


class _Twice(ValueError):
    """An object has one key twice."""


def read(path: Path, wanted: tuple[str, ...], encoding: str) -> Table:
    """Read a JSONL file; blank lines are skipped.

    Parameters
    ----------
    path : Path
        The file; one that is named ``.json`` and holds a list is read as a list.
    wanted : tuple of str
        Columns to keep.
    encoding : str
        Of the file.

    Raises
    ------
    DataError
        A line is not JSON, not an object, or has a key twice; with the line.
    """
    text = read_text(path, encoding)
    if path.suffix.lower() == ".json" and text.lstrip()[:1] == "[":
        faults = Faults(path.name, _("entry"))
        return _table(path.name, _("entry"), wanted, enumerate(_entries(path.name, text), start=1), faults)
    faults = Faults(path.name, _("line"))
    return _table(path.name, _("line"), wanted, _lines(text, faults), faults)


def _lines(text: str, faults: Faults) -> Iterator[tuple[int, Any]]:
    # StringIO, not splitlines: a JSON string may hold signs that Python takes for line ends (U+2028).
    for number, line in enumerate(io.StringIO(text, newline=None), start=1):
        if not line.strip():
            continue
        try:
            yield number, _parsed(line)
        except (ValueError, RecursionError) as exc:
            faults.add(number, _("not valid JSON: {reason}.").format(reason=_reason(exc)), fix=_fix(line))


def _entries(name: str, text: str) -> list[Any]:
    try:
        entries: list[Any] = _parsed(text)
    except json.JSONDecodeError as exc:
        problem = _("{name}, line {line}: not valid JSON: {reason}.").format(
            name=name, line=exc.lineno, reason=_reason(exc)
        )
        raise DataError(problem, fix=_("Correct this line, or export the file again."), row=exc.lineno) from exc
    except (ValueError, RecursionError) as exc:
        problem = _("{name} is not valid JSON: {reason}.").format(name=name, reason=exc)
        raise DataError(problem, fix=_("Export the file again.")) from exc
    return entries


def _table(name: str, unit: str, wanted: tuple[str, ...], entries: Iterator[tuple[int, Any]], faults: Faults) -> Table:
    columns: dict[str, None] = {}
    rows: list[tuple[int, Mapping[str, Any]]] = []
    for number, value in entries:
        if not isinstance(value, dict):
            problem = _("{value} is not an object.").format(value=shown(value))
            faults.add(number, problem, fix=_fix(value))
            continue
        columns.update(dict.fromkeys(value))
        rows.append((number, {column: value[column] for column in wanted if column in value}))
    faults.check()
    return Table(name=name, unit=unit, columns=tuple(columns), rows=rows)


def _parsed(text: str) -> Any:
    return json.loads(text, object_pairs_hook=_object)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        keys = [key for key, _value in pairs]
        raise _Twice(_("the key {key!r} stands twice").format(key=next(k for k in keys if keys.count(k) > 1)))
    return values


def _reason(exc: Exception) -> str:
    if isinstance(exc, json.JSONDecodeError):
        return _("{reason} at character {column}").format(reason=exc.msg, column=exc.colno)
    return _("nested too deeply") if isinstance(exc, RecursionError) else str(exc)


def _fix(found: Any) -> str:
    if isinstance(found, list) or (isinstance(found, str) and found.lstrip()[:1] == "["):
        return _("A list of objects is read from a file named .json; a .jsonl file has one object a line.")
    return _('Each row must be one whole object, such as {"text": "…", "label": "…"}.')
