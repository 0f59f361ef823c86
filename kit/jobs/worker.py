"""Be the process of one run: ``python -m kit.jobs.worker FOLDER``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from kit.jobs.process import write_identity
from kit.jobs.work import work


def main(folder: str) -> None:
    """Be the worker process of the run in `folder`."""
    os.environ["TUNEBOOK_WORKER"] = "1"
    write_identity(Path(folder), os.getpid())
    work(Path(folder))


if __name__ == "__main__":
    main(sys.argv[1])
