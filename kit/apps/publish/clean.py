"""Run a notebook as a visitor's kernel would: fresh, in a folder that holds nothing but the bundle."""

from __future__ import annotations

import asyncio
import json
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kit.apps.publish.finding import Finding
from kit.errors import Stopped
from kit.i18n import _
from kit.report import Report

_LOOK_S = 0.2
_SHOWN = re.compile(r"^tunebook-shown (.+)$", re.M)
# What panels and variables show, so that it can come along; looked for where the notebook cannot see it.
_ASK = """
def _tunebook_shown():
    import json
    import kit
    from kit.verticals.asked import Asked
    held = list(globals().values())
    held += [inner for value in held if isinstance(value, (list, tuple)) for inner in value]
    for value in held:
        run = value if isinstance(value, kit.Run) else getattr(getattr(value, "desk", None), "run", None)
        ids, files = value.behind() if isinstance(value, Asked) else ([], [])
        ids = [run.id] if isinstance(run, kit.Run) else ids
        if ids or files:
            print("tunebook-shown", json.dumps({"runs": ids, "files": [str(path) for path in files]}))
try:
    _tunebook_shown()
except Exception:
    pass
"""


@dataclass(frozen=True)
class Shown:
    """What a notebook shows that lies elsewhere: ids of runs, and files of the home, such as the outcome of a case."""

    runs: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()


def run_clean(path: Path, report: Report, *, timeout_s: float) -> tuple[list[Finding], Shown]:
    """Run every cell of the notebook at `path` in a kernel of its own.

    Parameters
    ----------
    path : Path
        The notebook; its folder becomes the working folder. The file is not changed.
    report : Report
        Told after each cell; may ask to stop.
    timeout_s : float, seconds
        The longest that one cell may take.

    Returns
    -------
    list of Finding
        What kept it from coming to its end, or nothing.
    Shown
        What its panels and variables show.

    Raises
    ------
    Stopped
        The report asked to stop; the kernel is gone.
    """
    with tempfile.TemporaryDirectory(prefix="tunebook-clean-") as settings:
        # No start-up files and no history of this account; and known to notebooks as an app that people look at.
        environment = {**os.environ, "IPYTHONDIR": settings, "SERVER_SOFTWARE": "voila", "MPLBACKEND": "agg"}
        return asyncio.run(_run(path, report, timeout_s, environment))


async def _run(
    path: Path, report: Report, timeout_s: float, environment: dict[str, str]
) -> tuple[list[Finding], Shown]:
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        config=_encrypted(),
        timeout=int(timeout_s),
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
    )
    async with client.async_setup_kernel(env=environment, cwd=str(path.parent)):
        for place, cell in enumerate(notebook.cells):
            report.progress("running cells", place, len(notebook.cells), "cells")
            try:
                await _until_done(client.async_execute_cell(cell, place), report)
            except CellExecutionError as exc:
                return [_failed(place, f"{exc.ename}: {exc.evalue}")], Shown()
            except CellTimeoutError:
                return [_failed(place, _("it took more than {n:.0f} s").format(n=timeout_s))], Shown()
            except DeadKernelError:
                return [_failed(place, _("its kernel died, most often for lack of memory"))], Shown()
        report.progress("running cells", len(notebook.cells), len(notebook.cells), "cells")
        asked = nbformat.v4.new_code_cell(_ASK)
        notebook.cells.append(asked)
        await _until_done(client.async_execute_cell(asked, len(notebook.cells) - 1), report)
    return [], _shown("".join(str(output.get("text", "")) for output in asked.outputs))


def _shown(said: str) -> Shown:
    each = [json.loads(line) for line in _SHOWN.findall(said)]
    runs, files = ([value for one in each for value in one[name]] for name in ("runs", "files"))
    return Shown(tuple(dict.fromkeys(runs)), tuple(map(Path, dict.fromkeys(files))))


def _encrypted() -> Any:
    """Return settings under which nobody else on the machine can read along, where Jupyter is new enough for that."""
    import zmq
    from jupyter_client.manager import KernelManager
    from traitlets.config import Config

    able = zmq.has("curve") and hasattr(KernelManager, "transport_encryption")
    return Config({"KernelManager": {"transport_encryption": "auto"}}) if able else Config()


async def _until_done(work: Any, report: Report) -> None:
    task = asyncio.ensure_future(work)
    while not task.done():
        await asyncio.wait({task}, timeout=_LOOK_S)
        if report.stop_asked() and not task.done():
            task.cancel()
            await asyncio.wait({task})
            if not task.cancelled():
                task.exception()  # how it ended does not matter any more
            raise Stopped
    task.result()


def _failed(place: int, why: str) -> Finding:
    short = " ".join(why.split())
    return Finding(
        check="runs",
        message=_("It stops here: {why}.").format(why=(short if len(short) < 300 else short[:300] + "…").rstrip(".")),
        fix=_("Restart the kernel, run all cells, and correct what fails; then publish again."),
        cell=place + 1,
    )
