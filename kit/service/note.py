"""Where the service of this machine is written down, for this user alone."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kit.place import home, write_atomic


@dataclass(frozen=True)
class Note:
    """What the file says: the address up to and including /v1, the token, and the process."""

    url: str
    token: str
    pid: int


def note_place() -> Path:
    """Return the file that tells where the service is; only this user may read it."""
    return home() / "service.json"


def log_place() -> Path:
    """Return the file with what the service says."""
    return home() / "service.log"


def read_note() -> Note | None:
    """Return what is written down, whether or not it still holds; None where nothing that can be read is."""
    try:
        values = json.loads(note_place().read_text(encoding="utf-8"))
        note = Note(values["url"], values["token"], values["pid"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    whole = isinstance(note.url, str) and isinstance(note.token, str) and isinstance(note.pid, int)
    return note if whole and note.url.startswith("http://") and note.pid > 0 else None


def write_note(url: str, token: str) -> None:
    """Write down that this process is the service."""
    write_atomic(note_place(), json.dumps({"url": url, "token": token, "pid": os.getpid()}))
    note_place().chmod(0o600)


def forget() -> None:
    """Take our note away, unless another service has written its own."""
    note = read_note()
    if note is not None and note.pid == os.getpid():
        note_place().unlink(missing_ok=True)


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Let one process at a time start the service."""
    place = home()
    place.mkdir(parents=True, exist_ok=True)
    handle = os.open(place / "service.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "rb+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
