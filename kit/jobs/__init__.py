"""Runs: a spec becomes a process, events and a result."""

from kit.jobs.allowed import READ_ONLY, read_only
from kit.jobs.listing import LIVING, Listing, find_run, runs
from kit.jobs.run import Run
from kit.jobs.start import resume, run_here, start
from kit.jobs.state import ENDED, RESUMABLE, Status
from kit.jobs.summary import Summary
from kit.jobs.trash import empty_trash, restore, trashed
from kit.jobs.turns import begin_now, move, queue

__all__ = [
    "ENDED",
    "LIVING",
    "READ_ONLY",
    "RESUMABLE",
    "Listing",
    "Run",
    "Status",
    "Summary",
    "begin_now",
    "empty_trash",
    "find_run",
    "move",
    "queue",
    "read_only",
    "restore",
    "resume",
    "run_here",
    "runs",
    "start",
    "trashed",
]
