"""A disk that is full, and a folder that cannot be written to, for a while."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def filled(place: Path) -> Iterator[None]:
    """Fill the file system that `place` is on to the last byte."""
    ballast = place / "ballast"
    handle = os.open(ballast, os.O_WRONLY | os.O_CREAT)
    try:
        size = 1 << 20
        while size:
            try:
                os.write(handle, b"\0" * size)
            except OSError as exc:
                if exc.errno != errno.ENOSPC:
                    raise
                size //= 2
        yield
    finally:
        os.close(handle)
        ballast.unlink()


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Let nobody open a file in `folder` for writing."""
    subprocess.run(["mount", "--bind", str(folder), str(folder)], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", str(folder)], check=True)
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
