"""The keeper: imports libraries once, forks a process for each call, and tells how each ended.

``python -m kit.warm.keeper DOOR PLACE``: `DOOR` is a listening socket that it inherits, `PLACE` the beginning of the
names of its files. It has no threads of its own, so that a copy of it is a sound process.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
import traceback
from dataclasses import dataclass
from pathlib import Path

import psutil

from kit.cgroup import oom_kills
from kit.warm.call import Call, receive_call
from kit.warm.fresh import start_fresh
from kit.warm.note import write_note

_IDLE_S = 300.0
_RSS_UNIT = 2**20 if sys.platform == "darwin" else 2**10  # of ru_maxrss, in MiB
_LEAST_FREE = 2**31  # bytes of memory that must be free for libraries to be kept loaded


@dataclass
class _Child:
    connection: socket.socket
    note: str
    oom_before: int | None
    popen: subprocess.Popen[bytes] | None  # of a fresh interpreter: kept, so that nothing else reaps it


class Keeper:
    """Serves the calls that come in by `door` until nobody has needed it for `idle_s` seconds."""

    def __init__(self, door: socket.socket, place: Path, idle_s: float = _IDLE_S) -> None:
        self._door, self._place, self._idle_s = door, place, idle_s
        self._children: dict[int, _Child] = {}
        self._used = time.monotonic()
        self._loaded: set[str] = set()
        self._wake, self._bell = os.pipe()
        for end in (self._wake, self._bell):
            os.set_blocking(end, False)

    def serve(self) -> int:
        """Serve; returns the exit code of this process, which in a forked copy is that of its call."""
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._bell, warn_on_full_buffer=False)
        with selectors.DefaultSelector() as ears:
            ears.register(self._door, selectors.EVENT_READ)
            ears.register(self._wake, selectors.EVENT_READ)
            while True:
                heard = {key.fileobj for key, _mask in ears.select(min(self._idle_s, 5.0))}
                if self._wake in heard:
                    os.read(self._wake, 4096)
                self._reap()
                if self._door in heard:
                    code = self._answer()
                    if code is not None:
                        return code
                if self._idle() and self._leave():
                    return 0

    def _answer(self) -> int | None:
        """Take one call; returns None in the keeper and an exit code in the process of the call."""
        connection, _address = self._door.accept()
        connection.settimeout(10)
        try:
            call, files = receive_call(connection)
        except (OSError, EOFError, ValueError):  # whoever called has died meanwhile
            connection.close()
            return None
        self._used = time.monotonic()
        oom_before = oom_kills()
        warm = _may_fork()
        if warm:
            self._preload(call.preload)
        if not (warm and _may_fork()):  # a library may have opened a GPU meanwhile
            fresh = start_fresh(call, files)
            self._keep(fresh.pid, _Child(connection, call.note, oom_before, fresh), files)
            return None
        gc.freeze()  # what is there now stays shared with the copies
        pid = os.fork()
        if pid:
            self._keep(pid, _Child(connection, call.note, oom_before, None), files)
            return None
        return self._become(call, files, connection)

    def _keep(self, pid: int, child: _Child, files: list[int]) -> None:
        for file in files:
            os.close(file)
        self._children[pid] = child
        _tell(child.connection, {"pid": pid})

    def _preload(self, modules: tuple[str, ...]) -> None:
        for name in modules:
            if name in self._loaded or psutil.virtual_memory().available < _LEAST_FREE:
                continue
            self._loaded.add(name)
            try:
                importlib.import_module(name)
            except Exception:  # the call itself will tell what is wrong with it
                traceback.print_exc()

    def _become(self, call: Call, files: list[int], connection: socket.socket) -> int:
        """Turn this copy of the keeper into the process of `call`, and return its exit code."""
        os.setsid()
        signal.set_wakeup_fd(-1)
        for which in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT):
            signal.signal(which, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for other in (self._door, connection, *(child.connection for child in self._children.values())):
            other.close()
        os.close(self._wake)
        os.close(self._bell)
        call.redirect(files)
        os.environ.clear()
        os.environ.update(call.environment)
        with contextlib.suppress(OSError):
            os.chdir(call.folder)
        sys.path[0] = call.folder
        importlib.invalidate_caches()
        if "numpy" in sys.modules:
            sys.modules["numpy"].random.seed()  # copies must not draw the same numbers
        try:
            return call.carry_out(files)
        except Exception:
            traceback.print_exc()
            return 1

    def _reap(self) -> None:
        for pid in list(self._children):
            try:
                ended, status, used = os.wait4(pid, os.WNOHANG)
            except ChildProcessError:
                self._children.pop(pid).connection.close()
                continue
            if ended:
                self._end(pid, os.waitstatus_to_exitcode(status), used.ru_maxrss / _RSS_UNIT)

    def _end(self, pid: int, code: int, peak_mib: float) -> None:
        child = self._children.pop(pid)
        if child.popen is not None:
            child.popen.returncode = code
        now = oom_kills()
        killed = None if now is None or child.oom_before is None else now - child.oom_before
        if code and child.note:
            write_note(child.note, pid, code, peak_mib, killed)
        _tell(child.connection, {"exit": code, "oom_kills": killed})
        child.connection.close()
        self._used = time.monotonic()

    def _idle(self) -> bool:
        return not self._children and time.monotonic() - self._used > self._idle_s

    def _leave(self) -> bool:
        """Take the name away and say whether nobody had called in the meantime."""
        with open(self._place.with_suffix(".lock"), "ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:  # somebody is about to call
                return False
            with selectors.DefaultSelector() as ears:
                ears.register(self._door, selectors.EVENT_READ)
                if ears.select(0):
                    return False
            for suffix in (".sock", ".pid", ".log"):
                self._place.with_suffix(suffix).unlink(missing_ok=True)
        return True


def _tell(connection: socket.socket, words: dict[str, int | None]) -> None:
    with contextlib.suppress(OSError):  # many do not wait for an answer
        connection.sendall(json.dumps(words).encode() + b"\n")


def _may_fork() -> bool:
    """Is a copy of this process wanted and sound? Not with a GPU open, and not on macOS, whose frameworks forbid it."""
    if sys.platform != "linux" or os.environ.get("TUNEBOOK_WARM") == "0":
        return False
    return not any(map(_is_gpu, os.listdir("/proc/self/fd")))


def _is_gpu(file: str) -> bool:
    try:
        return os.readlink(f"/proc/self/fd/{file}").startswith(("/dev/nvidia", "/dev/kfd", "/dev/dri"))
    except OSError:  # the file through which the folder was just read
        return False


def main() -> int:
    """Be the keeper."""
    door = socket.socket(fileno=int(sys.argv[1]))
    idle_s = float(os.environ.get("TUNEBOOK_WARM_IDLE_S") or _IDLE_S)
    return Keeper(door, Path(sys.argv[2]), idle_s).serve()


if __name__ == "__main__":
    sys.exit(main())
