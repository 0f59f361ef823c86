"""Runs: a spec becomes a process, events and a result."""

from kit.jobs.listing import LIVING, Listing, find_run, runs
from kit.jobs.run import Run
from kit.jobs.start import run_here, start
from kit.jobs.state import ENDED, Status
from kit.jobs.summary import Summary
from kit.jobs.trash import empty_trash, restore, trashed

__all__ = [
    "ENDED",
    "LIVING",
    "Listing",
    "Run",
    "Status",
    "Summary",
    "empty_trash",
    "find_run",
    "restore",
    "run_here",
    "runs",
    "start",
    "trashed",
]
