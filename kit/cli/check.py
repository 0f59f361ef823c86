"""``tunebook check``: look at data before a model does, and print the report as a person reads it."""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections.abc import Iterator
from typing import Any

from kit.cli.report_text import as_text
from kit.data.look import look
from kit.data.read import absolute
from kit.data.spec import TASKS, DataSpec
from kit.errors import KitError
from kit.gate.registry import CHECKS
from kit.gate.spec import GateSpec, Thresholds
from kit.i18n import _
from kit.jobs import Run, run_here

_ROLES = ("text", "label", "choices", "context")


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "check",
        parents=[common],
        help=_("look at data before a model does"),
        description=_("Exit code: 0 the data can be used, 1 something has to be mended first, 2 it cannot be read."),
    )
    parser.add_argument("file", metavar=_("FILE"), help=_("a file, a folder, or the name of a bundled dataset"))
    parser.add_argument("--test", metavar=_("FILE"), help=_("test rows, which must not stand in the data"))
    parser.add_argument("--model", default="", metavar=_("NAME"), help=_("whose tokenizer counts (words are counted)"))
    parser.add_argument("--task", choices=TASKS, help=_("what is done with a row (proposed from the columns)"))
    for role in _ROLES:
        parser.add_argument(f"--{role}", metavar=_("COLUMN"), help=_("the column with it (proposed)"))
    parser.add_argument(
        "--checks",
        metavar=_("NAMES"),
        default="usual",
        help=_("usual, all, or some of {names}").format(names=", ".join(CHECKS)),
    )
    parser.add_argument(
        "--set",
        metavar=_("NAME=VALUE"),
        action="append",
        default=[],
        help=_("a threshold, such as max_length=512; may be given more than once"),
    )
    parser.add_argument("--rows", type=int, default=3, metavar="N", help=_("rows that are shown of each finding (3)"))
    parser.add_argument("--json", action="store_true", help=_("print everything as JSON"))
    parser.set_defaults(do=_check)


def _check(options: argparse.Namespace) -> int:
    data = _mapped(options)
    test = None if options.test is None else data.replace(source=absolute(options.test))
    given = {
        "model": options.model,
        "checks": tuple(filter(None, options.checks.split(","))),
        **_thresholds(options.set),
    }
    run = run_here(GateSpec.from_dict({"data": data, "test": test, **given}))
    if run.status.state == "stopped":
        return 130
    return _told(run, options)


def _told(run: Run, options: argparse.Namespace) -> int:
    result = run.result
    problems = run.folder / result.artifacts["problems"]
    if options.json:
        print(json.dumps({**result.to_dict(), "problems": str(problems)}, indent=1, ensure_ascii=False))
    else:
        print("\n".join(as_text(result, problems, rows=max(options.rows, 0))))
    return 1 if result.facts["verdict"] == "stop" else 0


def _mapped(options: argparse.Namespace) -> DataSpec:
    """Return the spec of the data: the columns that were named, the others as they are proposed.

    Raises
    ------
    KitError
        It cannot be read, or no column fits.
    """
    given = {role: getattr(options, role) for role in _ROLES if getattr(options, role) is not None}
    named = {role: given[role] for role in ("text", "label") if role in given}
    found = look(options.file, task=options.task or "", **named)
    if not found["proposals"] and not found["rows"]:
        problem = found["problems"][0]
        raise KitError(problem["message"], fix=problem["fix"])
    columns = {role: str(column) for role, column in found["proposed"].items() if column} | given
    return DataSpec(source=absolute(options.file), task=found["task"], template=found["template"], **columns)


def _thresholds(given: list[str]) -> dict[str, Any]:
    return dict(_threshold(text) for text in given)


def _threshold(text: str) -> tuple[str, Any]:
    """Return a threshold as a spec takes it: a number, a list of words, or a word."""
    name, _equals, value = text.partition("=")
    name = name.strip()
    kind = next((str(field.type) for field in dataclasses.fields(Thresholds) if field.name == name), "")
    if kind.startswith("tuple"):
        return name, tuple(part.strip() for part in value.split(",") if part.strip())
    return name, next(_numbers(value), value.strip())


def _numbers(value: str) -> Iterator[Any]:
    """Yield what a word is as a number, if it is one."""
    for kind in (int, float):
        try:
            yield kind(value)
        except ValueError:
            continue
