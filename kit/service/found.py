"""The one service of this machine: found where it is, started where it is not there.

``TUNEBOOK_SERVICE_URL`` names another one, any that speaks OpenAI's protocol; its key stands in
``TUNEBOOK_SERVICE_KEY``.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Any

import httpx

from kit.engines.openai.address import check_address
from kit.errors import KitError
from kit.i18n import _
from kit.service.note import alone, log_place, note_place, read_note
from kit.service.spec import ServiceSpec

URL, KEY = "TUNEBOOK_SERVICE_URL", "TUNEBOOK_SERVICE_KEY"
_START_S = 60.0
_END_S = 15.0
_ANSWER_S = 5.0
_LOOK_S = 0.05
_LOG = 2**20  # bytes of what services have said that are kept


@dataclass(frozen=True)
class Found:
    """A service: its address up to and including /v1, and what it wants to be told.

    Parameters
    ----------
    ours : bool
        Is it the one of this machine, which loads models by name?
    """

    url: str
    token: str
    ours: bool = True
    pid: int | None = None

    @property
    def headers(self) -> dict[str, str]:
        """What a request must tell."""
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def healthy(self) -> bool:
        """Does it answer?"""
        return self.about() is not None

    def about(self) -> dict[str, Any] | None:
        """Return what it says of itself, None where it does not answer, or is another than the one we look for."""
        try:
            answer = httpx.get(
                self.url.removesuffix("/v1") + "/health", headers=self.headers, timeout=_ANSWER_S, trust_env=False
            )
            told = dict(answer.json()) if answer.status_code == 200 else None
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, TypeError):
            return None
        if told is not None and self.ours and (told.get("service"), told.get("pid")) != ("tunebook", self.pid):
            return None  # its port has gone to somebody else
        return told


def find() -> Found | None:
    """Return the service that answers: the one that the environment names, or this machine's; None without one.

    Raises
    ------
    ParameterError
        What the environment names is no address.
    """
    named = os.environ.get(URL, "").strip()
    if named:
        check_address(named, parameter=URL)
        return Found(named.rstrip("/"), os.environ.get(KEY, "").strip(), ours=False)
    found = _written()
    return found if found is not None and found.healthy() else None


def ensure(spec: ServiceSpec | None = None, *, load: tuple[str, ...] = ()) -> Found:
    """Return the service, started where there is none.

    Parameters
    ----------
    spec : ServiceSpec, optional
        Of one that is started; one that is there stays as it is.
    load : tuple of str
        Models that one that is started loads at once.

    Raises
    ------
    KitError
        It did not start.
    """
    found = find()
    if found is not None:
        return found
    with alone():
        found = find()  # another one was quicker
        return found if found is not None else _start(spec or ServiceSpec(), load)


def stop() -> bool:
    """End the service of this machine and wait until it is gone; returns whether there was one."""
    found = _written()
    if found is None or found.pid is None or not found.healthy():
        return False
    os.kill(found.pid, signal.SIGTERM)
    end = time.monotonic() + _END_S
    while time.monotonic() < end and (note_place().exists() or _runs(found.pid)):
        time.sleep(_LOOK_S)
    return True


def _runs(pid: int) -> bool:
    with contextlib.suppress(ChildProcessError, OSError):
        os.waitpid(pid, os.WNOHANG)  # where we started it, nobody else takes note of its end
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _written() -> Found | None:
    note = read_note()
    return Found(note.url, note.token, pid=note.pid) if note is not None else None


def _start(spec: ServiceSpec, load: tuple[str, ...]) -> Found:
    process = _process(load)
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError), process.stdin:
        process.stdin.write(spec.to_json().encode())
    end = time.monotonic() + _START_S
    while time.monotonic() < end:
        found = _written()
        if found is not None and found.pid == process.pid and found.healthy():
            return found
        if process.poll() is not None:
            break
        time.sleep(_LOOK_S)
    process.kill()
    process.wait()
    raise KitError(_("The model service did not start."), fix=_("{path} tells why.").format(path=log_place()))


def _process(load: tuple[str, ...]) -> subprocess.Popen[bytes]:
    place = log_place()
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.exists() and place.stat().st_size > _LOG:
        place.unlink()
    with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "kit.service", "--load", *load],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,  # it outlives us
        )
