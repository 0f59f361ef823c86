"""``tunebook runs``, ``queue`` and ``log``: what is going on, what waits, what was printed."""

from __future__ import annotations

import argparse
import codecs
import dataclasses
import json
import shutil
import sys
import time
from typing import Any

from kit.errors import ParameterError
from kit.i18n import _
from kit.jobs import ENDED, LIVING, Run, begin_now, find_run, move, queue, runs
from kit.jobs.bar import count_words, left_words, memory_words, throughput_words
from kit.jobs.terminal import table
from kit.words import duration, memory

_LOOK_S = 0.2
_CHUNK = 1 << 16
_LEAST_WORDS = 30  # of a cause, however narrow the terminal is


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands to the parser."""
    listing = commands.add_parser("runs", parents=[common], help=_("list runs, newest first"))
    listing.add_argument("-n", type=int, default=20, metavar=_("COUNT"), help=_("at most so many (20)"))
    states = ("living", *LIVING, *ENDED)
    listing.add_argument("--state", choices=states, help=_("only those in this state; living: not over"))
    listing.add_argument("--kind", metavar=_("KIND"), help=_("only this kind of work: tune, sweep, evaluate, …"))
    listing.add_argument("--json", action="store_true", help=_("one JSON object a line, with all that is known"))
    listing.set_defaults(do=_list)
    _add_queue(commands, common)
    log = commands.add_parser("log", parents=[common], help=_("print what a run's process printed"))
    log.add_argument("-f", "--follow", action="store_true", help=_("go on until the run is over"))
    log.add_argument("id", metavar=_("ID"), help=_("a run's id, or its first or last letters"))
    log.set_defaults(do=_log)


def _add_queue(commands: Any, common: argparse.ArgumentParser) -> None:
    parser = commands.add_parser("queue", parents=[common], help=_("list runs that wait for their turn, or change it"))
    parser.set_defaults(do=_queue)
    changes = parser.add_subparsers(metavar=_("CHANGE"))
    to = changes.add_parser("move", parents=[common], help=_("give a waiting run another place"))
    now = changes.add_parser("now", parents=[common], help=_("let a waiting run begin without its turn"))
    for each in (to, now):
        each.add_argument("id", metavar=_("ID"), help=_("a run's id, or its first or last letters"))
    to.add_argument("place", type=int, metavar=_("PLACE"), help=_("1 is next"))
    to.set_defaults(do=_move)
    now.set_defaults(do=_now)


def _list(options: argparse.Namespace) -> int:
    found = runs(state=options.state, kind=options.kind)[: max(options.n, 0)]
    if options.json:
        for run in found:
            print(json.dumps({**dataclasses.asdict(run.summary), "eta_s": run.status.eta_s}))
        return 0
    if not found:
        some = options.state or options.kind
        print(_("No run answers to this.") if some else _("There are no runs yet."), file=sys.stderr)
        return 0
    head = (_("ID"), _("KIND"), _("STATE"), _("PROGRESS"), _("SPEED"), _("MEMORY"), _("TIME"), _("CAUSE"))
    print(_fitted([head, *map(_row, found)]))
    return 0


def _row(run: Run) -> tuple[str, ...]:
    status = run.status
    if status.over:
        took = "" if status.elapsed_s is None else _("took {time}").format(time=duration(status.elapsed_s))
        most = status.memory_peak_mib
        held = "" if most is None else _("peak {memory}").format(memory=memory(most))
        return run.id, run.summary.kind, status.state, "", "", held, took, status.cause
    progress = "" if status.state == "queued" else " ".join(filter(None, (status.phase, count_words(status))))
    work = throughput_words(status), memory_words(status), left_words(status)
    return run.id, run.summary.kind, status.state, progress, *work, status.cause


def _fitted(rows: list[tuple[str, ...]]) -> str:
    """Return a table without empty columns, its last one shortened to the width of the terminal."""
    filled = [column for column in zip(*rows, strict=True) if any(column[1:])]
    *columns, last = filled
    taken = sum(max(map(len, column)) + 2 for column in columns)
    width = shutil.get_terminal_size((120, 24)).columns if sys.stdout.isatty() else 120
    room = max(width - taken, _LEAST_WORDS)
    short = [" ".join(text.split()) for text in last]
    short = [text if len(text) <= room else text[: room - 1] + "…" for text in short]
    return table(list(zip(*columns, short, strict=True)))


def _queue(options: argparse.Namespace) -> int:
    waiting = queue()
    if not waiting:
        print(_("Nothing waits."), file=sys.stderr)
        return 0
    rows = [(str(place), run.id, run.status.cause) for place, run in enumerate(waiting, 1)]
    print(_fitted([(_("PLACE"), _("ID"), _("WAITS FOR")), *rows]))
    return 0


def _move(options: argparse.Namespace) -> int:
    if options.place < 1:
        raise ParameterError("PLACE", options.place, allowed=_("a whole number from 1, which is the next one"))
    move(find_run(options.id), options.place - 1)
    return _queue(options)


def _now(options: argparse.Namespace) -> int:
    run = find_run(options.id)
    begin_now(run)
    print(_("{id} begins without its turn.").format(id=run.id))
    return 0


def _log(options: argparse.Namespace) -> int:
    run = find_run(options.id)
    decoder = codecs.getincrementaldecoder("utf-8")("replace")  # a character may be half-written
    offset = 0
    while True:
        over = run.status.over  # asked before the log is read: the last lines are never missed
        offset = _print_from(run, offset, decoder)
        if over or not options.follow:
            sys.stdout.write(decoder.decode(b"", True))
            sys.stdout.flush()
            return 0
        time.sleep(_LOOK_S)


def _print_from(run: Run, offset: int, decoder: codecs.IncrementalDecoder) -> int:
    """Print what the log has beyond `offset` bytes, and return how long it is now."""
    try:
        with open(run.folder / "log.txt", "rb") as file:
            file.seek(offset)
            while data := file.read(_CHUNK):
                sys.stdout.write(decoder.decode(data))
            sys.stdout.flush()
            return file.tell()
    except FileNotFoundError:  # its process is about to begin
        return offset
