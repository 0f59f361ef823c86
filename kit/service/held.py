"""A model that is held by a process of its own, and its answers by HTTP."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path

from kit.errors import KitError, UnsupportedError
from kit.i18n import _
from kit.machine import this_machine
from kit.service.line import Line
from kit.service.spec import ServiceSpec
from kit.warm import worker_environment

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
    used : float
        When it was asked last, by the clock of the event loop.
    """

    name: str
    url: str
    key: str
    identity: str
    line: Line
    process: asyncio.subprocess.Process | None = None
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
        except TimeoutError:
            self.process.kill()
            await self.process.wait()


async def hold_gguf(name: str, path: Path, spec: ServiceSpec) -> Held:
    """Start llama.cpp's server with the model in `path`, and return when it answers.

    Raises
    ------
    UnsupportedError
        llama.cpp cannot hold it.
    """
    key = secrets.token_urlsafe(24)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "kit.service.llama_server"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,  # it writes every answer's timing
        env=worker_environment(),
        start_new_session=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    threads = spec.threads or this_machine().cores
    asked = {"path": os.fspath(path), "slots": spec.slots, "context": spec.context, "threads": threads, "key": key}
    try:
        process.stdin.write((json.dumps(asked) + "\n").encode())
        await process.stdin.drain()
        said = json.loads(await process.stdout.readline() or b'{"error": "it ended"}')
    except BaseException:
        process.kill()
        await process.wait()
        raise
    if "error" in said:
        await process.wait()
        problem = _("llama.cpp cannot hold {name}: {error}").format(name=name, error=said["error"])
        raise UnsupportedError(problem, fix=_("Ask for another method, such as {name}@gguf-f16.").format(name=name))
    line = Line(spec.slots, per_visitor=spec.per_visitor, waiting=spec.waiting)
    return Held(name, f"{said['url']}/v1", key, identity_of(path, spec), line, process)


def identity_of(path: Path, spec: ServiceSpec) -> str:
    """Return what tells one model from another: the folder is named by its content, and the context cuts long texts."""
    found = path.stat()
    text = f"{path.parent.name}:{path.name}:{found.st_size}:{found.st_mtime_ns}:{spec.context}"
    return hashlib.sha256(text.encode()).hexdigest()


def no_such_model(name: str, known: tuple[str, ...]) -> KitError:
    """Return the error for a name that may not be asked for."""
    return KitError(
        _("The model {name!r} is not served here.").format(name=name),
        fix=_("Ask for one of: {names}.").format(names=", ".join(known) or "…"),
    )
