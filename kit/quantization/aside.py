"""Make something in a process of its own: its memory is given back, what it prints is kept back, and it can be stopped.

Libraries that convert and round whole models need several times their size, and tell their developers how far they
are. A fresh interpreter does it, whose output is shown only where it fails.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
import tempfile
import threading
from typing import IO, Any

from kit.engines.openvino.quiet import keep_quiet
from kit.i18n import _
from kit.report import Report
from kit.warm import Call, Process, start_call, worker_environment

_LOOK_S = 0.2
_TAIL = 20_000  # characters of what it printed that are worth reading
_REASON = 300  # characters of its last line

# No library that is used aside may call its makers; NNCF and OpenVINO look whether these are set.
_QUIET = {"NNCF_CI": "1", "CI": "true", "HF_HUB_OFFLINE": "1", "TQDM_DISABLE": "1"}


def make_aside(function: str, arguments: tuple[Any, ...], report: Report) -> None:
    """Call `function` in a fresh interpreter and wait until it is done.

    Parameters
    ----------
    function : str
        "package.module:name"; what it returns is not looked at.
    arguments : tuple
        Plain values.
    report : Report
        May ask to stop.

    Raises
    ------
    Stopped
        Somebody asked to stop; the process is gone.
    RuntimeError
        It failed; the last line that it printed is the message, all of it goes to standard error.
    """
    inner, lifeline = os.pipe()
    with tempfile.TemporaryFile() as said:
        call = Call(
            "kit.quantization.aside:main",
            (function, *arguments),
            worker_environment(_QUIET),
            os.getcwd(),
            streams=(0, 1, 1),
        )
        try:
            process = start_call(call, [inner, said.fileno()], warm=False)
        finally:
            os.close(inner)
        try:
            while not process.wait(_LOOK_S):
                report.check()
        finally:
            os.close(lifeline)
            _end(process)
        if process.returncode:
            raise RuntimeError(_reason(said, process))


def _end(process: Process) -> None:
    if process.returncode is None:
        process.send_signal(signal.SIGKILL)
        process.wait()


def _reason(said: IO[bytes], process: Process) -> str:
    """Show what was printed, and return the last line of it, or how the process ended."""
    size = said.seek(0, os.SEEK_END)
    said.seek(max(size - _TAIL, 0))
    text = said.read().decode(errors="replace").strip()
    sys.stderr.write(text + "\n")
    code = process.returncode or 0
    if code < 0:
        return _("The process was ended by {signal}.").format(signal=signal.Signals(-code).name)
    return text.splitlines()[-1][:_REASON] if text else _("The process ended with code {code}.").format(code=code)


def main(function: str, *arguments: Any) -> None:
    """Be the process: leave with whoever asked, call nobody, and do it."""
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    keep_quiet()
    module, _colon, name = function.partition(":")
    getattr(importlib.import_module(module), name)(*arguments)


def _leave_with_parent() -> None:
    while os.read(0, 4096):
        continue
    os._exit(1)
