"""Have a run mirrored into MLflow, when the environment names a server."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from kit.warm import Call, start_call, worker_environment

VARIABLE = "MLFLOW_TRACKING_URI"
_MIRROR = "kit.tracking.mirror:main"  # by name: runs know no room above them


def start_mirror(folder: Path) -> None:
    """Start the process that mirrors the run in `folder`, if ``MLFLOW_TRACKING_URI`` is set; it ends by itself.

    A mirror that cannot be started costs the run nothing.
    """
    if os.environ.get(VARIABLE, "").strip():
        call = Call(_MIRROR, ([str(folder)],), worker_environment(), str(folder), streams=(None, None, 0))
        with contextlib.suppress(OSError), open(folder / "log.txt", "ab") as log:
            start_call(call, [log.fileno()], warm=False).forget()  # it loads other libraries than the work does
