"""``tunebook doctor``: what this machine is, how fast, what runs on it, and what would make the rest run."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from kit.cli.checkup import checkup, model_checkup
from kit.cli.findings import model_page, page
from kit.cli.selftest import try_out
from kit.errors import KitError
from kit.i18n import _
from kit.jobs.terminal import ProgressLine, TerminalReport
from kit.machine import Speed, known_speed, measure_speed
from kit.place import cache


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("doctor", parents=[common], help=_("look whether everything is in place"))
    parser.add_argument(
        "model", metavar=_("MODEL"), nargs="?", help=_("tell instead how this model would fit and answer here")
    )
    probe = parser.add_mutually_exclusive_group()
    probe.add_argument("--probe", action="store_true", help=_("measure the speed of this machine anew"))
    probe.add_argument("--no-probe", action="store_true", help=_("do not measure it, though it never was"))
    parser.add_argument("--all", action="store_true", help=_("list every package, not only those that are wrong"))
    parser.add_argument(
        "--self-test",
        metavar=_("METHOD"),
        nargs="*",
        help=_("hold a tiny model by each method that is ready, or by these, and see that it works"),
    )
    parser.add_argument("--json", action="store_true", help=_("print plain values for a program"))
    parser.set_defaults(do=_doctor)


def _doctor(options: argparse.Namespace) -> int:
    if options.self_test is not None:
        return try_out(options.self_test, json_wanted=options.json)
    speed = _speed(options)
    if options.model:
        return _model(options, speed)
    found = checkup(speed)
    if options.json:
        print(json.dumps(found, indent=1, ensure_ascii=False))
        return 1 if found["wrong"] else 0
    print(page(found, speed, everything=options.all))
    for wrong in found["wrong"]:
        print(f"{wrong['reason']}: {wrong['command']}", file=sys.stderr)
    return 1 if found["wrong"] else 0


def _model(options: argparse.Namespace, speed: Speed | None) -> int:
    found = model_checkup(options.model, speed)
    print(json.dumps(found, indent=1, ensure_ascii=False) if options.json else model_page(found))
    return 0 if any(each["ready"] and each["state"] != "no" for each in found) else 1


def _speed(options: argparse.Namespace) -> Speed | None:
    known = None if options.probe else known_speed()
    if known is not None or options.no_probe:
        return known
    line = ProgressLine()
    try:
        return measure_speed(report=TerminalReport(cache(), line))
    except KitError as exc:  # told, and the rest is looked at all the same
        line.clear()
        print(f"{exc.problem} {exc.fix}", file=sys.stderr)
        return None
    finally:
        line.clear()
