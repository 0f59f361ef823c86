"""The one service of this machine: where it is written down, and how it is started when it is not there.

``TUNEBOOK_SERVICE_URL`` names another one, any that speaks OpenAI's protocol; its key stands in
``TUNEBOOK_SERVICE_KEY``.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from kit.errors import KitError
from kit.i18n import _
from kit.place import home
from kit.service.spec import ServiceSpec

URL, KEY = "TUNEBOOK_SERVICE_URL", "TUNEBOOK_SERVICE_KEY"
_START_S = 60.0
_ANSWER_S = 5.0


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
        """Return what it says of itself, None where it does not answer."""
        try:
            answer = httpx.get(
                self.url.removesuffix("/v1") + "/health", headers=self.headers, timeout=_ANSWER_S, trust_env=False
            )
            return dict(answer.json()) if answer.status_code == 200 else None
        except (httpx.HTTPError, ValueError, TypeError):
            return None


def find() -> Found | None:
    """Return the service that answers: the one that the environment names, or this machine's; None without one."""
    named = os.environ.get(URL, "").strip()
    if named:
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
    with _alone():
        found = find()  # another one was quicker
        return found if found is not None else _start(spec or ServiceSpec(), load)


def stop() -> bool:
    """End the service of this machine; returns whether there was one."""
    found = _written()
    if found is None or found.pid is None or not found.healthy():
        return False
    os.kill(found.pid, signal.SIGTERM)
    for _turn in range(200):
        if not found.healthy():
            break
        time.sleep(0.05)
    return True


def note_place() -> Path:
    """Return the file that tells where the service is; only this user may read it."""
    return home() / "service.json"


def log_place() -> Path:
    """Return the file with what the service says."""
    return home() / "service.log"


def _written() -> Found | None:
    try:
        values = json.loads(note_place().read_text(encoding="utf-8"))
        return Found(values["url"], values["token"], pid=values["pid"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _start(spec: ServiceSpec, load: tuple[str, ...]) -> Found:
    with log_place().open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "kit.service", "--load", *load],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,  # it outlives us
        )
    assert process.stdin is not None
    with process.stdin:
        process.stdin.write(spec.to_json().encode())
    end = time.monotonic() + _START_S
    while time.monotonic() < end:
        found = _written()
        if found is not None and found.pid == process.pid and found.healthy():
            return found
        if process.poll() is not None:
            break
        time.sleep(0.05)
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    raise KitError(_("The model service did not start."), fix=_("{path} tells why.").format(path=log_place()))


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Let one process at a time start the service."""
    place = home()
    place.mkdir(parents=True, exist_ok=True)
    with (place / "service.lock").open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
