"""Make a model ready to be held, in a process of its own: what converts, merges and rounds must not stay in memory.

``python -m kit.service.ready``: reads one JSON line (model, method) from its standard input, writes one ({"path": …}
or {"error": …}) to its standard output, and ends early when its input does.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kit.engines.homes import TRANSFORMERS, home
from kit.engines.prepare import ready_folder
from kit.errors import KitError, ModelNotFoundError, ParameterError, UnknownNameError, UnsupportedError
from kit.models import locate
from kit.quantization.artefacts import artefact_place, made
from kit.quantization.load import check_fits, check_runs_here
from kit.quantization.registry import get_method
from kit.report import Report
from kit.service.engine import LLAMA
from kit.service.parent import leave_with_parent, listen
from kit.warm import worker_environment

_MADE = "made.json"
_DECIDES = (".safetensors", ".gguf", ".json", ".jinja")
_NOT_HERE = (ModelNotFoundError, ParameterError, UnknownNameError)


async def make_ready(model: str, method: str) -> Path:
    """Return what holds `model` by `method`: a GGUF file, or a folder; it is made where it is not there.

    Raises
    ------
    ModelNotFoundError
        The model is neither here nor to be had.
    KitError
        It cannot be held so; the message tells why.
    """
    here = await asyncio.to_thread(ready_here, model, method)
    return here if here is not None else await _in_a_child(model, method)


def ready_here(model: str, method: str) -> Path | None:
    """Return what holds `model` by `method` where nothing need be made; light.

    Raises
    ------
    KitError
        Such a model is not here.
    """
    check_runs_here(get_method(method))
    location = locate(model)  # what is not here is not fetched because a visitor asked for it
    if location.kind == "gguf" or location.adapter is not None:
        return None
    if home(method) == TRANSFORMERS:
        return location.path
    check_fits(get_method(method), location.path)
    place = artefact_place(location.path, get_method(method), None)
    return _held_in(place, method) if (place / _MADE).is_file() else None


def state_of(model: str) -> tuple[tuple[str, int, int], ...]:
    """Return what changes when somebody changes the files of `model`; () where it is not here."""
    try:
        location = locate(model)
        places = [location.path, *([location.adapter] if location.adapter else [])]
        files = [file for place in places for file in (sorted(place.iterdir()) if place.is_dir() else [place])]
        found = [(file, file.stat()) for file in files if file.suffix in _DECIDES]
    except (KitError, OSError):
        return ()
    return tuple((os.fspath(file), told.st_size, told.st_mtime_ns) for file, told in found)


def is_state(state: tuple[tuple[str, int, int], ...]) -> bool:
    """Are the files still as `state_of` found them? Quick: asked before every answer."""
    try:
        return all((told := os.stat(file)).st_size == size and told.st_mtime_ns == at for file, size, at in state)
    except OSError:
        return False


def make_here(model: str, method: str) -> Path:
    """Return what holds `model` by `method`, made in this process; an adapter is merged in."""
    report = Report(Path())
    entry = get_method(method)
    check_runs_here(entry)
    folder, _location = ready_folder(model, report)
    if home(method) == TRANSFORMERS:
        return folder
    check_fits(entry, folder)
    return _held_in(made(folder, entry, report), method)


def _held_in(folder: Path, method: str) -> Path:
    """Return what a server opens: llama.cpp's a file."""
    return next(iter(sorted(folder.glob("*.gguf")))) if home(method) == LLAMA else folder


async def _in_a_child(model: str, method: str) -> Path:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "kit.service.ready"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=worker_environment({"HF_HUB_OFFLINE": "1"}),
        start_new_session=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write((json.dumps({"model": model, "method": method}) + "\n").encode())
        said = json.loads(await process.stdout.readline() or b'{"error": {"kind": "end"}}')
        process.stdin.close()
        await process.wait()
    except BaseException:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        raise
    if "error" in said:
        raise _error_of(said["error"], process.returncode)
    return Path(said["path"])


def _error_of(said: Mapping[str, Any], code: int | None) -> KitError:
    problem, fix = str(said.get("problem") or f"exit code {code}"), str(said.get("fix", ""))
    if said.get("kind") == "missing":
        return ModelNotFoundError(problem, fix=fix)
    return UnsupportedError(problem, fix=fix)


def main() -> int:
    """Be the process."""
    asked, tell = listen()
    threading.Thread(target=leave_with_parent, args=(1,), daemon=True).start()
    try:
        said: dict[str, Any] = {"path": os.fspath(make_here(asked["model"], asked["method"]))}
    except _NOT_HERE as exc:
        said = {"error": {"kind": "missing", "problem": exc.problem, "fix": exc.fix}}
    except KitError as exc:
        said = {"error": {"kind": "other", "problem": exc.problem, "fix": exc.fix}}
    except Exception as exc:  # whatever a library says, the parent shall hear it
        said = {"error": {"kind": "other", "problem": f"{type(exc).__name__}: {exc}", "fix": ""}}
    tell(said)
    return 0


if __name__ == "__main__":
    sys.exit(main())
