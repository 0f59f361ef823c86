"""``tunebook run``, ``resume`` and ``stop``: start work and watch it, go on with it, stop it."""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from typing import Any

from kit.errors import KitWarning
from kit.i18n import _
from kit.jobs import RESUMABLE, Run, find_run, start
from kit.jobs.terminal import ProgressLine, table
from kit.result import Result
from kit.spec import Spec, load_spec, needs_of

_EXIT_CODES = {"finished": 0, "stopped": 130}
_LOOK_S = 0.1


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands to the parser."""
    run = commands.add_parser("run", parents=[common], help=_("carry out what a JSON or YAML file says"))
    run.add_argument("spec", metavar=_("FILE"), help=_("a spec, as spec.to_json() or spec.to_yaml() writes it"))
    run.add_argument("--on", metavar=_("ADDRESS"), help=_("let workers of this Dask scheduler do it: tcp://host:port"))
    run.set_defaults(do=_run)
    resume = commands.add_parser("resume", parents=[common], help=_("go on with a run that stopped, failed or crashed"))
    resume.set_defaults(do=_resume)
    stop = commands.add_parser("stop", parents=[common], help=_("ask a run to stop; it keeps what it has"))
    stop.set_defaults(do=_stop)
    for parser in (run, resume):
        add_watching(parser)
    for parser in (resume, stop):
        parser.add_argument("id", metavar=_("ID"), help=_("a run's id, or its first or last letters"))


def add_watching(parser: argparse.ArgumentParser) -> None:
    """Add the options of a command that starts work."""
    parser.add_argument(
        "--now", action="store_true", help=_("begin without waiting for a turn, and though memory may be short")
    )
    parser.add_argument("--detach", action="store_true", help=_("print the run's id and return at once"))


def _run(options: argparse.Namespace) -> int:
    spec = _load(options.spec)
    if options.on:  # names, rows and room are those of other machines
        return watch(start(spec, now=options.now, on=options.on), options.detach)
    spec.look_ahead()  # what is wrong with names and rows is told before there is a run
    if not options.now:
        spec.check_room(needs_of(spec))
    return watch(start(spec, now=options.now), options.detach)


def _resume(options: argparse.Namespace) -> int:
    run = find_run(options.id)
    said = len(run.status.messages)
    return watch(run.resume(now=options.now), options.detach, said)


def _stop(options: argparse.Namespace) -> int:
    run = find_run(options.id)
    if run.status.over:
        print(_("{id} is over already: {state}").format(id=run.id, state=run.status.state))
        return 0
    run.stop()
    print(_("{id} was asked to stop; what is done is kept.").format(id=run.id))
    return 0


def _load(path: str) -> Spec:
    """Read a file; what was read otherwise than it was written is told in a line each."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", KitWarning)
        spec = load_spec(path)
    for each in told:
        if issubclass(each.category, KitWarning):
            print(f"{path}: {each.message}", file=sys.stderr)
        else:
            warnings.warn_explicit(each.message, each.category, each.filename, each.lineno)
    return spec


def watch(run: Run, detach: bool, said: int = 0) -> int:
    """Show a run until it is over, unless it is to be left to itself, and return the exit code."""
    print(run.id, flush=True)
    if detach:
        return 0
    line = ProgressLine()
    try:
        said = _follow(run, line, said)
    except KeyboardInterrupt:
        said = len(run.status.messages)
        run.stop()
        line.say(_("Stopping; what is done is kept. Ctrl+C again leaves it to itself."))
        line.say(_go_on(run))
        _follow(run, line, said)
    line.clear()
    return _tell_end(run)


def _follow(run: Run, line: ProgressLine, said: int) -> int:
    """Show the run until it is over, the first `said` sentences left out; return how many it has said."""
    while True:
        status = run.status
        for text in status.messages[said:]:
            line.say(text)
        said = len(status.messages)
        if status.over:
            return said
        line.show(status)
        time.sleep(_LOOK_S)


def _tell_end(run: Run) -> int:
    status = run.status
    print(f"{status}", file=sys.stderr)
    if (run.folder / "result.json").exists() and status.state != "failed":
        print(_numbers(run.result))
    print(run.folder)
    if status.state in RESUMABLE:
        print(_go_on(run), file=sys.stderr)
    return _EXIT_CODES.get(status.state, 1)


def _go_on(run: Run) -> str:
    return _("Go on with it later: tunebook resume {id}").format(id=run.id)


def _numbers(result: Result) -> str:
    rows = [(name, f"{value:.6g}") for name, value in sorted(result.metrics.items())]
    for part in result.parts:
        trial = _("trial {n}").format(n=part.facts["trial"]) if "trial" in part.facts else ""
        name = str(part.facts.get("variant") or part.facts.get("method") or trial)
        shown = ", ".join(f"{key}={value:.4g}" for key, value in list(part.metrics.items())[:6])
        rows.append((name, shown or str((part.error or {}).get("message", part.status))))
    return table(rows) if rows else str(result.status)
