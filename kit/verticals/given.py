"""Where the rows of a vertical come from: files that somebody names or a generator wrote, and how they are read."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kit.data import DataSpec
from kit.data.column import FEW
from kit.data.read import absolute
from kit.errors import DataError, ParameterError
from kit.i18n import _
from kit.place import home, write_atomic

TASKS = ("classify", "choose", "answer")
_PART = re.compile(r"[-_. ](train|training|test|fit|dev)$", re.I)
_AT_ONCE = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Given:
    """Rows to train on and to test with, before anything was looked at.

    Parameters
    ----------
    train : DataSpec
    test : DataSpec or None
        None where a part of `train` is to be tested with.
    name : str
        What people call the data.
    digest : str
        Sixteen hex digits of what the files hold.
    """

    train: DataSpec
    test: DataSpec | None
    name: str
    digest: str


def given(
    train: str | os.PathLike[str],
    test: str | os.PathLike[str] = "",
    *,
    task: str = "",
    name: str = "",
    columns: Sequence[str] = (),
    **named: str,
) -> Given:
    """Return the rows that two paths name, and how they are read.

    Parameters
    ----------
    train, test : path
        As for `kit.load_data`; without `test`, a part of `train` is tested with.
    task : {"", "classify", "choose", "answer"}
        Left empty, it is found out from the columns, as those are that nobody names.
    name : str, default ""
        Of the data; left empty, that of the file.
    columns : sequence of str
        That are kept with each row.
    named : str
        "text", "label", "choices" and "context": columns, "" where they are to be found out.

    Raises
    ------
    ParameterError, UnknownNameError, DataError
        There is no such file or column, or no task that its columns would serve.
    """
    if not os.fspath(train):
        raise ParameterError("train", train, allowed=_("the path of a file with rows to train on"))
    if task not in ("", *TASKS):
        raise ParameterError("task", task, allowed=", ".join(TASKS))
    source = absolute(os.fsdecode(train))
    spec = _reading(source, task, {role: column for role, column in named.items() if column}, tuple(columns))
    other = None if not os.fspath(test) else spec.replace(source=absolute(os.fsdecode(test)))
    digest = _digest([source] if other is None else [source, other.source])
    return Given(train=spec, test=other, name=name or _name(source), digest=digest)


def store_rows(name: str, rows: Sequence[Mapping[str, Any]]) -> Path:
    """Write the rows that a generator made, once, to a file that is named by what it holds, and return its path.

    Parameters
    ----------
    name : str
        Of the data and the part, such as "payments-train".
    rows : sequence of mapping
        Plain values by column.
    """
    text = "".join(json.dumps(dict(row), ensure_ascii=False) + "\n" for row in rows)
    path = home() / "verticals" / "data" / f"{name}-{hashlib.sha256(text.encode()).hexdigest()[:8]}.jsonl"
    if not path.exists():
        write_atomic(path, text)
    return path.absolute()


def _reading(source: str, task: str, named: dict[str, str], columns: tuple[str, ...]) -> DataSpec:
    """Return the spec that reads `source`; what nobody has named is taken from the likeliest way to read it."""
    from kit.data.look import look

    text, label = named.get("text", ""), named.get("label", "")
    seen = look(source, text, label, task or "classify")
    fits = [each for each in seen["proposals"] if each["task"] == task or (not task and each["task"] in TASKS)]
    found = next((each for each in fits if not (label and _is_written(each, label, seen["columns"]))), None)
    if found is None:
        raise _unreadable(source, seen)
    roles = {role: taken["column"] for role, taken in found["roles"].items()} | named
    if found["template"] and not text:
        roles["template"] = found["template"]
    return DataSpec(source=source, task=found["task"], columns=columns, **roles)  # type: ignore[arg-type]


def _is_written(found: Mapping[str, Any], label: str, columns: Sequence[Mapping[str, Any]]) -> bool:
    """Is this a way to give labels, where the column that was named holds answers that are written?"""
    held = next((column for column in columns if column["name"] == label), None)
    return found["task"] == "classify" and held is not None and held["distinct"] > FEW


def _unreadable(source: str, seen: Mapping[str, Any]) -> DataError:
    first = next(iter(seen["problems"]), None)
    if first is not None and not seen["columns"]:  # it cannot be read at all
        return DataError(first["message"], fix=first["fix"])
    problem = _("The columns of {source} serve none of these tasks: {tasks}.")
    return DataError(
        problem.format(source=Path(source).name, tasks=", ".join(TASKS)),
        fix=_("Name the task and its columns: task=…, text=…, label=…."),
    )


def _digest(paths: Sequence[str]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        if os.path.isfile(path):
            with open(path, "rb") as file:
                while piece := file.read(_AT_ONCE):
                    digest.update(piece)
        digest.update(b"\0")
    return digest.hexdigest()[:16]


def _name(source: str) -> str:
    """Return what people call a file: its name without ending and part."""
    stem = Path(source.replace("\\", "/").rstrip("/")).stem
    plain = re.sub(r"[^\w-]+", "-", _PART.sub("", stem)).strip("-").lower()
    return plain or "rows"
