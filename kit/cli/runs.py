"""``tunebook run``, ``runs``, ``stop`` and ``log``: start work, look at it, stop it."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import time
from typing import Any

from kit.i18n import _
from kit.jobs import ENDED, LIVING, Run, find_run, runs, start
from kit.jobs.terminal import ProgressLine, table
from kit.result import Result
from kit.spec import load_spec

_EXIT_CODES = {"finished": 0, "stopped": 130}


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands to the parser."""
    run = commands.add_parser("run", parents=[common], help=_("carry out what a JSON or YAML file says"))
    run.add_argument("spec", metavar=_("FILE"), help=_("a spec, as spec.to_json() or spec.to_yaml() writes it"))
    run.add_argument("--detach", action="store_true", help=_("print the run's id and return at once"))
    run.set_defaults(do=_run)
    listing = commands.add_parser("runs", parents=[common], help=_("list runs, newest first"))
    listing.add_argument("-n", type=int, default=20, metavar=_("COUNT"), help=_("at most so many (20)"))
    states = ("living", *LIVING, *ENDED)
    listing.add_argument("--state", choices=states, help=_("only those in this state; living: not over"))
    listing.add_argument("--kind", metavar=_("KIND"), help=_("only this kind of work: tune, sweep, evaluate, …"))
    listing.add_argument("--json", action="store_true", help=_("one JSON object a line, with all that is known"))
    listing.set_defaults(do=_list)
    stop = commands.add_parser("stop", parents=[common], help=_("ask a run to stop; it keeps what it has"))
    stop.set_defaults(do=_stop)
    log = commands.add_parser("log", parents=[common], help=_("print what a run's process printed"))
    log.add_argument("-f", "--follow", action="store_true", help=_("go on until the run is over"))
    log.set_defaults(do=_log)
    for parser in (stop, log):
        parser.add_argument("id", metavar=_("ID"), help=_("a run's id, or its first or last letters"))


def _run(options: argparse.Namespace) -> int:
    spec = load_spec(options.spec)
    run = start(spec)
    print(run.id, flush=True)
    if options.detach:
        return 0
    line = ProgressLine()
    try:
        _follow(run, line)
    except KeyboardInterrupt:
        run.stop()
        line.say(_("Stopping; what is done is kept. Ctrl+C again leaves it to itself."))
        _follow(run, line, since=len(run.status.messages))
    line.clear()
    return _tell_end(run)


def _follow(run: Run, line: ProgressLine, since: int = 0) -> None:
    """Show the run until it is over, the sentences it said before `since` left out."""
    said = since
    while True:
        status = run.status
        for text in status.messages[said:]:
            line.say(text)
        said = len(status.messages)
        if status.over:
            return
        line.show(status)
        time.sleep(0.1)


def _tell_end(run: Run) -> int:
    status = run.status
    print(f"{status}", file=sys.stderr)
    if (run.folder / "result.json").exists() and status.state != "failed":
        print(_numbers(run.result))
    print(run.folder)
    return _EXIT_CODES.get(status.state, 1)


def _numbers(result: Result) -> str:
    rows = [(name, f"{value:.6g}") for name, value in sorted(result.metrics.items())]
    for part in result.parts:
        name = str(part.facts.get("name", part.spec.get("method", "")))
        shown = ", ".join(f"{key}={value:.4g}" for key, value in list(part.metrics.items())[:6])
        rows.append((name, shown or str((part.error or {}).get("message", part.status))))
    return table(rows) if rows else str(result.status)


def _list(options: argparse.Namespace) -> int:
    found = runs(state=options.state, kind=options.kind)[: max(options.n, 0)]
    if options.json:
        for run in found:
            print(json.dumps(dataclasses.asdict(run.summary)))
        return 0
    if not found:
        some = options.state or options.kind
        print(_("No run answers to this.") if some else _("There are no runs yet."), file=sys.stderr)
        return 0
    print(table([(run.id, str(run.status)) for run in found]))
    return 0


def _stop(options: argparse.Namespace) -> int:
    run = find_run(options.id)
    if run.status.over:
        print(_("{id} is over already: {state}").format(id=run.id, state=run.status.state))
        return 0
    run.stop()
    print(_("{id} was asked to stop; what is done is kept.").format(id=run.id))
    return 0


def _log(options: argparse.Namespace) -> int:
    run = find_run(options.id)
    printed = 0
    while True:
        over = run.status.over  # asked before the log is read: the last lines are never missed
        text = run.log
        sys.stdout.write(text[printed:])
        sys.stdout.flush()
        printed = len(text)
        if over or not options.follow:
            return 0
        time.sleep(0.2)
