"""The SHA-256 of model files, computed once for each file.

Hashing gigabytes takes long, so a hash is remembered with the file's size and time of change. A large file is hashed
with its progress shown, whatever its size: it is read as a whole when it is loaded anyway, so this at most doubles the
first reading, and never a later one. Files that came from the hub cost nothing: its cache names them by their hash.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from pathlib import Path

from kit.i18n import _
from kit.models.meter import ByteMeter
from kit.place import cache, write_atomic
from kit.report import Report

_CHUNK = 1 << 22
_SHOWN_FROM = 100_000_000  # bytes; less is hashed in the blink of an eye
_HUB_NAME = re.compile(r"[0-9a-f]{64}")  # files outside the hub's large file storage have shorter names there


def file_hash(path: Path, report: Report | None = None) -> str:
    """Return the SHA-256 of the file as hex digits: known before, or computed now and remembered.

    Parameters
    ----------
    path : Path
        A file.
    report : Report, optional
        Told how far the hashing of a large file is; may ask to stop.

    Raises
    ------
    OSError
        The file cannot be read.
    Stopped
        The report asked to stop before the file was hashed.
    """
    found = known_hash(path)
    if found is None:
        stamp = _stamp(path)  # before it is read: a file that changes meanwhile is hashed again
        found = _computed(path, stamp["size"], report)
        _write(path, stamp, found)
    return found


def known_hash(path: Path) -> str | None:
    """Return the SHA-256 of the file when it is known without reading the file, else None."""
    real = path.resolve()
    if real.parent.name == "blobs" and _HUB_NAME.fullmatch(real.name):
        return real.name
    try:
        values = json.loads(_memory(path).read_text(encoding="utf-8"))
        if {name: values[name] for name in ("size", "mtime_ns")} == _stamp(path):
            return str(values["sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return None


def remember_hash(path: Path, sha256: str) -> None:
    """Remember that the file as it stands now has this hash."""
    _write(path, _stamp(path), sha256)


def _computed(path: Path, size: int, report: Report | None) -> str:
    if report is not None:
        report.check()
    shown = size >= _SHOWN_FROM
    meter = ByteMeter(report, _("hashing {name}").format(name=path.name), size) if report and shown else None
    digest, done = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            done += len(chunk)
            if meter is not None:
                meter.at(done)
    return digest.hexdigest()


def _write(path: Path, stamp: dict[str, int], sha256: str) -> None:
    with contextlib.suppress(OSError):  # a full disk costs hashing it again, no more
        write_atomic(_memory(path), json.dumps({**stamp, "sha256": sha256}))


def _memory(path: Path) -> Path:
    # In our cache and not beside the file: the file may lie where nobody may write.
    place = hashlib.sha256(str(path.resolve()).encode(errors="surrogateescape")).hexdigest()[:16]
    return cache() / "hashes" / f"{place}.json"


def _stamp(path: Path) -> dict[str, int]:
    stat = path.stat()
    return {"size": stat.st_size, "mtime_ns": stat.st_mtime_ns}
