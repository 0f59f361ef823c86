"""Mirror one run into MLflow while it goes on: ``python -m kit.tracking.mirror RUN_FOLDER [--patience SECONDS]``.

A process of its own, so that training never waits for a slow server. It follows the event log, tells MLflow once a
second what is new, brings the files at the end, and ends by itself. A server that does not answer is tried again after
growing pauses, and given up some minutes after the run is over; ``mirror.txt`` in the run's folder then says why.
Started again it goes on where it was, in the same MLflow run.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import time
import traceback
from pathlib import Path

from kit.errors import KitError
from kit.i18n import _
from kit.jobs import Run
from kit.models.store import VARIABLE, StoreUnavailable, speaking
from kit.tracking.follow import follow, only_one

_TROUBLE = "mirror.txt"
_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 30.0
_PATIENCE_S = 300.0
_NICE = 10  # the work has the processor first


def mirror(folder: Path, uri: str, *, patience_s: float = _PATIENCE_S) -> None:
    """Mirror the run in `folder` until it is over and all is told, unless another process does already.

    Parameters
    ----------
    patience_s : float, default 300, seconds
        How long after the end of the run a server is tried that does not answer.
    """
    while True:
        with only_one(folder) as mine:
            if not mine:
                return
            refused = not _mirror(Run(folder), uri, patience_s)
        # Resumed before the lock was free: the mirror that its worker started has found it taken and left.
        if refused or Run(folder).status.over:
            return


def _mirror(run: Run, uri: str, patience_s: float) -> bool:
    """Mirror `run` to its end or until patience is; returns False where more patience would not help."""
    pause, over_at = _PAUSE_S, None
    while True:
        began = time.monotonic()
        try:
            with speaking(uri) as client:
                follow(client, run, uri)
            _clear(run.folder)
            return True
        except StoreUnavailable as exc:
            now = time.monotonic()
            over_at = (over_at or now) if run.status.over else None
            if over_at is not None and now - over_at >= patience_s:
                _say(run.folder, _("Given up: {problem}").format(problem=exc), again=True)
                return True
            _say(run.folder, _("Trying again: {problem}").format(problem=exc), again=False)
            pause = _PAUSE_S if now - began > 10 * _PAUSE_S + pause else min(2 * pause, _LONGEST_PAUSE_S)
            time.sleep(min(pause, patience_s))
        except KitError as exc:
            _say(run.folder, _("Given up: {problem}").format(problem=exc), again=True)
            return False


def _say(folder: Path, text: str, *, again: bool) -> None:
    lines = [text]
    if again:
        command = f"{sys.executable} -m kit.tracking.mirror {folder}"
        lines.append(_("The run itself is whole. To send it later: {command}").format(command=command))
    with contextlib.suppress(OSError):
        if (folder / "about.json").exists():
            (folder / _TROUBLE).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _clear(folder: Path) -> None:
    with contextlib.suppress(OSError):
        (folder / _TROUBLE).unlink(missing_ok=True)


def main(arguments: list[str] | None = None) -> int:
    """Be the mirror of one run; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m kit.tracking.mirror", description=__doc__)
    parser.add_argument("folder", type=Path, help=_("of the run"))
    parser.add_argument("--patience", type=float, default=_PATIENCE_S, help=_("seconds, for a server that is away"))
    options = parser.parse_args(arguments)
    uri = os.environ.get(VARIABLE, "").strip()
    if not uri or not (options.folder / "about.json").is_file():
        problem = _("{variable} is not set.").format(variable=VARIABLE) if not uri else _("This is no run.")
        parser.exit(2, f"{problem}\n")
    # MLflow loads both when they are there, and nothing here needs them: a third of its start, half of its memory.
    sys.modules.update({"pandas": None, "pyarrow": None})  # type: ignore[dict-item]
    with contextlib.suppress(OSError):
        os.nice(_NICE)
    folder = options.folder.absolute()
    with contextlib.suppress(OSError, KeyError, TypeError):
        os.chdir(Run(folder).about["cwd"])  # where a name such as sqlite:///mlflow.db was written
    try:
        mirror(folder, uri, patience_s=options.patience)
    except Exception:
        _say(folder, traceback.format_exc(), again=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
