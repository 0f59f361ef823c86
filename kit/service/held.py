"""A model that is held by a process of its own, and its answers by HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import secrets
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from kit.engines.homes import TRANSFORMERS, home
from kit.errors import ModelNotFoundError, UnsupportedError
from kit.i18n import _
from kit.machine import this_machine
from kit.service.engine import DTYPES, LLAMA, OPENVINO, slots_of
from kit.service.line import Line
from kit.service.spec import ServiceSpec
from kit.warm import worker_environment

_SERVERS = {  # by where a method is at home
    LLAMA: "kit.service.llama_server",
    OPENVINO: "kit.service.batching",
    TRANSFORMERS: "kit.service.vllm_server",
}
_END_S = 5.0


@dataclass
class Held:
    """A model in memory.

    Parameters
    ----------
    name : str
        As visitors ask for it.
    url : str
        Of the server that answers, up to and including /v1.
    key : str
        What it wants to be told; "" where it wants nothing.
    identity : str
        Of its weights: two that answer differently have two.
    line : Line
        Who is answered next.
    process : asyncio.subprocess.Process, optional
        The server, where it is ours.
    source : tuple
        The state of its files when it was loaded.
    echoes : bool, default False
        Does it tell how likely the prompt was?
    used : float
        When it was asked last, by the clock of the event loop.
    """

    name: str
    url: str
    key: str
    identity: str
    line: Line
    process: asyncio.subprocess.Process | None = None
    source: tuple[tuple[str, int, int], ...] = ()
    echoes: bool = False
    used: float = 0.0

    @property
    def gone(self) -> bool:
        """Has the process ended?"""
        return self.process is not None and self.process.returncode is not None

    async def end(self) -> None:
        """End the process; returns when it is gone."""
        if self.process is None or self.gone:
            return
        assert self.process.stdin is not None
        self.process.stdin.close()
        try:
            await asyncio.wait_for(self.process.wait(), _END_S)
        except (TimeoutError, asyncio.CancelledError):
            _kill(self.process)
            await self.process.wait()


async def hold(name: str, path: Path, method: str, spec: ServiceSpec) -> Held:
    """Start a server with the model in `path`, and return when it answers.

    Parameters
    ----------
    path : Path
        A GGUF file, which llama.cpp's server holds, or a folder: of a graph, which ours over OpenVINO does, or of
        safetensors, which vLLM's does.
    method : str
        By which it is held.

    Raises
    ------
    UnsupportedError
        It cannot be held.
    """
    key, engine = secrets.token_urlsafe(24), home(method)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", server_of(method)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL if engine == LLAMA else None,  # llama.cpp writes every answer's timing
        env=worker_environment(),
        start_new_session=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    threads = spec.threads or this_machine().cores
    slots = slots_of(spec, method)
    asked = {"path": os.fspath(path), "slots": slots, "context": spec.context, "threads": threads, "key": key}
    asked |= {"name": name, "method": method, "dtype": DTYPES.get(method, "")}
    try:
        process.stdin.write((json.dumps(asked) + "\n").encode())
        await process.stdin.drain()
        said = json.loads(await process.stdout.readline() or b'{"error": "it ended"}')
    except BaseException:
        _kill(process)
        await process.wait()
        raise
    if "error" in said:
        await process.wait()
        problem = _("{name} cannot be held: {error}").format(name=name, error=said["error"])
        raise UnsupportedError(problem, fix=_("Ask for another method, such as {name}@gguf-f16.").format(name=name))
    line = Line(slots, per_visitor=spec.per_visitor, waiting=spec.waiting)
    return Held(name, f"{said['url']}/v1", key, identity_of(path, method, spec), line, process, echoes=engine != LLAMA)


def server_of(method: str) -> str:
    """Return the module that is the process of a model held by `method`."""
    return _SERVERS[home(method)]


def _kill(process: asyncio.subprocess.Process) -> None:
    """Kill a process that leads a session, and all that it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def identity_of(path: Path, method: str, spec: ServiceSpec) -> str:
    """Return what tells one model from another: the folder is named by its content, and the context cuts long texts."""
    decides = ("*.safetensors", "*.bin", "*.xml", "*.json", "*.jinja")
    files = sorted(file for kind in decides for file in path.glob(kind)) or [path]
    known = [(file.parent.name, file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in files]
    text = json.dumps([os.fspath(path.resolve()), known, method, spec.context])
    return hashlib.sha256(text.encode()).hexdigest()


class NotServed(ModelNotFoundError):
    """A model whose name may not be asked for here."""


def not_served(name: str, known: tuple[str, ...]) -> NotServed:
    """Return the error for a name that may not be asked for."""
    return NotServed(
        _("The model {name!r} is not served here.").format(name=name),
        fix=_("Ask for one of: {names}.").format(names=", ".join(known) or "…"),
    )
