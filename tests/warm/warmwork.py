"""Functions for calls to call."""

from __future__ import annotations

import glob
import os
import resource
import signal
import sys
import threading
import time


def tell(*words: object) -> None:
    """Say its arguments, a variable and the folder."""
    print(*words, os.environ.get("A_WORD_OF_OURS"), os.getcwd(), flush=True)


def anatomy() -> None:
    """Say what a process inherits: session, streams, open files, signals, threads, limits."""
    import numpy as np

    assert np.allclose(np.linalg.inv(np.eye(300) * 2), np.eye(300) / 2)  # its threads work
    handlers = {which.name: signal.getsignal(which) for which in (signal.SIGTERM, signal.SIGCHLD, signal.SIGINT)}
    opened = [os.readlink(path) for path in glob.glob("/proc/self/fd/*") if os.path.lexists(path)]
    streams = [os.fstat(fd).st_mode for fd in range(3)]
    print("session", os.getsid(0) == os.getpid())
    print("handlers", {name: getattr(handler, "__name__", str(handler)) for name, handler in handlers.items()})
    print("files", sum(name.startswith("socket") for name in opened), streams)
    print("threads", threading.active_count(), sys.stdin.read() == "")
    print("limits", resource.getrlimit(resource.RLIMIT_NOFILE), os.umask(0o22))


def is_loaded(module: str) -> None:
    """Say whether a module has been imported already."""
    print(module in sys.modules, flush=True)


def draw() -> None:
    """Say random numbers."""
    import random

    import numpy as np

    print(random.random(), np.random.random(), flush=True)


def leave_with_7() -> int:
    """End with a code of its own."""
    return 7


def fail() -> None:
    """End by an error."""
    raise ValueError("by hand")


def die() -> None:
    """End by a signal."""
    os.kill(os.getpid(), signal.SIGKILL)


def sleep(seconds: float = 60) -> None:
    """Take time."""
    time.sleep(seconds)
