"""What a fresh process is to call, and how it is told."""

from __future__ import annotations

import dataclasses
import importlib
import json
import os
import socket
import struct
from dataclasses import dataclass
from typing import Any

_LENGTH = struct.Struct("!I")


@dataclass(frozen=True)
class Call:
    """One function to be called in a process of its own.

    Parameters
    ----------
    function : str
        "package.module:name"; what it returns is the exit code (None: 0).
    arguments : tuple
        Plain values; ``{"fd": i}`` stands for the number of the i-th file that is handed over.
    environment : dict of str to str
        The whole environment of the process.
    folder : str
        Its working folder.
    preload : tuple of str, default ()
        Modules that it will need, imported before it is there where that is possible.
    note : str, default ""
        The file in which an end by a signal or an error is written down; "": none.
    streams : tuple of int or None, default (None, None, None)
        Which of the files that are handed over become standard input, output and error; None: ``/dev/null``.
    """

    function: str
    arguments: tuple[Any, ...]
    environment: dict[str, str]
    folder: str
    preload: tuple[str, ...] = ()
    note: str = ""
    streams: tuple[int | None, int | None, int | None] = (None, None, None)

    def to_json(self) -> str:
        """Return the call as JSON."""
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Call:
        """Make a call from what `to_json` returned."""
        values = json.loads(text)
        for name in ("arguments", "preload", "streams"):
            values[name] = tuple(values[name])
        return cls(**values)

    def carry_out(self, files: list[int]) -> int:
        """Do it in this process, whose handed-over files are `files`, and return the exit code."""
        module, _colon, name = self.function.partition(":")
        found = getattr(importlib.import_module(module), name)
        arguments = [files[each["fd"]] if isinstance(each, dict) else each for each in self.arguments]
        return int(found(*arguments) or 0)

    def redirect(self, files: list[int]) -> None:
        """Make the handed-over files the standard streams of this process."""
        null = os.open(os.devnull, os.O_RDWR)
        for stream, place in enumerate(self.streams):
            os.dup2(null if place is None else files[place], stream)
        os.close(null)


def send_call(connection: socket.socket, call: Call, files: list[int]) -> None:
    """Send `call` with the files that it needs."""
    body = call.to_json().encode()
    socket.send_fds(connection, [_LENGTH.pack(len(body))], files)
    connection.sendall(body)


def receive_call(connection: socket.socket) -> tuple[Call, list[int]]:
    """Receive what `send_call` sent.

    Raises
    ------
    EOFError
        The sender went away in the middle of it.
    """
    head, files, _flags, _address = socket.recv_fds(connection, _LENGTH.size, 16)
    for file in files:
        os.set_inheritable(file, False)
    try:
        if len(head) < _LENGTH.size:
            raise EOFError
        return Call.from_json(_exactly(connection, _LENGTH.unpack(head)[0]).decode()), files
    except (OSError, EOFError, ValueError):
        for file in files:
            os.close(file)
        raise


def _exactly(connection: socket.socket, size: int) -> bytes:
    parts = []
    while size:
        part = connection.recv(min(size, 1 << 16))
        if not part:
            raise EOFError
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
