"""Be the process of one run."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from kit.jobs.log_lines import LogLines
from kit.jobs.process import write_identity
from kit.jobs.work import work
from kit.place import patiently
from kit.report import Report


def main(folder: str, lock: int, now: bool) -> int:
    """Carry the run in `folder` out; `lock` is its lock, an open file that must stay open as long as this lives."""
    os.environ["TUNEBOOK_WORKER"] = "1"
    patiently(lambda: write_identity(Path(folder), os.getpid()), Report(Path(folder)))
    work(Path(folder), heard=LogLines(sys.stdout).hear, now=now, insists=now)
    return 0
