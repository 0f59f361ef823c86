"""``tunebook recommend``: which model to take for a task on this machine."""

from __future__ import annotations

import argparse
import json
import shutil
import textwrap
from typing import Any

from kit.choosing import recommend
from kit.choosing.limits import LIMITS
from kit.choosing.shown import MOST, as_text
from kit.errors import ParameterError
from kit.i18n import _


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "recommend", parents=[common], help=_("which model to take for a task on this machine, and why")
    )
    parser.add_argument(
        "--task", metavar=_("TASK"), help=_("classify, choose, answer, continue, chat, code or reasoning")
    )
    parser.add_argument("--data", metavar=_("DATA"), help=_("a bundled dataset or a file with rows of the task"))
    parser.add_argument(
        "--limit",
        metavar=_("NAME=VALUE"),
        action="append",
        default=[],
        help=_("may be given more than once: {names}").format(names=", ".join(LIMITS)),
    )
    parser.add_argument("--model", metavar=_("NAME"), action="append", help=_("choose among these only"))
    parser.add_argument("--method", metavar=_("NAME"), action="append", help=_("choose among these only"))
    parser.add_argument("--top", metavar=_("N"), type=int, default=MOST, help=_("show so many ({n})").format(n=MOST))
    parser.add_argument("--left-out", action="store_true", help=_("list what was left out, with the reasons"))
    parser.add_argument("--json", action="store_true", help=_("print everything as JSON"))
    parser.set_defaults(do=_recommend)


def _recommend(options: argparse.Namespace) -> int:
    limits = dict(map(_limit, options.limit))
    found = recommend(options.task, options.data, limits, options.model, options.method)
    if options.json:
        print(json.dumps(found.to_dict(), indent=1, ensure_ascii=False))
        return 0 if found else 1
    print(_wrapped(as_text(found, max(options.top, 1))))
    if options.left_out:
        print()
        for each in found.left_out:
            print(_wrapped(f"{each.model}{each.method and f', {each.method}'}: {each.reason}"))
    return 0 if found else 1


def _limit(text: str) -> tuple[str, Any]:
    name, given, value = text.partition("=")
    if not given or not value:
        raise ParameterError("--limit", text, allowed=_("a name and a value, such as tpot_s=0.1"))
    if value.lower() in ("true", "false"):
        return name.strip(), value.lower() == "true"
    if name.strip() == "languages":
        return name.strip(), [each.strip() for each in value.split(",") if each.strip()]
    try:
        return name.strip(), float(value)
    except ValueError:
        return name.strip(), value.strip()


def _wrapped(text: str) -> str:
    """Return text whose sentences are no wider than the terminal; tables are left as they are."""
    width = max(shutil.get_terminal_size().columns, 60)
    lines = []
    for line in text.splitlines():
        is_table = "  " in line.strip()
        indent = " " * (len(line) - len(line.lstrip()) + 3)
        lines += [line] if is_table or not line.strip() else textwrap.wrap(line, width, subsequent_indent=indent)
    return "\n".join(line for line in lines) if lines else text
