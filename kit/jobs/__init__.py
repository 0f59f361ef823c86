"""Runs: a spec becomes a process, events and a result."""

from kit.jobs.run import Run, find_run, runs
from kit.jobs.start import run_here, start
from kit.jobs.state import Status

__all__ = ["Run", "Status", "find_run", "run_here", "runs", "start"]
