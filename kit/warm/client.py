"""Ask the keeper for a process; start the keeper where there is none."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import math
import os
import socket
import stat
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

from kit.cgroup import cpu_quota
from kit.warm.call import Call, send_call
from kit.warm.fresh import start_fresh
from kit.warm.handle import FreshProcess, KeptProcess, Process

# How threads wait for each other. Spinning for long stalls two busy processes on two cores many times over; sleeping at
# once costs a third of the speed of a lone one. A spin of some microseconds costs neither (GNU OpenMP, PyTorch's own).
# "passive" would cut it to 100 rounds as soon as a second thread of a process has a team of its own, which halves the
# speed of llama.cpp; with "active" it is 1,000 of our 3,000.
WORKER_ENVIRONMENT = {
    "OMP_WAIT_POLICY": "active",
    "GOMP_SPINCOUNT": "3000",
    # PyTorch keeps each prepared product of matrices, oneDNN too: of rows of many lengths, gigabytes that save nothing.
    "LRU_CACHE_CAPACITY": "16",
    "ONEDNN_PRIMITIVE_CACHE_CAPACITY": "64",
    "TOKENIZERS_PARALLELISM": "false",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "TRANSFORMERS_NO_ADVISORY_WARNINGS": "1",
    "PYTHONFAULTHANDLER": "1",
    "PYTORCH_NVML_BASED_CUDA_CHECK": "1",  # asking whether there is a GPU must not open it: that forbids forking
}

# What libraries read when they are imported: a keeper serves only callers who agree on these.
_READ_AT_IMPORT = (
    *("PYTHON", "HOME", "LANG", "LC_", "TZ", "XDG_CACHE", "LD_", "DYLD_", "MALLOC_", "TUNEBOOK_WARM"),
    *("OMP_", "GOMP_", "KMP_", "MKL_", "OPENBLAS_", "ONEDNN_", "LRU_CACHE_", "TORCH", "PYTORCH"),
    *("CUDA_", "NVIDIA_", "BNB_", "BITSANDBYTES_"),
    *("HF_", "HUGGINGFACE_", "TRANSFORMERS_", "TOKENIZERS_", "ACCELERATE_"),
)


def worker_environment(extra: dict[str, str] | None = None) -> dict[str, str]:
    """Return the environment of a worker: the caller's, with ours where the caller said nothing."""
    return {**WORKER_ENVIRONMENT, **_threads(), **os.environ, **(extra or {})}


def _threads() -> dict[str, str]:
    """Say how many threads, where a quota of time allows fewer than there are cores: more would only wait in turn."""
    quota = cpu_quota()
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return {} if quota is None or quota >= cores else {"OMP_NUM_THREADS": str(max(math.ceil(quota), 1))}


def start_call(call: Call, files: list[int], *, warm: bool = True) -> Process:
    """Start a process that carries `call` out and return it at once.

    Parameters
    ----------
    files : list of int
        Open files that it gets; the caller closes its own.
    warm : bool, default True
        False: a fresh interpreter, a child of this process. (``TUNEBOOK_WARM=0`` in the environment asks the keeper
        for fresh ones, so that their end is still seen.)
    """
    if warm:
        with contextlib.suppress(OSError):  # no such sockets here, no folder, no process to be had: it goes without
            return _ask_keeper(call, files)
    return FreshProcess(start_fresh(call, files))


def _ask_keeper(call: Call, files: list[int]) -> Process:
    place = _folder() / _key(call.environment)
    with _held(place.with_suffix(".lock")):  # the keeper takes it before it goes, so a call is never lost
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(5)
        try:
            pid = _connect(connection, place, call)
            send_call(connection, call, files)
        except OSError:
            connection.close()
            raise
    connection.settimeout(None)
    return KeptProcess(connection, pid)


def _connect(connection: socket.socket, place: Path, call: Call) -> int:
    """Connect to the keeper, started if need be, and return its process id."""
    path, note = str(place.with_suffix(".sock")), place.with_suffix(".pid")
    try:
        connection.connect(path)
        return int(note.read_text(encoding="ascii"))
    except (FileNotFoundError, ConnectionRefusedError, ValueError):
        pass
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
        door.bind(path)
        door.listen(64)
        pid = _start_keeper(door, place, call)
    note.write_text(str(pid), encoding="ascii")
    connection.connect(path)
    return pid


def _start_keeper(door: socket.socket, place: Path, call: Call) -> int:
    with open(place.with_suffix(".log"), "ab") as log:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "kit.warm.keeper", str(door.fileno()), str(place)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=[door.fileno()],
            env=call.environment,
            cwd="/",
            start_new_session=True,
        )
    keeper.returncode = 0  # it outlives us on purpose: no warning when this handle is dropped
    _keepers[:] = [other for other in _keepers if not _reaped(other)]
    _keepers.append(keeper.pid)
    return keeper.pid


_keepers: list[int] = []


def _reaped(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True


def _folder() -> Path:
    """Return the folder of this user's sockets, which nobody else may enter."""
    own = os.environ.get("TUNEBOOK_RUNTIME")
    folder = Path(own or os.path.join(tempfile.gettempdir(), f"tunebook-{os.getuid()}"))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise PermissionError(f"{folder} is not this user's alone")
    return folder


def _key(environment: dict[str, str]) -> str:
    """Return what differs when a process that was loaded earlier would not be the same as one that is loaded now."""
    read = sorted((name, value) for name, value in environment.items() if name.startswith(_READ_AT_IMPORT))
    packages = [os.stat(sysconfig.get_path(name)).st_mtime_ns for name in ("purelib", "platlib")]
    parts = (sys.executable, sys.prefix, read, packages, _newest_source())
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def _newest_source() -> int:
    """Return when the newest module of this package was changed: somebody may be working on it."""
    root = Path(__file__).parents[1]
    newest = 0
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in ("__pycache__", "labextension", "node_modules")]
        newest = max([newest, *(os.stat(f"{folder}/{name}").st_mtime_ns for name in names if name.endswith(".py"))])
    return newest


@contextlib.contextmanager
def _held(path: Path) -> Iterator[None]:
    with open(path, "ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
